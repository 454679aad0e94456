import {
  canonical,
  decodeBundle,
  emptyHead,
  encodeBundle,
  Linker,
  macKey,
  readCanonical,
  readEntry,
  recordsInBundle,
  utf8,
} from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromUtf8 } from '../../shared/src/trail/bytes.ts'
import { partsByDefinition } from '../../shared/src/trail/entry.ts'
import { FormatError } from '../../shared/src/trail/format-error.ts'
import { type EntryParts, scanEntry } from '../../shared/src/trail/scan-entry.ts'
import { isTimestamp } from '../../shared/src/trail/time.ts'
import { body, seedOf, text, value } from '../support/arbitraries.ts'
import { SAMPLE_TRAIL } from '../support/sample-trail.ts'

const fullText = text.map((one) => `x${one}`)
const draft = fc.record({
  actor: fc.record({ id: fullText, name: fullText, via: fullText }),
  body,
  kind: fc.constantFrom('file.created', 'dataset.changed', 'x.y-z.w'),
  time: fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((date) => date.toISOString()),
})
const key = macKey(new Uint8Array(32).fill(7))
const linkedLine = draft.map((one) => new Linker(key).link(emptyHead(SAMPLE_TRAIL), one).line.slice())

test('every value that can be written is read back, and no other text of it is taken', () => {
  const property = fc.property(value, (one) => {
    const written = canonical(one)
    expect(readCanonical(utf8(written))).toEqual(one)
    // JSON.stringify keeps insertion order: unless that was canonical, it is another text of the same value.
    const other = JSON.stringify(one)
    if (other !== written) expect(() => readCanonical(utf8(other))).toThrow(FormatError)
  })
  fc.assert(property, { numRuns: 5_000, seed: seedOf('canonical values') })
})

test('every record that can be linked is read back as it was', () => {
  const property = fc.property(draft, (one) => {
    const { line, head } = new Linker(key).link(emptyHead(SAMPLE_TRAIL), one)
    const { checksum, record } = readEntry(line)
    expect(record).toEqual({ ...one, kid: key.kid, prev: '0'.repeat(64), seq: 0, trail: SAMPLE_TRAIL, v: 1 })
    expect(head).toEqual({ trail: SAMPLE_TRAIL, size: 1, checksum, kid: key.kid })
  })
  fc.assert(property, { numRuns: 3_000, seed: seedOf('linked records') })
})

const fields = (parts: EntryParts) => {
  const { checksum, actorText, bodyText, kid, kind, prev, seq, time, trail } = parts
  return { checksum, actorText, bodyText, kid, kind, prev, seq, time, trail }
}

/** What the definition makes of a line: its fields, or undefined where it refuses. */
function byDefinition(line: Uint8Array) {
  try {
    return fields(partsByDefinition(fromUtf8(line)))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

test('the fast scan takes a line exactly if parse, write and compare would, and finds the same fields', () => {
  // Pieces that tell near misses apart better than random bytes do.
  const pieces = [
    '"',
    '\\',
    '\\u0000',
    '\\u000a',
    '\\u001f',
    '\\u001F',
    '\\/',
    '\\n',
    ' ',
    '-',
    '0',
    '1.0',
    '9007199254740992',
    ',',
    '}',
    '{}',
    '[]',
    'null',
    '\r',
    '"a":1,',
  ]
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    remove: fc.nat(3),
    insert: fc.oneof(
      fc.constant(new Uint8Array()),
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(...pieces).map((piece) => utf8(piece)),
    ),
  })
  let accepted = 0
  const property = fc.property(linkedLine, fc.array(edit, { maxLength: 2 }), (line, edits) => {
    const changed = edits.reduce<Uint8Array>((bytes, { at, remove, insert }) => {
      const i = Math.floor(at * bytes.length)
      return Buffer.concat([bytes.subarray(0, i), insert, bytes.subarray(i + remove)])
    }, line)
    const scanned = scanEntry(changed)
    const expected = byDefinition(changed)
    if (expected !== undefined) accepted++
    expect(scanned === undefined ? undefined : fields(scanned)).toEqual(expected)
  })
  fc.assert(property, { numRuns: 30_000, seed: seedOf('scan against definition') })
  expect(accepted).toBeGreaterThan(5_000)
})

