import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { memoryGiver } from './give-back-memory.ts'

const heapMiB = (): number => getHeapStatistics().total_heap_size / 2 ** 20

test('what a burst left on the heap is given back', () => {
  const giveBack = memoryGiver()
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
