import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cosign,
  emptyHead,
  Frontier,
  hex,
  Linker,
  leafHash,
  macKey,
  printCheckpoint,
  signCheckpoint,
  signerOf,
  utf8,
  withSignature,
} from '@compliance-relay/shared/trail'
import { afterAll, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'relay-verify-'))
const secret = new Uint8Array(32).fill(5)
const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const actor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const at = (name: string): string => join(folder, name)

/** Runs the command as a user does, and gives what the terminal shows. */
function relay(args: readonly string[], input?: Uint8Array, env: Record<string, string> = {}) {
  const command = join(import.meta.dirname, '../bin/relay.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

beforeAll(() => {
  const linker = new Linker(macKey(secret))
  const frontier = new Frontier()
  let head = emptyHead(origin)
  const lines: string[] = []
  for (let i = 0; i < 5; i++) {
    const kind = i === 0 ? 'trail.opened' : 'file.created'
    const { line, head: next } = linker.link(head, {
      actor,
      body: { n: i },
      kind,
      time: `2026-03-02T08:00:0${i}.000Z`,
    })
    frontier.append(leafHash(line))
    lines.push(Buffer.from(line).toString('utf8'))
    head = next
  }
  const trailKey = signerOf(origin, 'note', new Uint8Array(32).fill(6))
  const witness = signerOf('lab.example/w/server', 'cosignature', new Uint8Array(32).fill(7))
  const signed = signCheckpoint({ origin, size: 5, root: frontier.root() }, trailKey)
  writeFileSync(at('trail.jsonl'), `${lines.join('\n')}\n`)
  writeFileSync(at('edited.jsonl'), `${lines.join('\n')}\n`.replace('"n":3', '"n":4'))
  writeFileSync(at('short.jsonl'), `${lines.slice(0, 4).join('\n')}\n`)
  writeFileSync(at('empty.jsonl'), '')
  writeFileSync(
    at('5.checkpoint'),
    printCheckpoint(withSignature(signed, cosign(signed, witness, 1_772_438_410))),
  )
  writeFileSync(at('policy.txt'), `log ${trailKey.vkey}\nwitness server ${witness.vkey}\nquorum server\n`)
  writeFileSync(at('key'), `${hex(secret)}\n`)
})

afterAll(() => rmSync(folder, { recursive: true }))

const anchored = ['--checkpoint', at('5.checkpoint'), '--policy', at('policy.txt')]
const tags = ['req/P11-10a-2', 'oq'] as const

test('a sound trail ends with 0 and says what was checked', { tags: [...tags] }, () => {
  const { status, stdout } = relay(['verify', at('trail.jsonl'), '--key-file', at('key'), ...anchored])
  expect(status).toBe(0)
  expect(stdout).toContain('No findings: everything that was checked holds.')
  expect(stdout).toContain('checksums of 5 entries')
  expect(stdout).toContain('the largest covers 5 entries')
})

test('without key and checkpoint it vouches for nothing, and says what was not checked', {
  tags: [...tags, 'challenge'],
}, () => {
  // No link shows this edit: the checksum would.
  for (const name of ['trail.jsonl', 'edited.jsonl']) {
    const { status, stdout, stderr } = relay(['verify', at(name)])
    expect(status).toBe(2)
    expect(stdout).toMatch(
      /\nNo findings, and no evidence: without a key or a checkpoint nothing vouches .*\n$/,
    )
    expect(stdout).not.toContain('everything that was checked holds')
    expect(stderr).toMatch(/^relay: without a key or a checkpoint nothing vouches for this trail: --key-file/)
    const json = relay(['verify', at(name), '--json'])
    expect(json.status).toBe(2)
    expect(JSON.parse(json.stdout)).toMatchObject({ entries: 5, findings: [] })
    expect(JSON.parse(json.stderr)).toEqual({ error: expect.stringContaining('nothing vouches') })
  }
  const { stdout } = relay(['verify', at('trail.jsonl')])
  expect(stdout).toMatch(/not checked +checksums of 5 entries: no key was given/)
  expect(stdout).toMatch(/the end: no checkpoint holds/)
})

test('an edited record ends with 1 and is named by entry and line', { tags: [...tags, 'challenge'] }, () => {
  const { status, stdout } = relay(['verify', at('edited.jsonl'), '--key', hex(secret), ...anchored])
  expect(status).toBe(1)
  expect(stdout).toContain('FINDING       checksum-mismatch, entry 3, line 4')
  expect(stdout).toContain('FINDING       root-mismatch, checkpoint')
})

test('missing newest records end with 1 where a checkpoint knows of them', {
  tags: [...tags, 'challenge'],
}, () => {
  const { status, stdout } = relay(['verify', at('short.jsonl'), ...anchored])
  expect(status).toBe(1)
  expect(stdout).toContain('checkpoint-beyond-end')
  expect(stdout).toContain('some are missing, or it was copied before the checkpoint was')
  expect(stdout).toMatch(/\n1 finding: the newest records are missing, or the trail was copied before .*\n$/)
})

test('--json gives the same findings for a program', { tags: [...tags] }, () => {
  const { status, stdout } = relay(['verify', at('edited.jsonl'), '--json', '--key', hex(secret)])
  expect(status).toBe(1)
  const report = JSON.parse(stdout)
  expect(report.findings).toMatchObject([{ code: 'checksum-mismatch', seq: 3, line: 4 }])
  expect(report).toMatchObject({ trail: origin, lines: 5, entries: 5 })
})

test('a trail is read from standard input, too', () => {
  const { status, stdout } = relay(['verify', '-'], utf8('not a trail\n'))
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})

test.each([
  ['a file that is not there', ['verify', at('nothing.jsonl')], 'there is no such file'],
  ['a folder', ['verify', folder], 'it is a folder'],
  ['an empty file', ['verify', at('empty.jsonl')], 'is empty'],
  ['a file that is no trail', ['verify', at('policy.txt')], 'is not a trail'],
  ['no file', ['verify'], 'name the trail'],
  ['two files', ['verify', 'a', 'b'], 'one trail at a time'],
  [
    'a checkpoint without a policy',
    ['verify', at('trail.jsonl'), '--checkpoint', at('5.checkpoint')],
    '--policy or --trail-key is missing',
  ],
  [
    'a policy without a checkpoint',
    ['verify', at('trail.jsonl'), '--policy', at('policy.txt')],
    '--checkpoint is missing',
  ],
  [
    'a key line without a checkpoint',
    ['verify', at('trail.jsonl'), '--trail-key', 'KEY LINE'],
    '--checkpoint is missing: --trail-key says',
  ],
  [
    'a policy that is none',
    ['verify', at('trail.jsonl'), '--checkpoint', at('5.checkpoint'), '--policy', at('trail.jsonl')],
    'is not a policy',
  ],
  [
    'a key of another length',
    ['verify', at('trail.jsonl'), '--key', 'abc'],
    '64 lower-case hexadecimal digits',
  ],
  ['an option that is not known', ['verify', at('trail.jsonl'), '--fast'], '--fast'],
  ['a command that is not known', ['check'], 'there is no command "check"'],
])('%s ends with 2 and one plain sentence', (_, args, sentence) => {
  const { status, stdout, stderr } = relay(args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(sentence)
  expect(stderr.trim().split('\n').length).toBe(1)
})

test('a secret given with a typing error is not printed', () => {
  const { stderr } = relay(['verify', at('trail.jsonl'), '--key', `${hex(secret)}0`])
  expect(stderr).not.toContain(hex(secret))
})

test('an emptied trail is a finding where a checkpoint says that there was one', {
  tags: [...tags, 'challenge'],
}, () => {
  const { status, stdout } = relay(['verify', at('empty.jsonl'), ...anchored])
  expect(status).toBe(1)
  expect(stdout).toContain('checkpoint-beyond-end')
})

test('a file name cannot write a verdict of its own on the screen', () => {
  const name = '\u001b[2Jfine\nNo findings\u202e.jsonl'
  writeFileSync(at(name), readFileSync(at('edited.jsonl')))
  for (const args of [[], ['--json']]) {
    const { stdout } = relay(['verify', at(name), '--key', hex(secret), ...args])
    for (const unit of ['\u001b', '\u202e']) expect(stdout).not.toContain(unit)
    expect(stdout).not.toMatch(/^No findings/m)
  }
  expect(
    relay(['verify', at(`no${name}`)])
      .stderr.trim()
      .split('\n').length,
  ).toBe(1)
})

test('a key typed in the wrong place is not repeated', () => {
  for (const args of [['verify', hex(secret)], [hex(secret)]])
    expect(relay(args).stderr).not.toContain(hex(secret))
})

test('it leaves nothing in the folder for temporary files', () => {
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  relay(['verify', at('trail.jsonl')], undefined, { TMPDIR: temporary })
  expect(readdirSync(temporary)).toEqual([])
})
