import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { windowsAccounts } from './windows-accounts.ts'
import { type WindowsCalls, WindowsError } from './windows-calls.ts'
import { loadKoffi } from './windows-koffi.ts'
import { judgeSid } from './windows-sids.ts'
import { millisecondsOf, parseSessionTimes, type SessionRow } from './windows-structs.ts'

const NAME = 'not executed on this platform: parsed from a sample of recorded form: '
const tags = ['req/P11-10e-7']
const challenge = [...tags, 'challenge']
const LAB = 'S-1-5-21-3623811015-3361044348-30300820'
const MACHINE = 'S-1-5-21-1004336348-1177238915-682003330'

interface Sample {
  readonly machine: string
  readonly currentSid: string
  readonly currentFullName: string
  readonly owners: Readonly<Record<string, string>>
  readonly names: Readonly<Record<string, { domain: string; name: string; use: number }>>
  readonly sessions: Readonly<Record<string, readonly SessionRow[]>>
  readonly times: Readonly<Record<string, { logon: string; flags: number }>>
}
const sample: Sample = JSON.parse(
  readFileSync(join(import.meta.dirname, 'samples/windows-workstation.json'), 'utf8'),
)
const refuses = (): never => {
  throw new WindowsError('a call', 5)
}

/** The workstation of the sample, in one of its moments. */
function calls(moment = '', other: Partial<WindowsCalls> = {}): WindowsCalls {
  return {
    machine: () => sample.machine,
    currentSid: () => sample.currentSid,
    currentFullName: () => sample.currentFullName,
    ownerOf: (path) => sample.owners[path] ?? refuses(),
    nameOf: (sid) => sample.names[sid],
    sidOf: (name) =>
      Object.entries(sample.names).find(([, one]) => `${one.domain}\\${one.name}` === name)?.[0],
    sessions: () => sample.sessions[moment] ?? [],
    timesOf: (id) => {
      const times = sample.times[String(id)]
      return times && { logon: BigInt(times.logon), flags: times.flags }
    },
    ...other,
  }
}

test.each([
  ['D:\\data\\jdoe\\run-001.raw', 'LAB\\jdoe', undefined],
  ['D:\\data\\nmr\\1\\fid', 'WS-NMR-01\\nmr', 'nmr'],
  ['D:\\data\\local\\run.dat', 'WS-NMR-01\\Käthe', 'Käthe'],
])(`${NAME}the owner of %s is %s, and can be a person`, { tags }, (path, name, localName) => {
  const accounts = windowsAccounts(calls())
  const owner = accounts.ownerOf(path, 0)
  expect(owner.id).toMatch(/^sid:S-1-5-21-/)
  const local = localName === undefined ? {} : { localName }
  expect(accounts.accountOf(owner)).toEqual({ id: owner.id, name, ...local })
})

test.each([
  ['D:\\data\\system\\method.log', /LocalSystem/],
  ['D:\\data\\admin\\calibration.dat', /Administrators/],
  ['D:\\data\\service\\queue.db', /NT SERVICE/],
  ['D:\\data\\trusted\\vendor.dll', /TrustedInstaller/],
  ['D:\\data\\gmsa\\export.csv', /machine or a managed service/],
  ['D:\\data\\rid500\\x.dat', /built-in administrator/],
])(`${NAME}the owner of %s is nobody: %s`, { tags: challenge }, (path, reason) => {
  const accounts = windowsAccounts(calls())
  expect(accounts.accountOf(accounts.ownerOf(path, 0))?.service).toMatch(reason)
})

test(`${NAME}an owner that is not told, or was deleted, is unknown`, { tags: challenge }, () => {
  const accounts = windowsAccounts(calls())
  expect(accounts.ownerOf('D:\\none', 0)).toEqual({ id: 'sid:unreadable' })
  for (const id of ['sid:unreadable', accounts.ownerOf('D:\\data\\gone\\old.dat', 0).id, 'uid:0'])
    expect(accounts.accountOf({ id })).toBe(undefined)
})

test.each([
  ['S-1-5-18', 'SYSTEM', 5],
  ['S-1-5-19', 'LOCAL SERVICE', 5],
  ['S-1-5-20', 'NETWORK SERVICE', 5],
  ['S-1-5-32-544', 'Administratoren', 4],
  ['S-1-5-32-545', 'Users', 4],
  ['S-1-5-80-3880718306-3832830129-1', 'MSSQLSERVER', 5],
  ['S-1-5-82-3006700770-424185619-1', 'DefaultAppPool', 5],
  ['S-1-5-83-1-3166535780', 'machine', 5],
  ['S-1-5-90-0-1', 'DWM-1', 5],
  ['S-1-5-94-1', 'WinRM VA', 1],
  ['S-1-5-96-0-1', 'UMFD-1', 5],
  ['S-1-1-0', 'Everyone', 5],
  [`${LAB}-513`, 'Domain Users', 2],
  [`${LAB}-1700`, 'WS-NMR-01$', 1],
  [`${LAB}-1701`, 'WS-HPLC-02', 9],
  [`${MACHINE}-501`, 'Guest', 1],
  [`${LAB}-502`, 'krbtgt', 1],
])(
  `${NAME}%s (%s, use %i) is no person and cannot be enrolled as one`,
  { tags: challenge },
  (sid, name, use) => {
    const verdict = judgeSid(sid, name, use)
    expect(verdict).toMatchObject({ service: expect.any(String) })
    expect(verdict).not.toHaveProperty('byNumber')
  },
)

