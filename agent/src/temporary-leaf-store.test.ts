import { BLOCK_LEAVES, Frontier, hex, leafHash, memoryLeafStore, utf8 } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { temporaryLeafStore } from './temporary-leaf-store.ts'

test.each([
  ['in memory', () => ({ leaves: memoryLeafStore(), close: () => undefined })],
  ['in a temporary file', temporaryLeafStore],
])('a leaf store %s gives back every leaf with its time, and the root at every size', (_, open) => {
  const { leaves, close } = open()
  const frontier = new Frontier()
  const size = 3 * BLOCK_LEAVES + 7
  const roots: string[] = []
  for (let i = 0; i < size; i++) {
    roots.push(hex(frontier.root()))
    const leaf = leafHash(utf8(`entry ${i}`))
    if (i % 5 === 0) leaves.append(leaf)
    else leaves.append(leaf, Date.UTC(2026, 2, 2) + i)
    frontier.append(leaf)
    leaf.fill(0)
  }
  expect(leaves.size).toBe(size)
  for (let i = 0; i < size; i += 13) {
    expect(hex(leaves.leaf(i))).toBe(hex(leafHash(utf8(`entry ${i}`))))
    expect(leaves.time(i)).toBe(i % 5 === 0 ? undefined : Date.UTC(2026, 2, 2) + i)
    expect(hex(leaves.root(i))).toBe(roots[i])
  }
  expect(hex(leaves.root(size))).toBe(hex(frontier.root()))
  expect(() => leaves.leaf(size)).toThrow(RangeError)
  expect(() => leaves.root(size + 1)).toThrow(RangeError)
  close()
})
