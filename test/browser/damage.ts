import {
  base64,
  type FindingCode,
  fromBase64,
  fromUtf8,
  parseCheckpoint,
  printCheckpoint,
  utf8,
} from '@compliance-relay/shared/trail'
import { fileOf, type Made, make, type Plan } from './page/make.ts'
import type { Given } from './page/verify.ts'
import { chance, secret } from './plan.ts'

export interface Damaged {
  readonly name: string
  readonly bytes: Uint8Array
  readonly given: Given
  /** A code that must be among the findings, where the damage lets one tell. */
  readonly code?: FindingCode
}

const RANDOM_FLIPS = 24

/** Copies of a trail, each changed in one way, and the trail beside each wrong thing it could be held against. */
export function damagedCopies(plan: Plan, made: Made): readonly Damaged[] {
  const file = fromBase64(made.file)
  const lines = linesOf(file)
  const { given } = made
  return [
    ...[...linesChanged(lines), ...bytesChanged(file)].map((copy) => ({ given, ...copy })),
    ...resealed(plan, given),
    ...[...checkpointsChanged(plan, given), ...otherKeys(given)].map((copy) => ({ bytes: file, ...copy })),
  ]
}

export function linesOf(file: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0, end = file.indexOf(10); end >= 0; from = end + 1, end = file.indexOf(10, from)) {
    lines.push(file.subarray(from, end))
  }
  return lines
}

