import { RECIPE } from '@compliance-relay/shared/bag'
import { parsePolicy } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { BITS, flippedAt, smallTrail } from '../support/bag-flips.ts'
import { bagOf, verifiedBy } from '../support/made-bag.ts'
import { Random } from '../support/random.ts'
import { bitsSaid, bitsTurned } from '../support/repetitions.ts'

test(`${bitsSaid} of every file of a bag but its recipe, turned over alone, is found`, async () => {
  const random = new Random(seedOf('bits of a small bag'))
  const small = await bagOf(smallTrail(), { between: 0 })
  const policy = parsePolicy(small.policy)
  let flips = 0
  for (const [name, bytes] of small.files) {
    if (name === RECIPE) continue
    for (let at = 0; at < bytes.length; at++)
      for (const bit of bitsTurned(BITS, random)) {
        const files = new Map(small.files).set(name, flippedAt(bytes, at, bit))
        flips++
        const { findings } = await verifiedBy(files, { policy })
        if (findings.length === 0) throw new Error(`bit ${bit} of byte ${at} of ${name} was not noticed`)
      }
  }
  expect(flips).toBeGreaterThan(5_000)
})
