import type { Random } from './random.ts'

/**
 * What is done again and again to find what is rare. The lanes do as much of it as notices each control that is gone, at
 * other places in each run; `npm run soak:whole` does all of it.
 */
const isWhole = process.env['REPETITIONS'] === 'whole'

/** How often, in the lanes and in the whole. */
export function times(inLane: number, whole: number): number {
  return isWhole ? whole : inLane
}

/** Which of some bits of a byte are turned over, each alone: one, and in the whole every one. */
export function bitsTurned(of: readonly number[], random: Random): readonly number[] {
  return isWhole ? of : [random.pick(of)]
}

/** For the name of a test. */
export const bitsSaid = isWhole ? 'every bit' : 'a bit of every byte'
