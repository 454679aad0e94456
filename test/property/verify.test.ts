import {
  cosign,
  emptyRoot,
  printCheckpoint,
  signCheckpoint,
  verifyTrail,
  verifyTrailStream,
  withSignature,
} from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeqPlaces } from '../../shared/src/trail/seq-places.ts'
import { seedOf, step } from '../support/arbitraries.ts'
import { fileOf, makeTrail, TrailMaker } from '../support/make-trail.ts'
import { times } from '../support/repetitions.ts'

const trail = makeTrail('verify', [
  { do: 'capture', body: { path: 'α/fid' } },
  { do: 'rotate' },
  { do: 'sign', reason: 'because' },
])
const file = fileOf(trail.lines)
const options = {
  keys: [trail.key],
  policy: trail.policy,
  checkpoints: trail.checkpoints.map((bytes, i) => ({ name: String(i), bytes })),
}

test('a trail verifies alike in pieces of any size, at once or over time', async () => {
  const whole = verifyTrail([file], options)
  expect(whole.findings).toEqual([])
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
    async (sizes) => {
      const pieces: Uint8Array[] = []
      for (let at = 0, i = 0; at < file.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        pieces.push(file.subarray(at, at + size))
        at += size
      }
      expect(verifyTrail(pieces, options)).toEqual(whole)
      const later = async function* () {
        yield* pieces
      }
      expect(await verifyTrailStream(later(), options)).toEqual(whole)
    },
  )
  await fc.assert(property, { numRuns: 100, seed: seedOf('pieces') })
})

test('no bytes make it throw, neither as a trail nor as a checkpoint', () => {
  const damaged = fc
    .tuple(
      fc.array(step, { maxLength: 4 }),
      fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.uint8Array({ maxLength: 6 }),
        ),
        { maxLength: 6 },
      ),
    )
    .map(([steps, edits]) =>
      edits.reduce<Uint8Array>(
        (bytes, [at, put]) => {
          const i = Math.floor(at * bytes.length)
          return Buffer.concat([bytes.subarray(0, i), put, bytes.subarray(i + put.length)])
        },
        fileOf(makeTrail('verify', steps).lines),
      ),
    )
  const anything = fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged)
  const property = fc.property(anything, anything, (bytes, checkpoint) => {
    const report = verifyTrail([bytes], { ...options, checkpoints: [{ name: 'given', bytes: checkpoint }] })
    expect(report.findings.length).toBeGreaterThan(0)
  })
  fc.assert(property, { numRuns: times(300, 1_000), seed: seedOf('any bytes') })
})

test('one line without end is one finding, and is not kept', () => {
  const piece = new Uint8Array(1 << 20).fill(0x61)
  const before = process.memoryUsage().arrayBuffers
  const report = verifyTrail(Array.from({ length: 64 }, () => piece))
  expect(report.findings.map((finding) => finding.code)).toEqual(['no-final-newline', 'line-too-long'])
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(piece.length * 4)
})

test('every fault of a trail is named, not only the first', () => {
  const lines = Array.from({ length: 40 }, (_, i) => ({ do: 'capture' as const, body: { n: i } }))
  const long = makeTrail('many faults', lines)
  const edited = long.lines.map((line, i) => {
    const text = Buffer.from(line).toString('utf8')
    return i % 10 === 5 ? Buffer.from(text.replace(`"n":${i - 1}`, `"n":${i + 99}`)) : line
  })
  const { findings } = verifyTrail([fileOf(edited)], { keys: [long.key] })
  expect(findings.map(({ code, seq }) => `${code} ${seq}`)).toEqual(
    [5, 15, 25, 35].map((seq) => `checksum-mismatch ${seq}`),
  )
})

test('a trail emptied to nothing is said to be shorter than its checkpoints', () => {
  const { findings } = verifyTrail([], options)
  expect(findings.map(({ code, found }) => ({ code, found }))).toEqual(
    options.checkpoints.map(() => ({ code: 'checkpoint-beyond-end', found: '0' })),
  )
})

test('faults without number are counted, and the first of each kind are given', () => {
  const { findings, omitted } = verifyTrail([new Uint8Array(5_000).fill(0x0a)])
  expect(findings.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
  expect(omitted).toEqual([{ code: 'blank-line', count: 4_000, line: 5_000 }])
})

test('a checkpoint of no records holds for a sound trail, and not for another one', () => {
  const maker = new TrailMaker('empty head')
  const empty = { origin: maker.trail, size: 0, root: emptyRoot() }
  const signed = signCheckpoint(empty, maker.trailKey)
  const bytes = printCheckpoint(withSignature(signed, cosign(signed, maker.witness, 1_772_438_400)))
  const held = (lines: readonly Uint8Array[]) =>
    verifyTrail([fileOf(lines)], { policy: maker.policy, checkpoints: [{ name: '0', bytes }] })
  expect(held(maker.lines)).toMatchObject({ findings: [], checked: { checkpoints: 1, coveredSize: 0 } })
  const other = new TrailMaker('empty head', 'lab.example/t/other/20260302-0000')
  expect(held(other.lines).findings.map(({ code }) => code)).toEqual(['checkpoint-origin'])
})

test('a lone line with a far seq does not take the places of those after it', () => {
  const places = new SeqPlaces()
  for (const [place, seq] of [0, 1, 2 ** 53 - 1, 2, 3, 3, 6, 5].entries()) places.take(seq, place)
  expect([0, 1, 2, 3, 4, 5, 6, 7, 2 ** 53 - 1].map((seq) => places.placeOf(seq))).toEqual([
    0,
    1,
    3,
    4,
    undefined,
    7,
    6,
    undefined,
    2,
  ])
})

test('a very long line is the same finding and leaf however the input is cut', () => {
  const line = Buffer.concat([new Uint8Array(100_000).fill(0x61), Buffer.of(0x0a)])
  const cut = (size: number): Uint8Array[] =>
    Array.from({ length: Math.ceil(line.length / size) }, (_, i) => line.subarray(i * size, (i + 1) * size))
  const whole = verifyTrail([line])
  expect(whole.findings.map(({ code }) => code)).toEqual(['line-too-long'])
  for (const size of [1_000, 65_536, 99_999]) expect(verifyTrail(cut(size))).toEqual(whole)
})
