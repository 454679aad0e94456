import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { macAccounts, parseDscacheutil } from './mac-accounts.ts'
import type { Commands, Outcome } from './run-command.ts'
import { parseConsoleSessions } from './scutil.ts'

const NAME = 'not executed on this platform: parsed from a sample of recorded form: '
const tags = ['req/P11-10e-7']
const sample = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', name), 'utf8')
const now = new Date(2026, 2, 2, 10, 0).getTime()
const said = (text: string): Outcome => ({ code: 0, text })
const silent: Outcome = { code: null, text: '' }

interface Mac {
  readonly scutil?: Outcome
  readonly who?: Outcome
  readonly users?: Readonly<Record<string, Outcome>>
}

/** A Mac that answers from samples; whom it does not know it is silent about, with 0. */
function mac({ scutil = said('  No such key\n'), who = said(''), users = {} }: Mac) {
  const asked: string[] = []
  const commands: Commands = {
    now: (command, args) => {
      asked.push([command, ...args].join(' '))
      return users[args.slice(3).join(' ')] ?? said('')
    },
    run: async (command, _, input) => {
      if (command.endsWith('scutil')) expect(input).toBe('show State:/Users/ConsoleUser\n')
      return command.endsWith('scutil') ? scutil : who
    },
  }
  return { asked, accounts: macAccounts({ commands, wall: () => now, uid: () => 501 }) }
}

const jane = said(sample('dscacheutil-jdoe.txt'))
const users = { 'uid 501': jane, 'name jdoe': jane, 'uid 0': said(sample('dscacheutil-root.txt')) }

test(`${NAME}an account from 501 on can be a person's, Apple's own and lower ones cannot`, { tags }, () => {
  expect(parseDscacheutil(sample('dscacheutil-jdoe.txt'))).toEqual({
    uid: 501,
    id: 'uid:501',
    name: 'jdoe',
    fullName: 'Jane Doe',
  })
  expect(parseDscacheutil(sample('dscacheutil-root.txt'))).toMatchObject({ name: 'root', byNumber: true })
  const www = parseDscacheutil(sample('dscacheutil-www.txt'))
  expect(www).toMatchObject({ name: '_www', service: 'a service of macOS', byNumber: false })
  expect(parseDscacheutil('')).toBe(undefined)
})

test(`${NAME}with fast user switching all logins at the screen count, one of them is at work`, {
  tags: [...tags, 'challenge'],
}, () => {
  // The top Name is jdoe, who is not at the screen any more.
  expect(parseConsoleSessions(sample('scutil-fast-user-switch.txt'))).toEqual([
    { id: 'gui-257', account: 'jdoe', accountId: 'uid:501', from: 0, kind: 'console', state: 'disconnected' },
    { id: 'gui-265', account: 'asmith', accountId: 'uid:502', from: 0, kind: 'console', state: 'active' },
  ])
})

test(`${NAME}the login window is nobody`, { tags: [...tags, 'challenge'] }, () => {
  expect(parseConsoleSessions(sample('scutil-login-window.txt'))).toEqual([])
  expect(parseConsoleSessions('  No such key\n')).toEqual([])
  expect(parseConsoleSessions('<dictionary> {\n  Name : jdoe\n  UID : 501\n}\n')).toEqual([])
})

test(`${NAME}logins at the screen have their time from who, terminals and remote ones are added`, {
  tags,
}, async () => {
  const { accounts } = mac({
    scutil: said(sample('scutil-fast-user-switch.txt')),
    who: said(sample('who-macos.txt')),
    users,
  })
  const sessions = await accounts.sessions()
  expect(sessions.map(({ account, id, kind }) => [account, id, kind])).toEqual([
    ['jdoe', 'gui-257', 'console'],
    ['asmith', 'gui-265', 'console'],
    ['jdoe', 'ttys000', 'other'],
    ['kmueller', 'ttys003', 'remote'],
  ])
  expect(sessions[0]?.from).toBe(new Date(2026, 2, 2, 8, 0).getTime())
  expect(sessions[2]?.accountId).toBe('uid:501')
})

test(`${NAME}somebody at the console whom only who names is not left out`, {
  tags: [...tags, 'challenge'],
}, async () => {
  const { accounts } = mac({ who: said('jdoe             console      Mar  2 08:00 \n'), users })
  expect(await accounts.sessions()).toMatchObject([{ account: 'jdoe', accountId: 'uid:501' }])
})

test.each([{ scutil: silent }, { who: silent }])(
  `${NAME}a Mac that does not tell is not one where nobody is: %j`,
  { tags: [...tags, 'challenge'] },
  async (silence) => {
    await expect(mac(silence).accounts.sessions()).rejects.toThrow(/does not tell/)
  },
)

test(`${NAME}an owner is asked once, and one nobody has is unknown`, { tags }, () => {
  const { accounts, asked } = mac({ users })
  const owner = accounts.ownerOf('/data/fid', 501)
  expect(accounts.accountOf(owner)).toMatchObject({ name: 'jdoe', fullName: 'Jane Doe' })
  expect(accounts.accountOf(owner)?.name).toBe('jdoe')
  expect(asked).toEqual(['/usr/bin/dscacheutil -q user -a uid 501'])
  expect(accounts.accountOf({ id: 'uid:777' })).toBe(undefined)
  expect(accounts.accountOf({ id: 'sid:S-1-5-18' })).toBe(undefined)
  expect(accounts.currentAccount()).toMatchObject({ id: 'uid:501', name: 'jdoe' })
})
