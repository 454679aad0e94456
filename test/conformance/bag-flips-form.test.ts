import { BagUnreadable, RECIPE, verifyBag, zipFaults } from '@compliance-relay/shared/bag'
import { expect, test } from 'vitest'
import { smallTrail } from '../support/bag-flips.ts'
import { bagOf, FilesSource } from '../support/made-bag.ts'
import { placesIn, zipOf } from '../support/zipped.ts'

test('every bit of its recipe, turned over alone, is found, and by a code of its own', {
  timeout: 600_000,
}, async () => {
  const { files } = await bagOf(smallTrail(), { between: 0 })
  const recipe = files.get(RECIPE) ?? new Uint8Array()
  for (let bit = 0; bit < recipe.length * 8; bit++) {
    const flipped = recipe.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    // Whose word counts is no matter here, and takes most of the time.
    const source = new FilesSource(new Map(files).set(RECIPE, flipped))
    const { findings } = await verifyBag(source, { trust: { fingerprints: [] } })
    const codes = findings.map(({ code }) => code)
    if (!codes.includes('file-changed') || !codes.includes('recipe-changed'))
      throw new Error(`bit ${bit} of the recipe was not noticed`)
  }
  expect(recipe.length).toBeGreaterThan(4_000)
})

test('every bit of its zip beside what is packed, turned over alone, is found or the zip refused', {
  timeout: 600_000,
}, async () => {
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
