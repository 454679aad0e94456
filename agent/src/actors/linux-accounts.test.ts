import { execFileSync } from 'node:child_process'
import { chownSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type LinuxOptions, linuxAccounts } from './linux-accounts.ts'
import { logindSessions } from './logind.ts'
import { parsePasswd } from './passwd.ts'
import { type Known, resolveActor } from './resolve-actor.ts'
import type { Commands, Outcome } from './run-command.ts'
import { parseWho } from './who.ts'

const samples = join(import.meta.dirname, 'samples')
const sample = (name: string): string => readFileSync(join(samples, name), 'utf8')
const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const onLinux = (name: string): string => (isLinux ? name : `not executed on this platform: ${name}`)
const asRoot = (name: string): string =>
  !isLinux ? onLinux(name) : isRoot ? name : `not executed, only root gives files away: ${name}`
const tags = ['req/P11-10e-7']

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'relay-actors-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Commands that answer as recorded, and count how often they were asked. */
function recorded(answers: { readonly [command: string]: Outcome }) {
  const asked: string[] = []
  const answer = (command: string, args: readonly string[]): Outcome => {
    const line = [command, ...args].join(' ')
    asked.push(line)
    return answers[line] ?? { code: null, text: '' }
  }
  const commands: Commands = { now: answer, run: async (command, args) => answer(command, args) }
  return { commands, asked, answers: answers as { [command: string]: Outcome } }
}

const places = (sessions: string, passwd = join(samples, 'passwd.txt')) => ({
  passwd,
  sessions,
  loginUid: join(samples, 'no-such-file'),
})

const rules: Known['rules'] = {
  persons: [
    { id: 'jdoe', name: 'Jane Doe' },
    { id: 'asmith', name: 'Adam Smith' },
  ],
  shared: ['nmr'],
  order: ['file-owner', 'badge', 'os-session'],
}

test('passwd(5): names, full names, and which accounts are nobody’s', { tags }, () => {
  const accounts = [...parsePasswd(sample('passwd.txt')).values()]
  expect(
    accounts.map(({ uid, name, fullName, service, byNumber }) => [uid, name, fullName, service, byNumber]),
  ).toEqual([
    [0, 'root', undefined, 'system account (uid 0)', true],
    [1, 'daemon', undefined, 'nobody can log in to it (/usr/sbin/nologin)', undefined],
    [4, 'sync', undefined, 'nobody can log in to it (/bin/sync)', undefined],
    [33, 'www-data', undefined, 'nobody can log in to it (/usr/sbin/nologin)', undefined],
    [65_534, 'nobody', undefined, 'the account nobody', undefined],
    [120, 'gdm', 'Gnome Display Manager', 'nobody can log in to it (/bin/false)', undefined],
    [990, 'topspin', 'TopSpin services', 'system account (uid 990)', true],
    [1_000, 'jdoe', 'Jane Doe', undefined, undefined],
    [1_001, 'asmith', 'Adam Smith', undefined, undefined],
    [1_002, 'nmr', 'NMR spectrometer', undefined, undefined],
    [1_003, 'svcinst', undefined, 'nobody can log in to it (/usr/sbin/nologin)', undefined],
    [1_004, 'kmüller', 'Käthe Müller', undefined, undefined],
    [1_005, 'ws-hplc$', 'machine', 'the account of a machine', undefined],
  ])
})

test('logind: people’s sessions are told from greeters and jobs, and the pipes beside them are not opened', {
  tags: [...tags, 'challenge'],
}, () => {
  const path = folder()
  for (const name of ['2', '5', '7', '8', '12', 'c1'])
    writeFileSync(join(path, name), sample(`logind/${name}`))
  // Whoever reads this pipe waits for as long as the session lasts.
  if (isLinux) execFileSync('mkfifo', [join(path, '2.ref')])
  writeFileSync(join(path, '.#2abcdef'), 'UID=1\nCLASS=user\n')
  const accounts = parsePasswd(sample('passwd.txt'))
  const sessions = logindSessions(path, (uid) => accounts.get(uid)?.name) ?? []
  expect(sessions.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
    {
      id: '2',
      account: 'jdoe',
      accountId: 'uid:1000',
      from: 1_772_438_400_123,
      kind: 'console',
      state: 'active',
    },
    {
      id: '5',
      account: 'asmith',
      accountId: 'uid:1001',
      from: 1_772_442_000_000,
      kind: 'remote',
      state: 'active',
    },
    {
      id: '7',
      account: 'nmr',
      accountId: 'uid:1002',
      from: 1_772_443_800_000,
      kind: 'console',
      state: 'disconnected',
    },
    {
      id: '8',
      account: 'kmüller',
      accountId: 'uid:1004',
      from: 1_772_436_600_000,
      kind: 'other',
      state: 'closing',
    },
  ])
})

test('logind: a folder that is not there or is empty is no logind', { tags }, () => {
  expect(logindSessions(join(samples, 'no-such-folder'), () => undefined)).toBe(undefined)
  expect(logindSessions(folder(), () => undefined)).toBe(undefined)
})