test('the records in a bundle are those of its lines one by one, and it is refused for the first that is none', () => {
  const edit = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255))
  const entries = fc.array(
    fc.tuple(
      linkedLine,
      fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: edit }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  const outcome = (read: () => unknown) => {
    try {
      return read()
    } catch (error) {
      if (error instanceof FormatError) return [error.code, error.expected, error.found]
      throw error
    }
  }
  let [taken, refused] = [0, 0]
  const property = fc.property(entries, fc.nat(7), (given, before) => {
    const bundle = encodeBundle(
      given.map(([line, change]) => {
        const changed = line.slice()
        if (change !== null) changed[Math.floor(change[0] * line.length)] = change[1]
        return changed
      }),
    )
    // As it may lie in the room that a network gave it in.
    const bytes = Buffer.concat([new Uint8Array(before), bundle, new Uint8Array(3)]).subarray(
      before,
      before + bundle.length,
    )
    const as = bytes.slice()
    const lines = decodeBundle(bytes, given.length)
    const expected = outcome(() => lines.map((line) => readEntry(line).record))
    expect(outcome(() => recordsInBundle(bytes, lines))).toEqual(expected)
    // Of a bundle that is begun here only what is new is read.
    const rest = lines.slice(1)
    expect(outcome(() => recordsInBundle(bytes, rest))).toEqual(
      outcome(() => rest.map((line) => readEntry(line).record)),
    )
    expect(Buffer.compare(bytes, as)).toBe(0)
    if (Array.isArray(expected) && typeof expected[0] === 'string') refused++
    else taken++
  })
  fc.assert(property, { numRuns: 3_000, seed: seedOf('records in bundles') })
  expect(Math.min(taken, refused)).toBeGreaterThan(300)
})

test('each single-bit change of a line is judged alike by scan and definition', () => {
  const [line = new Uint8Array()] = fc.sample(linkedLine, { numRuns: 1, seed: seedOf('one line') })
  for (let bit = 0; bit < line.length * 8; bit++) {
    const changed = line.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const scanned = scanEntry(changed)
    expect(scanned === undefined ? undefined : fields(scanned), `bit ${bit}`).toEqual(byDefinition(changed))
  }
})

test('a time is taken exactly if it is one that Date would print', () => {
  const near = fc.tuple(
    fc.nat(10_050),
    fc.nat(14),
    fc.nat(33),
    fc.nat(25),
    fc.nat(61),
    fc.nat(61),
    fc.nat(1_001),
  )
  const property = fc.property(near, ([year, month, day, hour, minute, second, millisecond]) => {
    const two = (n: number): string => String(n).padStart(2, '0')
    const time = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}Z`
    const milliseconds = Date.parse(time)
    const printed = Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString()
    expect(isTimestamp(time), time).toBe(printed === time)
  })
  fc.assert(property, { numRuns: 20_000, seed: seedOf('times') })
})

test('an escaped key reads as itself, whatever was read before it', () => {
  // The engine's own JSON.parse gets this wrong in Node 26.10 (nodejs/node#63785).
  JSON.parse('{"kind":1,"\\\\":1}')
  for (const one of [
    { kind: 1, '\n': 1 },
    { '': 1, '\n': 2 },
    { a: { b: [{ '"': 1, '\\': 2, '\t': 3 }] } },
    JSON.parse('{"__proto__":1,"\\n":2}'),
  ]) {
    expect(Object.entries(readCanonical(utf8(canonical(one))) as object)).toEqual(
      Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }
})

test.each([
  ['a symbol', () => ({ [Symbol('x')]: 1 })],
  ['a hidden member', () => Object.defineProperty({}, 'x', { value: 1, enumerable: false })],
  ['a hole', () => new Array(2)],
  ['a property beside the items', () => Object.assign([1], { x: 2 })],
  ['undefined', () => ({ a: undefined })],
  ['a date', () => ({ a: new Date(0) })],
])('%s is refused, because it would vanish from what is signed', (_, make) => {
  expect(() => canonical(make() as never)).toThrow(FormatError)
})

test('a draft or head that is not what its type says is refused', () => {
  const good = {
    actor: { id: 'a', name: 'b', via: 'c' },
    body: {},
    kind: 'x.y',
    time: '2026-03-02T08:00:00.000Z',
  }
  const head = emptyHead(SAMPLE_TRAIL)
  const link =
    (draft: object, from: object = head) =>
    () =>
      new Linker(key).link(from as never, draft as never)
  expect(link(good)).not.toThrow()
  for (const draft of [
    { actor: { ...good.actor, id: 5 } },
    { actor: { ...good.actor, name: null } },
    { kind: ['x.y'] },
    { time: 5 },
    { body: [] },
  ]) {
    expect(link({ ...good, ...draft })).toThrow(FormatError)
  }
  for (const from of [
    { size: -1 },
    { size: 0.5 },
    { checksum: 'x' },
    { trail: 'lab.example//t' },
    { trail: 'lab.example/../t' },
  ]) {
    expect(link(good, { ...head, ...from })).toThrow(FormatError)
  }
})
