import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, Problem } from '@compliance-relay/shared/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* What a real relay says of itself: what needs attention, what only waits, and where it is asked. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'as agreed with the head of the laboratory']

let station: Workstation
let port: string

beforeEach(async () => {
  port = String(await freePort())
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  station = new Workstation({ person: false, usualPort: true, init })
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

/** Set up, running, and its first administrator has a password; `--data` alone says where it is asked. */
async function begin(): Promise<void> {
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  expect(typed([code, good], 'account', 'password', 'asmith', '--code')).toMatchObject({ code: 0, error: '' })
}

function typed(lines: readonly string[], ...args: string[]) {
  return station.tryRelayWith(`${lines.join('\n')}\n`, ...args, '--data', station.data)
}

function asAdmin(...args: string[]) {
  return typed([good], ...args, '--as', 'asmith')
}

const status = () => station.tryRelay('status', '--data', station.data)
/** A connection that is kept is closed by the relay while a command is waited for, and this process does not see that. */
const readyz = async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })
  return answer.text()
}

async function signedIn(): Promise<Client> {
  const { token } = await clientAt(port).call('signIn', { body: { user: 'asmith', password: good } })
  return clientAt(port, () => token)
}

test('a relay is found by its data folder, wherever it answers, and not once it is stopped or answers nowhere', {
  tags: ['challenge'],
}, async () => {
  await begin()
  expect(asAdmin('account', 'list').out).toMatch(/^asmith +active/)
  await station.stop()
  expect(asAdmin('account', 'list')).toMatchObject({
    code: 2,
    error: expect.stringContaining('no relay is running on'),
  })
  port = String(await freePort())
  await station.start('--port', port)
  expect(asAdmin('account', 'list').code).toBe(0)
  // A kill leaves the number behind: it is of no use to anybody.
  await station.stop('SIGKILL')
  expect(asAdmin('account', 'list')).toMatchObject({
    code: 2,
    error: expect.stringContaining(`no relay answers at port ${port}`),
  })
  await station.start('--port', '0')
  expect(asAdmin('account', 'list')).toMatchObject({
    code: 2,
    error: expect.stringContaining('answers at no port'),
  })
})

test('every list of nothing is a sentence for people, and an empty list for programs', async () => {
  await begin()
  const lists = [
    ['device list', 'No device has a signing key.\n', { keys: [] }],
    ['signature held', 'No signature is held.\n', { total: 0, held: [] }],
    ['signature list', 'No record was signed.\n', { total: 0, signed: [] }],
    ['subscription list', 'Records are sent to nobody: there is no subscription.\n', { subscriptions: [] }],
    ['feed-token list', 'There is no feed token.\n', { tokens: [] }],
  ] as const
  for (const [words, sentence, object] of lists) {
    expect(asAdmin(...words.split(' '))).toMatchObject({ code: 0, out: sentence })
    expect(JSON.parse(asAdmin(...words.split(' '), '--json').out)).toEqual(object)
  }
  expect(station.relay('unclaimed', '--data', station.data)).toBe('No capture is unclaimed.\n')
})

test('what waits is listed, also who has to wait after wrong passwords; the port tells nothing of that', {
  tags: ['req/P11-300d-1', 'req/ENUM-1', 'challenge'],
}, async () => {
  await begin()
  expect(status()).toMatchObject({ code: 0 })
  const add = ['account', 'add', 'jdoe=Jane Doe', '--role', 'reviewer', ...why]
  const { code: given } = JSON.parse(asAdmin(...add, '--json').out)
  const check = ['--identity-check', 'passport seen by the head of QA']
  expect(asAdmin('account', 'propose-signer', 'jdoe', ...check, ...why)).toMatchObject({ code: 0 })
  expect(status()).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /waits {4}1 one-time code has not been used yet.*\nwaits {4}1 right to sign waits for a second administrator/,
    ),
  })
  expect(asAdmin('account', 'list').out).toMatch(
    /^jdoe +invited.*\n {4}has a one-time code, not used yet, good until 20.*\n {4}right to sign proposed by asmith/m,
  )
  expect(typed([given, good], 'account', 'password', 'jdoe', '--code').code).toBe(0)
  const before = await readyz()
  for (let i = 0; i < 5; i++) expect(typed([`wrong ${i}`], 'account', 'list', '--as', 'jdoe').code).toBe(2)
  expect(asAdmin('account', 'list').out).toMatch(/^jdoe .*\n {4}waits until 20.* after wrong passwords$/m)
  expect(await readyz()).toBe(before)
})

