import { expect, test } from 'vitest'
import { spread } from './trails-to-export.ts'

test('of however many checkpoints a bag has the first, the last, and a few between them, evenly', () => {
  for (const count of [0, 1, 2, 23, 24, 25, 100, 1_000, 86_400]) {
    const all = Array.from({ length: count }, (_, i) => 3 * i + 1)
    const kept = spread(all)
    expect(kept[0]).toBe(all[0])
    expect(kept.at(-1)).toBe(all.at(-1))
    expect(kept.length).toBeLessThanOrEqual(25)
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(count, 12))
    expect([...kept].sort((a, b) => a - b)).toEqual(kept)
    const gaps = kept.slice(1, -1).map((one, i) => one - (kept[i] ?? 0))
    expect(new Set(gaps).size).toBeLessThanOrEqual(1)
  }
})
