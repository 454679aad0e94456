import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const script = join(import.meta.dirname, '../bin/relay.mjs')
const folder = mkdtempSync(join(tmpdir(), 'relay-cli-'))
const nowhere = join(folder, 'nowhere')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Said {
  readonly code: number | string
  readonly out: string
  readonly error: string
}

function relay(...args: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: folder }, (error, out, said) =>
      resolve({ code: error?.code ?? 0, out, error: said }),
    )
  })
}

const names =
  'start init run settings profiles status unclaimed scan project watch person shared notary badge account claim device signature rules identity feed-token subscription trail manifest checkpoint export report keys page verify verify-file recover recovery service'.split(
    ' ',
  )

test('the help has every command, and every command prints its own part of it', async () => {
  const { out: whole, code } = await relay('--help')
  expect(code).toBe(0)
  const helps = await Promise.all(names.map((name) => relay(name, '--help')))
  for (const [i, { code: ended, out, error }] of helps.entries()) {
    expect({ ended, error }).toEqual({ ended: 0, error: '' })
    expect(out).toMatch(new RegExp(`^relay ${names[i]} `))
    // How the password of --as is asked for stands once, at the end.
    expect(whole).toContain(`  ${out.replace(/^ {6}The password of --as .*\n(?: {6}.*\n){3}/m, '')}`)
  }
  expect(whole.split('The password of --as is asked for')).toHaveLength(2)
  const parts = helps.reduce(
    (sum, { out }) => sum + out.split('\n').filter((line) => /^ *relay /.test(line)).length,
    0,
  )
  const lines = whole.split('\n').filter((line) => /^ {2}relay [a-z]/.test(line))
  expect(lines).toHaveLength(parts)
  for (const args of [
    ['watch', 'add', '-h'],
    ['help', 'watch'],
  ])
    expect(await relay(...args)).toMatchObject({ code: 0, out: helps[names.indexOf('watch')]?.out })
})

test('a word that is "--help" only after "--" is a word', async () => {
  expect(await relay('verify', '--', '--help')).toMatchObject({ code: 2, out: '' })
})

test('without a command there is a line for each, where errors go', async () => {
  const { code, out, error } = await relay()
  expect({ code, out }).toEqual({ code: 2, out: '' })
  const lines = error.split('\n').filter((line) => /^ {2}relay [a-z]/.test(line))
  expect(lines.map((line) => line.trim().split(/\s+/)[1])).toEqual(names)
  for (const line of lines) expect(line).toMatch(/^ {2}relay [a-z-]+ +\S.{10,80}$/)
  expect(error).toContain('relay --help')
})

test.each([
  ['start', 'now'],
  ['init', 'now'],
  ['run', 'now'],
  ['status', 'now'],
  ['settings', 'now'],
  ['profiles', 'now'],
  ['unclaimed', 'now'],
  ['scan', 'now'],
  ['project', 'add', 'P-1', 'now'],
  ['watch', 'remove', 'w1', 'now'],
  ['person', 'add', 'jdoe=Jane', 'now'],
  ['person', 'disable', 'jdoe', 'now'],
  ['shared', 'add', 'nmr', 'now'],
  ['notary', 'set', 'folder', 'now'],
  ['badge', 'new', 'jdoe', 'now'],
  ['trail', 'now'],
  ['manifest', '1', 'now'],
  ['checkpoint', 'now'],
  ['verify', '--json', 'now'],
  ['verify-file', 'a', 'now'],
  ['recover', 'now'],
  ['recovery', 'now'],
])('relay %s %s %s: one word too many is refused in one sentence', async (...args) => {
  const { code, out, error } = await relay(...args, '--data', nowhere)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error).toMatch(/^(?:relay: |\{"error":").*"?now.*\n$/)
})

test.each([
  [['nothing']],
  [['status']],
  [['settings', '--data', nowhere]],
  [['status', '--data', nowhere]],
  [['trail', '--data', nowhere]],
  [['manifest', '1', '--data', nowhere]],
  [['checkpoint', '--data', nowhere]],
  [['verify', 'nothing.jsonl']],
  [['verify', '--data', nowhere]],
  [['verify-file', 'a', '--data', nowhere]],
  [['recover', '--data', nowhere]],
  [['recovery', '--data', nowhere]],
  [['run', '--data', nowhere]],
  [['init', '--data', nowhere]],
  [['service', 'install', '--data', nowhere]],
  [['person', 'add', 'x', '--data', nowhere]],
  [['unclaimed', '--what']],
])('%j with --json tells what is wrong as an object on standard error', async (args) => {
  const { code, out, error } = await relay(...args, '--json')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(JSON.parse(error)).toEqual({ error: expect.any(String) })
})

test.each([
  [undefined, 'it is missing'],
  ['new study', 'this one has 9'],
  [` a${' '.repeat(20)}`, 'this one has 1'],
  ['xyz1'.repeat(251), 'this one has 1004'],
])('a reason of another length is told which it must have: %j', async (reason, said) => {
  const given = reason === undefined ? [] : ['--reason', reason]
  const { code, error } = await relay('project', 'add', 'P-1', '--data', nowhere, ...given)
  expect(code).toBe(2)
  expect(error).toContain('--reason says why, in 10 to 1000 characters')
  expect(error).toContain(said)
})

test.each(['xxxxxxxxxxxxxxxx', 'ab ab ab ab ab ab', '. . . . . . . . .', 'AaBb AaBb AaBb'])(
  'a reason that says nothing is none: %j',
  async (reason) => {
    const given = ['project', 'add', 'P-1', '--data', nowhere, '--reason', reason]
    expect(await relay(...given)).toMatchObject({
      code: 2,
      error: expect.stringContaining('at least 4 different letters or digits'),
    })
  },
)

test('the profiles there are are listed with their IDs', async () => {
  const { code, out } = await relay('profiles')
  expect(code).toBe(0)
  expect(out).toMatch(/^bruker +\S.* \(a folder\)$/m)
  const { profiles } = JSON.parse((await relay('profiles', '--json')).out)
  expect(profiles).toHaveLength(out.trim().split('\n').length)
  expect(profiles).toContainEqual({ id: 'bruker', title: expect.any(String), unit: 'folder' })
})

test('a data folder that cannot be made is refused in one sentence that says why', async () => {
  const given = ['--org', 'lab.example', '--name', 'ws', '--project', 'P-1', '--watch', folder]
  const { code, error } = await relay('init', '--data', join(script, 'data'), ...given)
  expect(code).toBe(2)
  expect(error).toMatch(
    /^relay: .* is a file: no folder can be made there|cannot be there: a part of its path is no folder\n$/,
  )
})

test('an option of another command is refused, not passed over', async () => {
  const { code, error } = await relay('watch', 'remove', 'w1', '--quiet', '5', '--data', nowhere)
  expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('no option "--quiet"') })
})

test('a passphrase that is too short is refused before anything is made, so the set-up can be done again', async () => {
  const base = mkdtempSync(join(folder, 'short-'))
  writeFileSync(join(base, 'passphrase'), 'short')
  mkdirSync(join(base, 'watched'))
  const args = [
    ...['init', '--data', join(base, 'data'), '--org', 'lab.example', '--name', 'ws', '--project', 'P-1'],
    ...['--watch', join(base, 'watched'), '--passphrase-file', join(base, 'passphrase')],
  ]
  expect(await relay(...args)).toMatchObject({ code: 2, error: expect.stringContaining('12 to 1000') })
  expect(existsSync(join(base, 'data'))).toBe(false)
})
