import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { LAUNCHD_LABEL, launchdPlist } from './launchd-plist.ts'
import type { ServiceOptions } from './service-options.ts'

const options: ServiceOptions = {
  node: '/opt/relay/node',
  relay: '/opt/relay/bin/relay.mjs',
  data: '/Library/Application Support/relay',
  watches: ['/Users/anna/data'],
  notary: '/Volumes/notary',
  user: '_relay',
  scope: 'system',
}

/* Another program reads the list: Python's plistlib, or Apple's plutil. launchd itself was not executed. */
const readers: readonly (readonly [string, ...string[]])[] = [
  ['plutil', '-convert', 'json', '-o', '-', '-'],
  ['python3', '-c', 'import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'],
]
const reader = readers.find(
  ([program, ...args]) => spawnSync(program, args, { input: launchdPlist(options) }).status === 0,
)
const withReader = (name: string): string =>
  reader ? name : `not executed, neither plutil nor python3 is here: ${name}`

function read(plist: string): { [key: string]: unknown } {
  const [program = '', ...args] = reader ?? []
  const result = spawnSync(program, args, { input: plist, encoding: 'utf8' })
  expect(result.status, result.stderr).toBe(0)
  return JSON.parse(result.stdout)
}

test(withReader('the list says what launchd is to do'), () => {
  if (reader === undefined) return
  expect(read(launchdPlist(options))).toEqual({
    Label: LAUNCHD_LABEL,
    ProgramArguments: [options.node, options.relay, 'run', '--data', options.data, '--hints', 'on'],
    UserName: '_relay',
    RunAtLoad: true,
    KeepAlive: true,
    ThrottleInterval: 10,
    ExitTimeOut: 60,
    ProcessType: 'Background',
    Umask: 0o077,
    SoftResourceLimits: { NumberOfFiles: 65_536 },
    StandardErrorPath: `${options.data}/relay.log`,
  })
})

test(withReader("a person's own agent names no account"), () => {
  if (reader === undefined) return
  expect(read(launchdPlist({ ...options, scope: 'user' }))).not.toHaveProperty('UserName')
  expect(read(launchdPlist({ ...options, user: undefined }))).not.toHaveProperty('UserName')
})

test.each([
  '/a & b',
  '/<a>',
  '/]]>',
  '/"a"',
  "/it's",
  '/a\\b',
  '/100%',
  '/$HOME',
  '/Übung ☃ 🧪',
  '/&amp;',
  '/<!--',
  '/ a ',
])(withReader('the path %j is read as it is'), (data) => {
  if (reader === undefined) return
  const list = read(launchdPlist({ ...options, data }))
  expect((list['ProgramArguments'] as string[])[4]).toBe(data)
  expect(list['StandardErrorPath']).toBe(`${data}/relay.log`)
})

test.each(['/a\nb', '/a\u0000', '/a\u0001', '/a\ufffe', '/\udc00', 'a'])(
  'the path %j makes no list',
  (data) => {
    expect(() => launchdPlist({ ...options, data })).toThrow(/control character|not an absolute path/)
  },
)
