/** FORMAT.md 2.18: of all single-bit flips of a trail and its checkpoints, none goes unseen. The four low bits. */
import { beforeEach, expect, test } from 'vitest'
import { times } from '../support/repetitions.ts'
import { type Bits, expectEachFound, flipsOf, lineOfByte } from './flips.ts'
import { CHECKPOINT_NAMES, knownBytes } from './known-trail.ts'
import { requireVectors } from './vectors.ts'

beforeEach(requireVectors)

const bits: Bits = [0, 1, 2, 3]

test('every flipped low bit of the records is found, in the line where it is', async ({ annotate }) => {
  const records = knownBytes('records.jsonl')
  const flips = flipsOf('records.jsonl', bits)
  expect(flips).toHaveLength(times(1, bits.length) * records.length)
  const lineOf = lineOfByte(records)
  await annotate(expectEachFound(flips, (first, { at }) => first.line === lineOf(at)))
})

test.for(CHECKPOINT_NAMES)(
  'every flipped low bit of %s is found, and laid to it',
  async (name, { annotate }) => {
    const flips = flipsOf(name, bits)
    expect(flips).toHaveLength(times(1, bits.length) * knownBytes(name).length)
    await annotate(expectEachFound(flips, (first) => first.checkpoint === name))
  },
)