test('who: both ways to write the date, and where somebody sits', { tags }, () => {
  const now = new Date(2026, 2, 2, 12).getTime()
  const at = (hour: number, minute: number, day = 2, month = 2, year = 2026): number =>
    new Date(year, month, day, hour, minute).getTime()
  expect(
    parseWho(sample('who-gnu.txt'), now).map(({ id, account, from, kind }) => [id, account, from, kind]),
  ).toEqual([
    ['tty2', 'jdoe', at(8, 0), 'console'],
    ['pts/0', 'asmith', at(9, 0), 'remote'],
    [':1', 'nmr', at(9, 30), 'console'],
    ['pts/1', 'jdoe', at(9, 41), 'other'],
    ['seat0', 'averyverylonguser', at(9, 45), 'console'],
  ])
  expect(
    parseWho(sample('who-macos.txt'), now).map(({ id, account, from, kind }) => [id, account, from, kind]),
  ).toEqual([
    ['console', 'jdoe', at(8, 0), 'console'],
    ['console', 'asmith', at(9, 15), 'console'],
    ['ttys000', 'jdoe', at(8, 7), 'other'],
    ['ttys003', 'kmueller', at(23, 50, 31, 11, 2025), 'remote'],
  ])
  expect(parseWho('\n', now)).toEqual([])
  // It could be somebody, and then the others would not be alone.
  expect(() => parseWho('jdoe     tty1         no date here\n', now)).toThrow(/form/)
})

