import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import type { ServiceOptions } from './service-options.ts'
import { SYSTEMD_UNIT, systemdUnit } from './systemd-unit.ts'

const options: ServiceOptions = {
  node: process.execPath,
  relay: '/opt/relay/bin/relay.mjs',
  data: '/var/lib/relay',
  watches: ['/srv/nmr', '/home/anna/data'],
  notary: '/mnt/notary',
  user: 'daemon',
  scope: 'system',
}

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
const withSystemd = (name: string): string =>
  hasSystemd ? name : `not executed, systemd-analyze is not here: ${name}`

/** The value of each line `Name=value` of a unit. */
function linesOf(unit: string): Map<string, string> {
  return new Map(
    unit
      .split('\n')
      .flatMap((line) =>
        /^[A-Z]/.test(line) ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [],
      ),
  )
}

/** What systemd itself has to say against a unit: nothing, if it is right. */
function verified(unit: string, more: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-unit-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, SYSTEMD_UNIT), unit)
  const result = spawnSync('systemd-analyze', [...more, 'verify', join(folder, SYSTEMD_UNIT)], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  })
  return `${result.stdout}${result.stderr}`
}

test('a relay is started again whatever happens, and never given up', () => {
  const lines = linesOf(systemdUnit(options))
  expect(lines.get('Restart')).toBe('always')
  expect(lines.get('StartLimitIntervalSec')).toBe('0')
  expect(lines.get('KillSignal')).toBe('SIGTERM')
  expect(Number(lines.get('TimeoutStopSec'))).toBeGreaterThanOrEqual(60)
  expect(lines.get('WantedBy')).toBe('multi-user.target')
})

test('it runs the relay on its data folder, as the account that owns it', () => {
  const lines = linesOf(systemdUnit(options))
  expect(lines.get('ExecStart')).toBe(
    `"${process.execPath}" "/opt/relay/bin/relay.mjs" "run" "--data" "/var/lib/relay" "--hints" "on"`,
  )
  expect(lines.get('User')).toBe('daemon')
  expect(linesOf(systemdUnit({ ...options, user: undefined })).has('User')).toBe(false)
})

test('it writes to the data folder and the notary alone', () => {
  const lines = linesOf(systemdUnit(options))
  expect(lines.get('ProtectSystem')).toBe('strict')
  expect(lines.get('ReadWritePaths')).toBe('"/var/lib/relay" "-/mnt/notary"')
})

test('watched folders can be read wherever they are, and none is named: one that hangs must not hold the start', () => {
  const unit = systemdUnit(options)
  expect(linesOf(unit).get('ProtectHome')).toBe('read-only')
  expect(linesOf(unit).get('PrivateTmp')).toBe('yes')
  for (const watch of options.watches) expect(unit).not.toContain(watch)
  for (const watch of ['/tmp', '/tmp/nmr', '/var/tmp/nmr/1'])
    expect(linesOf(systemdUnit({ ...options, watches: [watch] })).get('PrivateTmp')).toBe('no')
  expect(linesOf(systemdUnit({ ...options, watches: ['/tmpdata'] })).get('PrivateTmp')).toBe('yes')
})

test('it keeps two capabilities, and what V8 needs', () => {
  const lines = linesOf(systemdUnit(options))
  expect(lines.get('CapabilityBoundingSet')).toBe('CAP_DAC_READ_SEARCH CAP_SYS_PTRACE')
  expect(lines.get('AmbientCapabilities')).toBe('CAP_DAC_READ_SEARCH CAP_SYS_PTRACE')
  expect(lines.get('MemoryDenyWriteExecute')).toBe('no')
  expect(lines.get('NoNewPrivileges')).toBe('yes')
  expect(lines.get('UMask')).toBe('0077')
})