function linesChanged(lines: readonly Uint8Array[]): readonly Omit<Damaged, 'given'>[] {
  const i = 1 + chance('line', lines.length - 3)
  const line = lines[i] as Uint8Array
  const text = fromUtf8(line)
  const copy = (name: string, changed: readonly Uint8Array[], code?: FindingCode) => {
    return { name: `${name} at ${i}`, bytes: fileOf(changed), ...(code && { code }) }
  }
  const withLine = (name: string, other: Uint8Array, code: FindingCode) => {
    return copy(name, lines.with(i, other), code)
  }
  return [
    copy('dropped line', lines.toSpliced(i, 1), 'seq-mismatch'),
    copy('doubled line', lines.toSpliced(i, 0, line), 'seq-mismatch'),
    copy('swapped lines', lines.with(i, lines[i + 1] as Uint8Array).with(i + 1, line), 'seq-mismatch'),
    copy('older line put in', lines.toSpliced(i + 1, 0, lines[0] as Uint8Array), 'prev-mismatch'),
    copy('first lines gone', lines.slice(i), 'not-opened'),
    copy('last lines gone', lines.slice(0, i), 'checkpoint-beyond-end'),
    copy('no lines', []),
    copy('blank line', lines.toSpliced(i, 0, new Uint8Array()), 'blank-line'),
    withLine('carriage return', utf8(`${text}\r`), 'carriage-return'),
    withLine('line that is no JSON', utf8('not an entry'), 'not-json'),
    withLine('line that is no UTF-8', Uint8Array.of(...line.subarray(0, 90), 0xc3, 0x28), 'not-utf8'),
    withLine('overlong line', utf8(`"${'x'.repeat(70_000)}"`), 'line-too-long'),
    withLine('deep value', utf8(`${'['.repeat(500)}${']'.repeat(500)}`), 'too-deep'),
    withLine('space put in', utf8(text.replace('"record":', '"record": ')), 'not-canonical'),
    withLine('key given twice', utf8(text.replace('"v":1', '"v":1,"v":1')), 'duplicate-key'),
    withLine('half a surrogate', utf8(text.replace('"v":1', '"u":"\\ud800","v":1')), 'lone-surrogate'),
    withLine('number too large', utf8(text.replace('"v":1', '"v":9007199254740993')), 'integer-out-of-range'),
    withLine('fraction', utf8(text.replace('"v":1', '"v":1.0')), 'number-not-integer'),
    withLine('other version', utf8(text.replace('"v":1', '"v":2')), 'unknown-version'),
    withLine('another place', utf8(text.replace(`"seq":${i}`, `"seq":${i + 1}`)), 'seq-mismatch'),
    withLine('another checksum', utf8(text.replace(/[0-9a-f]{64}/, '0'.repeat(64))), 'checksum-mismatch'),
    withLine('another person', utf8(text.replace(/"name":"[^"]*"/, '"name":"J. Doe"')), 'checksum-mismatch'),
    withLine('another time', utf8(text.replace('"time":"2026', '"time":"2025')), 'checksum-mismatch'),
    withLine('another trail', utf8(text.replace('"trail":"lab', '"trail":"lob')), 'trail-mismatch'),
  ]
}

function bytesChanged(file: Uint8Array): readonly Omit<Damaged, 'given'>[] {
  const cut = 1 + chance('cut', file.length / 2)
  const newline = file.indexOf(10, cut / 2)
  return [
    { name: 'last newline gone', bytes: file.slice(0, -1), code: 'no-final-newline' },
    { name: `cut at byte ${cut}`, bytes: file.slice(0, cut), code: 'checkpoint-beyond-end' },
    { name: 'byte order mark', bytes: Buffer.concat([utf8('\ufeff'), file]), code: 'byte-order-mark' },
    { name: 'newline flipped', bytes: flipped(file, newline * 8) },
    ...Array.from({ length: RANDOM_FLIPS }, (_, n) => {
      const bit = chance(`flip ${n}`, file.length * 8)
      return { name: `bit ${bit} flipped`, bytes: flipped(file, bit) }
    }),
  ]
}

/** What someone who has the MAC key can do: every checksum holds, and only a checkpoint tells. */
function resealed(plan: Plan, given: Given): readonly Damaged[] {
  const { file } = make(withRecordChanged(plan, 40))
  const bytes = fromBase64(file)
  return [{ name: 'record 40 changed and all sealed again', bytes, given, code: 'root-mismatch' }]
}

function checkpointsChanged(plan: Plan, given: Given): readonly Omit<Damaged, 'bytes'>[] {
  const last = given.checkpoints.at(-1) as Given['checkpoints'][number]
  const note = fromBase64(last.bytes)
  const copy = (name: string, bytes: Uint8Array, code: FindingCode) => {
    return { name, given: { ...given, checkpoints: [{ name, bytes: base64(bytes) }] }, code }
  }
  const checkpoint = parseCheckpoint(note)
  const [ours, witness] = checkpoint.note.signatures
  if (ours === undefined || witness === undefined) throw new Error('expected two signatures')
  const withLines = (...signatures: readonly (typeof ours)[]) => {
    return printCheckpoint({ ...checkpoint, note: { ...checkpoint.note, signatures } })
  }
  const bad = (line: typeof ours) => ({ ...line, signature: flipped(line.signature, 8 * 40) })
  const lastOf = (other: Plan) => fromBase64(make(other).given.checkpoints.at(-1)?.bytes ?? '')
  const size = utf8(fromUtf8(note).replace(`\n${checkpoint.size}\n`, `\n${checkpoint.size - 1}\n`))
  return [
    copy('checkpoint of a fork', lastOf(withRecordChanged(plan, 40)), 'root-mismatch'),
    copy(
      'checkpoint of another trail',
      lastOf({ ...plan, trail: 'lab.example/t/other/20260302-0000' }),
      'checkpoint-origin',
    ),
    copy(
      'checkpoint by another key',
      lastOf({ ...plan, secrets: { ...plan.secrets, trail: secret('other') } }),
      'checkpoint-signature',
    ),
    copy('checkpoint with another size', size, 'checkpoint-signature'),
    copy('checkpoint with a bad signature', withLines(bad(ours), witness), 'checkpoint-signature'),
    copy('checkpoint with a bad cosignature', withLines(ours, bad(witness)), 'checkpoint-cosignature'),
    copy('checkpoint without its witness', withLines(ours), 'checkpoint-quorum'),
    copy('checkpoint cut off', note.slice(0, -10), 'note-form'),
    copy(
      'checkpoint with an extra line',
      utf8(fromUtf8(note).replace('\n\n', '\nmore\n\n')),
      'checkpoint-form',
    ),
    copy('checkpoint that is empty', new Uint8Array(), 'note-form'),
    ...Array.from({ length: RANDOM_FLIPS }, (_, n) => {
      const bit = chance(`checkpoint flip ${n}`, note.length * 8)
      const { code: _code, ...any } = copy(
        `checkpoint with bit ${bit} flipped`,
        flipped(note, bit),
        'note-form',
      )
      return any
    }),
  ]
}

function otherKeys(given: Given): readonly Omit<Damaged, 'bytes'>[] {
  const [first = ''] = given.keys
  return [
    { name: 'another key', given: { ...given, keys: [secret('other')] }, code: 'key-missing' },
    { name: 'the fresh key not given', given: { ...given, keys: [first] }, code: 'key-missing' },
  ]
}

/** The plan with one capture told otherwise. */
function withRecordChanged(plan: Plan, seq: number): Plan {
  const at = plan.steps.filter((step) => step.do !== 'checkpoint')[seq]
  if (at?.do !== 'append') throw new Error(`expected a capture at ${seq}`)
  const changed = { ...at, draft: { ...at.draft, body: { ...at.draft.body, project: 'P-18' } } }
  return { ...plan, steps: plan.steps.map((step) => (step === at ? changed : step)) }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
