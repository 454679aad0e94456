import { expect, test } from 'vitest'
import { bagOf, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

test('every bit of every file of a bag, turned over alone, is found', {
  timeout: 600_000,
}, async () => {
  const small = await bagOf(smallTrail(), {}, 0)
  let flips = 0
  for (const [name, bytes] of small.files) {
    // The text of the recipe is the same in every bag; every 7th of its bits is enough.
    const stride = name.endsWith('VERIFY.txt') ? 7 * 8 + 1 : 1
    for (let bit = 0; bit < bytes.length * 8; bit += stride) {
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

function smallTrail(): TrailMaker {
  const maker = new TrailMaker('small bag')
  maker.take({ do: 'capture', body: { path: 'a' } })
  return maker
}