test("a person's own service asks for nothing that only an administrator can give", () => {
  const lines = linesOf(systemdUnit({ ...options, scope: 'user', user: undefined }))
  for (const name of [
    'User',
    'AmbientCapabilities',
    'CapabilityBoundingSet',
    'ProtectSystem',
    'PrivateTmp',
    'PrivateDevices',
  ])
    expect(lines.has(name)).toBe(false)
  expect(lines.get('WantedBy')).toBe('default.target')
  expect(lines.get('Restart')).toBe('always')
})

test.each([
  [{ data: 'relay' }, 'is not an absolute path'],
  [{ watches: ['./x'] }, 'is not an absolute path'],
  [{ data: '/srv/a\nUser=root' }, 'has a control character'],
  [{ notary: '/srv/a\u0000' }, 'has a control character'],
  [{ node: '/usr/bin/no\u007fde' }, 'has a control character'],
  [{ data: '/srv/\ud800' }, 'has a control character'],
  [{ node: '/opt/a"b/node' }, 'no program with a quote'],
  [{ node: "/opt/it's/node" }, 'no program with a quote'],
  [{ node: '/opt/a\\b/node' }, 'no program with a quote'],
  [{ user: 'a b' }, 'is not the name of an account'],
  [{ user: 'root\nExecStartPre=/bin/sh' }, 'is not the name of an account'],
  [{ user: '' }, 'is not the name of an account'],
])('%j makes no unit', (wrong, said) => {
  expect(() => systemdUnit({ ...options, ...wrong })).toThrow(UnusableInput)
  expect(() => systemdUnit({ ...options, ...wrong })).toThrow(said)
})

const trickyNames = [
  'my relay',
  '100%',
  '%h',
  'a;b',
  'Übung',
  'a$HOME',
  '-a',
  '@a',
  ' a ',
  '#a',
  'a"b',
  "it's",
  'a\\b',
  'a\\x41',
]

test.each(trickyNames)(withSystemd('systemd has nothing to say against folders in %j'), (name) => {
  if (!hasSystemd) return
  const folders = { relay: `/opt/${name}`, data: `/var/lib/${name}`, notary: `/mnt/${name}` }
  expect(verified(systemdUnit({ ...options, ...folders }))).toBe('')
})

test.each(trickyNames.filter((name) => !/["'\\]/.test(name)))(
  withSystemd('systemd finds a program in %j'),
  (name) => {
    if (!hasSystemd) return
    const folder = mkdtempSync(join(tmpdir(), 'relay-program-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, name))
    const node = join(folder, name, 'node')
    copyFileSync('/bin/true', node)
    expect(verified(systemdUnit({ ...options, node }))).toBe('')
    // It complains of a program that is not there: so the path that it looked at was this one.
    rmSync(node)
    expect(verified(systemdUnit({ ...options, node }))).toContain('is not executable')
  },
)

test(withSystemd("systemd has nothing to say against a person's own unit"), () => {
  if (hasSystemd)
    expect(verified(systemdUnit({ ...options, scope: 'user', user: undefined }), ['--user'])).toBe('')
})

test(withSystemd('systemd complains of a unit that is wrong'), () => {
  if (hasSystemd)
    expect(verified(systemdUnit(options).replace('Restart=always', 'Restart=sometimes'))).not.toBe('')
})

test(withSystemd('by the measure of systemd the relay is little exposed: at most 3 of 10'), () => {
  if (!hasSystemd) return
  const folder = mkdtempSync(join(tmpdir(), 'relay-unit-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, SYSTEMD_UNIT)
  writeFileSync(file, systemdUnit(options))
  const result = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=30', file], {
    encoding: 'utf8',
  })
  const [, exposure] = /Overall exposure level for .*: ([0-9.]+)/.exec(result.stdout) ?? []
  process.stdout.write(`systemd-analyze security: exposure ${exposure} of 10\n`)
  expect(Number(exposure)).toBeGreaterThan(0)
  expect(Number(exposure)).toBeLessThanOrEqual(3)
})
