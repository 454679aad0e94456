import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Known, resolveActor } from './resolve-actor.ts'
import { windowsAccounts } from './windows-accounts.ts'
import { WindowsError } from './windows-calls.ts'
import type { SessionRow } from './windows-structs.ts'

/* From what Windows answers to who is named: the workstation of the sample, from 09:40 to 09:41. */

const NAME = 'not executed on this platform: parsed from a sample of recorded form: '
const tags = ['req/P11-10e-7']

const sample = JSON.parse(
  readFileSync(join(import.meta.dirname, 'samples/windows-workstation.json'), 'utf8'),
) as {
  readonly machine: string
  readonly owners: Readonly<Record<string, string>>
  readonly names: Readonly<Record<string, { domain: string; name: string; use: number }>>
  readonly sessions: Readonly<Record<string, readonly SessionRow[]>>
  readonly times: Readonly<Record<string, { logon: string; flags: number }>>
}

const rules: Known['rules'] = {
  persons: [
    { id: 'LAB\\jdoe', name: 'Jane Doe' },
    { id: 'lab\\ASmith', name: 'Adam Smith' },
    { id: 'käthe', name: 'Käthe Müller' },
  ],
  shared: ['WS-NMR-01\\nmr'],
  order: ['file-owner', 'badge', 'os-session'],
}
const from = Date.parse('2026-03-02T09:40:00.000Z')

async function said(file: string, scene: string, more: Partial<Known> = {}): Promise<string> {
  const accounts = windowsAccounts({
    machine: () => sample.machine,
    ownerOf(path) {
      const sid = sample.owners[path]
      if (sid === undefined) throw new WindowsError('GetNamedSecurityInfoW', 2)
      return sid
    },
    nameOf: (sid) => sample.names[sid],
    sidOf: (name) =>
      Object.entries(sample.names).find(([, one]) => `${one.domain}\\${one.name}` === name)?.[0],
    sessions: () => sample.sessions[scene] ?? [],
    timesOf: (id) => {
      const times = sample.times[String(id)]
      return times && { logon: BigInt(times.logon), flags: times.flags }
    },
    currentSid: () => 'S-1-5-18',
    currentFullName: () => '',
  })
  const resolution = resolveActor(
    { owners: [accounts.ownerOf(`D:\\data\\${file}`, 0)], from, to: from + 60_000 },
    {
      rules,
      sessions: await accounts.sessions(),
      badges: [],
      accountOf: (owner) => accounts.accountOf(owner),
      ...more,
    },
  )
  return 'refused' in resolution ? resolution.refused : `${resolution.actor.name} by ${resolution.actor.via}`
}

const ALONE = 'one person at the console'

test.each([
  ['a person of the domain', 'jdoe\\run-001.raw', 'Jane Doe by file-owner'],
  ['a person of this machine, enrolled without its name', 'local\\run.dat', 'Käthe Müller by file-owner'],
  ['the shared login', 'nmr\\1\\fid', 'shared-account'],
  ['a deleted account', 'gone\\old.dat', 'unknown-owner'],
  ['nobody, the file being gone', 'no\\such.file', 'unknown-owner'],
])(`${NAME}of a file of %s: %s gives %s`, { tags }, async (_, file, expected) => {
  expect(await said(file, ALONE)).toBe(expected)
  expect(await said(file, 'fast user switch')).toBe(expected)
})

test.each([
  ['SYSTEM', 'system\\method.log'],
  ['Administrators', 'admin\\calibration.dat'],
  ['a service', 'service\\queue.db'],
  ['TrustedInstaller', 'trusted\\vendor.dll'],
  ['a managed service account', 'gmsa\\export.csv'],
  ['the built-in administrator', 'rid500\\x.dat'],
])(
  `${NAME}a file of %s is of whoever is logged in alone, and of nobody if two are`,
  { tags: [...tags, 'challenge'] },
  async (_, file) => {
    expect(await said(file, ALONE)).toBe('Jane Doe by os-session')
    expect(await said(file, 'disconnected remote desktop')).toBe('several-persons')
    expect(await said(file, 'fast user switch')).toBe('several-persons')
    expect(await said(file, 'nobody logged in')).toBe('service-account')
    expect(await said(file, ALONE, { rules: { ...rules, order: ['file-owner', 'badge'] } })).toBe(
      'service-account',
    )
  },
)

test(`${NAME}a group or a service is nobody even if it is enrolled; the built-in administrator can be`, {
  tags: [...tags, 'challenge'],
}, async () => {
  const persons = [
    { id: 'BUILTIN\\Administrators', name: 'Ada Min' },
    { id: 'NT AUTHORITY\\SYSTEM', name: 'Sy Stem' },
    { id: 'WS-NMR-01\\Administrator', name: 'Ina Strator' },
  ]
  const known = { rules: { ...rules, persons } }
  expect(await said('admin\\calibration.dat', 'nobody', known)).toBe('service-account')
  expect(await said('system\\method.log', 'nobody', known)).toBe('service-account')
  expect(await said('rid500\\x.dat', 'nobody', known)).toBe('Ina Strator by file-owner')
})

test(`${NAME}the shared login needs a badge`, { tags }, async () => {
  expect(await said('system\\method.log', 'shared login')).toBe('shared-account')
  const badges = [{ person: 'LAB\\jdoe', from: from - 1, ref: 'b' }]
  expect(await said('nmr\\1\\fid', 'shared login', { badges })).toBe('Jane Doe by badge')
})
