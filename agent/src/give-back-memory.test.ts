import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { memoryGiver } from './give-back-memory.ts'

const heapMiB = (): number => getHeapStatistics().total_heap_size / 2 ** 20

test('what a burst left on the heap is given back', () => {
  const giveBack = memoryGiver(() => {})
  giveBack()
  const before = heapMiB()
  let kept: unknown[] = Array.from({ length: 500_000 }, (_, i) => ({ i, text: `unit ${i}` }))
  expect(kept.length).toBe(500_000)
  const burst = heapMiB()
  kept = []
  giveBack()
  expect(burst).toBeGreaterThan(before + 30)
  expect(heapMiB()).toBeLessThan(before + 15)
})

const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20

test.runIf(process.platform === 'linux')('what the C library keeps of it is given back too', () => {
  let shrunk = 0
  const giveBack = memoryGiver(() => shrunk++)
  giveBack()
  const before = rssMiB()
  // Freed all but a few: those hold the library's heap open, as pages of a cache do.
  let blocks = Array.from({ length: 2_000 }, () => Buffer.alloc(100_000, 1))
  const burst = rssMiB()
  blocks = blocks.filter((_, i) => i % 100 === 0)
  giveBack()
  expect(burst).toBeGreaterThan(before + 150)
  expect(rssMiB()).toBeLessThan(before + 60)
  expect(blocks).toHaveLength(20)
  expect(shrunk).toBe(2)
})
