import { flipGroups, largeBag, missed } from '../support/bag-flips.ts'
import { Random } from '../support/random.ts'

const RECORDS = 20_000
/** Drawn at once; how many of them are turned over, the time decides. */
const DRAWN = 10_000

/**
 * Random bits of a large bag, each turned over alone, and the bag verified: until the time is over. The conformance lane
 * and `npm run soak:whole` do many at once. Returns the lines of those that were not found.
 */
export async function bagBits(
  seed: number,
  until: number,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const bag = await largeBag(RECORDS)
  const random = new Random(seed)
  const lost: string[] = []
  let turned = 0
  while (Date.now() < until)
    for (const flip of flipGroups(bag.files, random, DRAWN, 1).flat()) {
      if (Date.now() >= until) break
      turned++
      if ((await missed(bag, [flip])).length > 0) lost.push(`bit ${flip.bit} of ${flip.file} was not found`)
    }
  print(
    `seed ${seed}: ${turned} bits of a bag of ${RECORDS} records turned over, each alone; not found: ${lost.length}`,
  )
  return lost
}
