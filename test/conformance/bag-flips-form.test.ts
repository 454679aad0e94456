import { BagUnreadable, RECIPE, verifyBag, zipFaults } from '@compliance-relay/shared/bag'
import { expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { BITS, flippedAt, smallTrail } from '../support/bag-flips.ts'
import { bagOf, FilesSource } from '../support/made-bag.ts'
import { Random } from '../support/random.ts'
import { bitsSaid, bitsTurned } from '../support/repetitions.ts'
import { placesIn, zipOf } from '../support/zipped.ts'

test(`${bitsSaid} of its recipe, turned over alone, is found, and by a code of its own`, async () => {
  const random = new Random(seedOf('bits of a recipe'))
  const { files } = await bagOf(smallTrail(), { between: 0 })
  const recipe = files.get(RECIPE) ?? new Uint8Array()
  for (let at = 0; at < recipe.length; at++)
    for (const bit of bitsTurned(BITS, random)) {
      // Whose word counts is no matter here, and takes most of the time.
      const source = new FilesSource(new Map(files).set(RECIPE, flippedAt(recipe, at, bit)))
      const { findings } = await verifyBag(source, { trust: { fingerprints: [] } })
      const codes = findings.map(({ code }) => code)
      if (!codes.includes('file-changed') || !codes.includes('recipe-changed'))
        throw new Error(`bit ${bit} of byte ${at} of the recipe was not noticed`)
    }
  expect(recipe.length).toBeGreaterThan(4_000)
})

test('every bit of its zip beside what is packed, turned over alone, is found or the zip refused', async () => {
  const { files } = await bagOf(smallTrail(), { between: 0 })
  const zip = await zipOf(files)
  const { files: places } = placesIn(zip)
  let flips = 0
  for (let bit = 0; bit < zip.length * 8; bit++) {
    const at = bit >> 3
    if (places.some(({ data, behind }) => at >= data && at < behind)) continue
    const flipped = zip.slice()
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7))
    flips++
    if (!(await isTold(flipped))) throw new Error(`bit ${bit} of the zip was not noticed`)
  }
  expect(flips).toBeGreaterThan(15_000)
})

async function isTold(zip: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    return (await zipFaults(new Blob([zip]))).length > 0
  } catch (error) {
    if (!(error instanceof BagUnreadable)) throw error
    return true
  }
}
