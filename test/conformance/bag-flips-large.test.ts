import { expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { type Flip, flipGroups, largeBag, missed } from '../support/bag-flips.ts'
import { Random } from '../support/random.ts'
import { times } from '../support/repetitions.ts'

const RECORDS = times(4_000, 20_000)
const FLIPS = times(4_000, 20_000)
const AT_ONCE = 900

test(`${FLIPS} random bits of a bag with ${RECORDS} records, turned over, are found, each in its place`, async () => {
  const random = new Random(seedOf('bits of a large bag'))
  const bag = await largeBag(RECORDS)
  let alone = 0
  const groups: Flip[][] = flipGroups(bag.files, random, FLIPS, AT_ONCE)
  expect(groups.flat()).toHaveLength(FLIPS)
  for (const flips of groups) {
    if (flips.length === 1) alone++
    const [first] = await missed(bag, flips)
    if (first !== undefined) throw new Error(`bit ${first.bit} of ${first.file} was not found`)
  }
  // Bits of ends of lines, and of small files, are turned over alone: most are not of those.
  expect(alone).toBeLessThan(FLIPS / 50)
})