test(onLinux('who of this machine writes what is read, in the locale it is run in'), { tags }, async () => {
  if (!isLinux) return
  const path = join(folder(), 'utmp')
  writeFileSync(path, utmpEntry('jdoe', 'tty2', 'tty2', 1_772_438_400))
  const text = execFileSync('who', [path], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  const inC = execFileSync('who', [path], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  const one = { id: 'tty2', account: 'jdoe', from: 1_772_438_400_000, kind: 'console', state: 'active' }
  expect(parseWho(text, 1_772_450_000_000)).toEqual([one])
  expect(parseWho(inC, 1_772_450_000_000)).toEqual([one])
})

test('without logind `who` is asked, and its names get their uid', { tags }, async () => {
  const { commands } = recorded({
    who: { code: 0, text: sample('who-gnu.txt') },
    'getent passwd averyverylonguser': { code: 2, text: '' },
  })
  const sessions = await linuxAccounts({ places: places(folder()), commands }).sessions()
  expect(sessions.map(({ account, accountId }) => [account, accountId])).toEqual([
    ['jdoe', 'uid:1000'],
    ['asmith', 'uid:1001'],
    ['nmr', 'uid:1002'],
    ['jdoe', 'uid:1000'],
    ['averyverylonguser', undefined],
  ])
})

test('if nothing tells who is logged in, that is said, and not that nobody is', {
  tags: [...tags, 'challenge'],
}, async () => {
  const { commands } = recorded({})
  await expect(linuxAccounts({ places: places(folder()), commands }).sessions()).rejects.toThrow(
    /who is logged in/,
  )
})

test('an account of the directory is asked for once a minute, and an outage does not make it unknown', {
  tags: [...tags, 'challenge'],
}, () => {
  let now = 0
  const line = 'mlee:*:20117:20117:Mei Lee:/home/mlee:/bin/bash\n'
  const { commands, asked, answers } = recorded({ 'getent passwd 20117': { code: 0, text: line } })
  const accounts = linuxAccounts({ places: places(folder()), commands, now: () => now })
  const mlee = { id: 'uid:20117', name: 'mlee', fullName: 'Mei Lee' }
  for (now of [0, 1_000, 59_000]) expect(accounts.accountOf({ id: 'uid:20117' })).toMatchObject(mlee)
  expect(asked).toHaveLength(1)
  answers['getent passwd 20117'] = { code: null, text: '' }
  now = 61_000
  expect(accounts.accountOf({ id: 'uid:20117' })).toMatchObject(mlee)
  expect(asked).toHaveLength(2)
  answers['getent passwd 20117'] = { code: 2, text: '' }
  now = 122_000
  expect(accounts.accountOf({ id: 'uid:20117' })).toBe(undefined)
})

test('a changed passwd file counts within 50 ms, and one that is gone for a moment still does', {
  tags,
}, () => {
  const path = folder()
  const passwd = join(path, 'passwd')
  let now = 0
  writeFileSync(passwd, 'root:x:0:0::/root:/bin/sh\n')
  const { commands, asked } = recorded({ 'getent passwd 1000': { code: 2, text: '' } })
  const accounts = linuxAccounts({ places: places(path, passwd), commands, now: () => now })
  expect(accounts.accountOf({ id: 'uid:1000' })).toBe(undefined)
  expect(accounts.accountOf({ id: 'uid:1000' })).toBe(undefined)
  expect(asked).toHaveLength(1)
  now = 50
  writeFileSync(`${passwd}.new`, 'root:x:0:0::/root:/bin/sh\njdoe:x:1000:1000:Jane Doe:/home/jdoe:/bin/sh\n')
  renameSync(`${passwd}.new`, passwd)
  expect(accounts.accountOf({ id: 'uid:1000' })).toMatchObject({ name: 'jdoe' })
  rmSync(passwd)
  now = 100
  expect(accounts.accountOf({ id: 'uid:1000' })).toMatchObject({ name: 'jdoe' })
})

test.each(['', 'uid:', 'uid:-1', 'uid:1000 ', 'uid:1e3', 'sid:S-1-5-18', 'uid:99999999999'])(
  'the owner id %j has no account',
  { tags: [...tags, 'challenge'] },
  (id) => {
    const { commands, asked } = recorded({})
    expect(linuxAccounts({ places: places(samples), commands }).accountOf({ id })).toBe(undefined)
    expect(asked).toEqual([])
  },
)

test('who logged in before sudo is remembered beside the account a command runs under', { tags }, () => {
  const path = join(folder(), 'loginuid')
  const options = (loginUid: string): LinuxOptions => {
    writeFileSync(path, loginUid)
    return { places: { ...places(samples), loginUid: path }, commands: recorded({}).commands, uid: () => 0 }
  }
  const root = { id: 'uid:0', name: 'root' }
  expect(linuxAccounts(options('1000')).currentAccount()).toMatchObject({ ...root, login: { name: 'jdoe' } })
  for (const none of ['4294967295', '0', ''])
    expect(linuxAccounts(options(none)).currentAccount()).not.toHaveProperty('login')
})

test(onLinux('the account this runs under is the one the system says'), { tags }, () => {
  if (!isLinux) return
  expect(linuxAccounts().currentAccount()).toMatchObject({
    id: `uid:${process.getuid?.()}`,
    name: userInfo().username,
  })
})

test(onLinux('sessions of this machine can be asked for'), { tags }, async () => {
  if (!isLinux) return
  expect(Array.isArray(await linuxAccounts().sessions())).toBe(true)
})

test(onLinux('a file of this machine belongs to whoever wrote it'), { tags: [...tags, 'oq'] }, () => {
  if (!isLinux) return
  const path = join(folder(), 'run.dat')
  writeFileSync(path, 'x')
  const accounts = linuxAccounts()
  const owner = accounts.ownerOf(path, lstatSync(path, { bigint: true }))
  expect(owner).toEqual(accounts.ownerOf(path, lstatSync(path).uid))
  const { username } = userInfo()
  const evidence = { owners: [owner], from: 0, to: 1 }
  const known = { sessions: [], badges: [], accountOf: (one: typeof owner) => accounts.accountOf(one) }
  const enrolled = { ...rules, persons: [{ id: username, name: 'Who Ran This' }] }
  expect(resolveActor(evidence, { ...known, rules: enrolled })).toMatchObject({
    actor: { id: username, name: 'Who Ran This', via: 'file-owner' },
  })
  expect(resolveActor(evidence, { ...known, rules })).toHaveProperty('refused')
})

test(asRoot('files given to others: a person, a service, somebody unknown, two persons'), {
  tags: [...tags, 'oq', 'challenge'],
}, () => {
  if (!isLinux || !isRoot) return
  const path = folder()
  const { commands } = recorded({ 'getent passwd 54321': { code: 2, text: '' } })
  const accounts = linuxAccounts({ places: places(samples), commands })
  const ownerOf = (uid: number) => {
    const file = join(path, `${uid}.dat`)
    writeFileSync(file, 'x')
    chownSync(file, uid, uid)
    return accounts.ownerOf(file, lstatSync(file, { bigint: true }))
  }
  const said = (...uids: number[]): string => {
    const resolution = resolveActor(
      { owners: uids.map(ownerOf), from: 0, to: 1 },
      { rules, sessions: [], badges: [], accountOf: (owner) => accounts.accountOf(owner) },
    )
    return 'refused' in resolution ? resolution.refused : resolution.actor.name
  }
  expect(said(1_000)).toBe('Jane Doe')
  expect(said(1_000, 33)).toBe('Jane Doe')
  expect(said(1_000, 1_001)).toBe('several-persons')
  expect(said(1_002)).toBe('shared-account')
  expect(said(33)).toBe('service-account')
  expect(said(0)).toBe('service-account')
  expect(said(54_321)).toBe('unknown-owner')
  expect(said(1_004)).toBe('account-not-enrolled')
})

/** An entry of utmp(5), as the GNU C library lays it out on 64-bit machines. */
function utmpEntry(user: string, line: string, host: string, seconds: number): Buffer {
  const bytes = Buffer.alloc(384)
  bytes.writeInt16LE(7, 0)
  bytes.writeInt32LE(process.pid, 4)
  bytes.write(line, 8)
  bytes.write('2', 40)
  bytes.write(user, 44)
  bytes.write(host, 76)
  bytes.writeInt32LE(seconds, 340)
  return bytes
}