test.each([6, 7, 8])(`${NAME}a SID of use %i belongs to nobody any more`, { tags: challenge }, (use) => {
  expect(judgeSid(`${LAB}-1700`, 'x', use)).toBe('gone')
})

test.each([`${LAB}-1613`, 'S-1-12-1-1234567890-1123581321-3141592653-2718281828'])(
  `${NAME}%s can be a person`,
  { tags },
  (sid) => {
    expect(judgeSid(sid, 'jdoe', 1)).toBe(undefined)
  },
)

test.each([
  ['one person at the console', ['LAB\\jdoe console active']],
  ['disconnected remote desktop', ['LAB\\jdoe console active', 'LAB\\asmith other disconnected']],
  ['fast user switch', ['LAB\\jdoe other disconnected', 'LAB\\asmith console active']],
  ['while switching', ['LAB\\jdoe other disconnected']],
  ['shared login', ['WS-NMR-01\\nmr console active']],
  ['remote desktop at work', ['LAB\\asmith remote locked']],
])(`${NAME}%s: %j`, { tags }, async (moment, expected) => {
  const sessions = await windowsAccounts(calls(moment)).sessions()
  expect(sessions.map(({ account, kind, state }) => `${account} ${kind} ${state}`)).toEqual(expected)
  for (const { accountId } of sessions) expect(accountId).toMatch(/^sid:S-1-5-21-/)
})

test(`${NAME}a logon is milliseconds of the epoch, and 0 where Windows keeps it to itself`, {
  tags,
}, async () => {
  const moment = 'one person at the console'
  const [told] = await windowsAccounts(calls(moment)).sessions()
  expect(told?.from).toBe(millisecondsOf(134_169_120_000_000_000n))
  const [untold] = await windowsAccounts(calls(moment, { timesOf: refuses })).sessions()
  expect(untold).toMatchObject({ account: 'LAB\\jdoe', from: 0, state: 'active' })
})

test(`${NAME}Windows that does not list its sessions is not one where nobody is`, {
  tags: challenge,
}, async () => {
  await expect(windowsAccounts(calls('', { sessions: refuses })).sessions()).rejects.toThrow(WindowsError)
})

test(`${NAME}while the domain cannot be reached its people stay known`, { tags: challenge }, () => {
  let reachable = true
  let now = 0
  const nameOf: WindowsCalls['nameOf'] = (sid) => (reachable ? sample.names[sid] : refuses())
  const accounts = windowsAccounts(calls('', { nameOf }), () => now)
  const owner = { id: `sid:${LAB}-1613` }
  expect(accounts.accountOf(owner)?.name).toBe('LAB\\jdoe')
  reachable = false
  now = 3_600_000
  expect(accounts.accountOf(owner)?.name).toBe('LAB\\jdoe')
})

test(`${NAME}the relay's own account is LocalSystem when it runs as a service`, () => {
  expect(windowsAccounts(calls()).currentAccount()).toMatchObject({
    id: 'sid:S-1-5-18',
    name: 'NT AUTHORITY\\SYSTEM',
    service: 'LocalSystem',
  })
})

test(`${NAME}times of another level, and short ones, are not read`, () => {
  const bytes = Buffer.alloc(232)
  expect(parseSessionTimes(bytes)).toBe(undefined)
  bytes.writeUInt32LE(1, 0)
  expect(parseSessionTimes(bytes)).toEqual({ logon: 0n, flags: 0 })
  expect(parseSessionTimes(bytes.subarray(0, 175))).toBe(undefined)
  expect([millisecondsOf(0n), millisecondsOf(-1n), millisecondsOf(1n)]).toEqual([0, 0, 0])
  expect(millisecondsOf(116_444_736_000_000_000n + 10_000n)).toBe(1)
})

test('without koffi it is said what to install', { tags }, () => {
  const missing = (): never => {
    throw new Error("Cannot find module 'koffi'\nRequire stack:")
  }
  expect(() => loadKoffi(missing)).toThrow(UnusableInput)
  expect(() => loadKoffi(missing)).toThrow(/npm install koffi@3 \(Cannot find module 'koffi'\)$/)
})