test('a person and an account that are linked by id or by name alone are warned of, where either is made', {
  tags: ['req/P11-10g-2', 'challenge'],
}, async () => {
  await begin()
  const person = (...args: string[]) =>
    station.tryRelay('person', ...args, '--data', station.data, ...why).out
  const both =
    /WARNING: the person "games" of the machine and the account "qlee" of the relay are both "Quinn Lee"/
  const qlee = ['account', 'add', 'qlee=Quinn Lee', '--role', 'operator', ...why]
  expect(asAdmin(...qlee).out).not.toContain('WARNING')
  expect(person('add', 'games=Gus Ames')).not.toMatch(both)
  expect(person('rename', 'games=Quinn Lee')).toMatch(both)
  const added = asAdmin('account', 'add', 'games=Gus Ames', '--role', 'operator', ...why, '--json')
  expect(JSON.parse(added.out).warnings).toEqual([
    expect.stringContaining('they are taken for one and the same, who should have one full name'),
  ])
  expect(asAdmin('account', 'change', 'qlee', '--full-name', 'Quinn A. Lee', ...why).out).not.toMatch(both)
  expect(asAdmin('account', 'change', 'qlee', '--full-name', 'QUINN LEE', ...why).out).toMatch(
    /WARNING: the person "games" .* are both "QUINN LEE"/,
  )
})

test('captures that nobody answers for are given a page at a time, by the command and by HTTP, and need attention', {
  tags: ['req/P11-10e-7', 'challenge'],
}, async () => {
  await begin()
  const names = ['a.dat', 'b.dat', 'c.dat', 'd.dat', 'e.dat']
  for (const name of names) writeFileSync(join(station.folder, name), name)
  await station.until('they are refused', ({ units }) => units.unclaimed === names.length)
  await station.settled()
  expect(status()).toMatchObject({
    code: 3,
    out: expect.stringContaining('NEEDS    5 captures have nobody who answers'),
  })
  expect(await readyz()).toContain('5 captures have nobody who answers')

  const list = (...args: string[]) => station.tryRelay('unclaimed', '--data', station.data, ...args)
  const paths: string[] = []
  let after: string[] = []
  for (;;) {
    const { out } = list('--limit', '2', ...after)
    paths.push(...out.split('\n').filter((line) => /^[a-e]\.dat$/.test(line)))
    const [, more, next] = /^… and (\d) more: --after (\S+)$/m.exec(out) ?? []
    if (next === undefined) break
    expect(Number(more)).toBe(names.length - paths.length)
    after = ['--after', next]
  }
  expect(paths.sort()).toEqual(names)

  expect(asAdmin('account', 'add', 'olga=Olga Ott', '--role', 'operator', ...why, '--json').code).toBe(0)
  const client = await signedIn()
  const seqs: number[] = []
  let cursor: string | undefined
  do {
    const page = await client.call('listUnclaimed', { query: { limit: '2', after: cursor } })
    expect(page.total).toBe(names.length)
    seqs.push(...page.unclaimed.map(({ seq }) => seq))
    expect(page.more).toBe(names.length - seqs.length)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  expect(seqs).toHaveLength(names.length)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  for (const wrong of ['x', '5', '5@', '1@lab.example/t/other/20260101-0000']) {
    const asked = client.call('listUnclaimed', { query: { after: wrong } })
    await expect(asked).rejects.toSatisfy(
      (error) => error instanceof Problem && error.code === 'cursor-unknown',
    )
    expect(list('--after', wrong)).toMatchObject({
      code: 2,
      error: expect.stringContaining('--after names no record'),
    })
  }
  await station.stop()
  expect(JSON.parse(list('--limit', '4', '--json').out)).toMatchObject({ total: 5, more: 1 })
})

test('profiles that are not those read at the start are said until they are, or are put back', async () => {
  await begin()
  const file = join(station.data, 'profiles', 'mine.json')
  mkdirSync(join(station.data, 'profiles'), { recursive: true })
  writeFileSync(file, '{}')
  expect(status()).toMatchObject({
    code: 3,
    out: expect.stringContaining('NEEDS    the instrument profiles on disk are not those'),
  })
  await station.stop()
  await station.start('--port', port)
  const { needs } = JSON.parse(station.tryRelay('status', '--data', station.data, '--json').out)
  expect(needs).toMatchObject([{ code: 'profile-refused' }])
})

test('a set-up warns of trails of the same name that the notary holds', async () => {
  expect(station.init()).not.toContain('already, the last of them')
  const other = new Workstation({ init: ['--notary', station.notary] })
  try {
    expect(other.init()).toMatch(
      /^WARNING: the notary folder holds a trail of lab\.example\/t\/ws-test already, the last of them\s+lab\.example\/t\/ws-test\/\d{8}-[0-9a-f]{4}:/m,
    )
  } finally {
    await other.remove()
  }
})
