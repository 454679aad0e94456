import { RECIPE } from '@compliance-relay/shared/bag'
import { expect, test } from 'vitest'
import { smallTrail } from '../support/bag-flips.ts'
import { bagOf, verified } from '../support/made-bag.ts'

test('every bit of every other file of a bag, turned over alone, is found', {
  timeout: 600_000,
}, async () => {
  const small = await bagOf(smallTrail(), { between: 0 })
  let flips = 0
  for (const [name, bytes] of small.files) {
    if (name === RECIPE) continue
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const files = new Map(small.files).set(name, flipped)
      flips++
      const { findings } = await verified(files, small.policy)
      if (findings.length === 0) throw new Error(`bit ${bit} of ${name} was not noticed`)
    }
  }
  expect(flips).toBeGreaterThan(20_000)
})
