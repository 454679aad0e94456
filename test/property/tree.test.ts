import { hash } from 'node:crypto'
import {
  consistencyProof,
  emptyRoot,
  Frontier,
  fromHex,
  type Hash,
  hex,
  inclusionProof,
  leafHash,
  memoryLeafStore,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'

const SIZE_MAX = 700

const lines = Array.from({ length: SIZE_MAX }, (_, i) => utf8(`entry ${i}`))
const store = memoryLeafStore()
for (const line of lines) store.append(leafHash(line))

/** RFC 6962, section 2.1, word for word, by node:crypto: slow, and shares nothing with the product. */
function definition(entries: readonly Uint8Array[]): string {
  const [first] = entries
  if (first === undefined) return hash('sha256', '')
  if (entries.length === 1) return hash('sha256', Buffer.concat([Buffer.of(0), first]))
  let k = 1
  while (2 * k < entries.length) k *= 2
  const [left, right] = [definition(entries.slice(0, k)), definition(entries.slice(k))]
  return hash('sha256', Buffer.concat([Buffer.of(1), fromHex(left, 32), fromHex(right, 32)]))
}

test('the frontier has the root that RFC 6962 defines at every size, from O(log n) state', () => {
  const frontier = new Frontier()
  for (let size = 0; size < SIZE_MAX; size++) {
    const expected = size < 300 ? definition(lines.slice(0, size)) : hex(store.root(size))
    expect(hex(frontier.root())).toBe(expected)
    const { hashes } = frontier.state()
    expect(hashes.length).toBe(size.toString(2).replaceAll('0', '').length)
    frontier.append(store.leaf(size))
  }
})

test('a frontier gives the root of each full tile once, wherever it was taken up', () => {
  const property = fc.property(fc.nat(SIZE_MAX), (from) => {
    const first = new Frontier()
    for (let i = 0; i < from; i++) first.append(store.leaf(i))
    const roots: string[] = []
    const second = new Frontier(first.state(), (root) => roots.push(hex(root)))
    for (let i = from; i < SIZE_MAX; i++) second.append(store.leaf(i))
    const tiles = Array.from({ length: Math.floor(SIZE_MAX / 256) }, (_, i) => hex(store.node(8, i)))
    expect(roots).toEqual(tiles.slice(Math.floor(from / 256)))
  })
  fc.assert(property, { numRuns: 100, seed: seedOf('roots of tiles') })
})

test('a frontier taken up from its state goes on as if it had never stopped', () => {
  const property = fc.property(fc.nat(SIZE_MAX - 1), fc.nat(SIZE_MAX - 1), (a, b) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)]
    const first = new Frontier()
    for (let i = 0; i < from; i++) first.append(store.leaf(i))
    const second = new Frontier(first.state())
    for (let i = from; i < to; i++) second.append(store.leaf(i))
    expect(hex(second.root())).toBe(hex(store.root(to)))
  })
  fc.assert(property, { numRuns: 200, seed: seedOf('frontier states') })
})

test('a frontier whose state does not fit its size is refused', () => {
  expect(() => new Frontier({ size: 3, hashes: [store.leaf(0)] })).toThrow(RangeError)
  expect(() => new Frontier({ size: 1, hashes: [store.leaf(0).subarray(1)] })).toThrow(RangeError)
  expect(() => new Frontier({ size: -1, hashes: [] })).toThrow(RangeError)
})

/** A change that no proof survives: a bit, a hash more or less, another order. */
function spoil(path: readonly Hash[], at: number): Hash[][] {
  const i = path.length === 0 ? 0 : at % path.length
  const flipped = path.map((one, k) =>
    k === i ? one.map((byte, j) => (j === at % 32 ? byte ^ 1 : byte)) : one,
  )
  const spoiled = [[...path, store.leaf(0)], path.slice(0, -1), path.toSpliced(i, 1), flipped]
  return spoiled.filter((other) => other.map(hex).join() !== path.map(hex).join())
}

const place = fc.nat(SIZE_MAX - 1)

test('every inclusion proof made holds, and none holds for another leaf, place, size or spoiled path', () => {
  const property = fc.property(place, place, fc.nat(), (a, b, at) => {
    const [index, size] = [Math.min(a, b), Math.max(a, b) + 1]
    const path = inclusionProof(index, size, store.node)
    const [leaf, root] = [store.leaf(index), store.root(size)]
    expect(verifyInclusion(leaf, index, size, path, root)).toBe(true)
    expect(verifyInclusion(leaf, BigInt(index), BigInt(size), path, root)).toBe(true)
    expect(verifyInclusion(store.leaf((index + 1) % SIZE_MAX), index, size, path, root)).toBe(false)
    expect(verifyInclusion(leaf, index + 1, size, path, root)).toBe(false)
    expect(verifyInclusion(leaf, index, size, path, store.root(size - 1))).toBe(false)
    for (const spoiled of spoil(path, at))
      expect(verifyInclusion(leaf, index, size, spoiled, root)).toBe(false)
  })
  fc.assert(property, { numRuns: 500, seed: seedOf('inclusion proofs') })
})

test('every consistency proof made holds, and none holds for other sizes, roots or a spoiled path', () => {
  const property = fc.property(place, place, fc.nat(), (a, b, at) => {
    const [old, size] = [Math.min(a, b), Math.max(a, b)]
    const path = consistencyProof(old, size, store.node)
    const [oldRoot, root] = [store.root(old), store.root(size)]
    expect(verifyConsistency(old, size, path, oldRoot, root)).toBe(true)
    expect(verifyConsistency(old, size, path, store.root(old + 1), root)).toBe(false)
    // An empty tree begins every tree, so there the new root is not looked at.
    if (old > 0) expect(verifyConsistency(old, size, path, oldRoot, store.root(size + 1))).toBe(false)
    for (const spoiled of spoil(path, at))
      expect(verifyConsistency(old, size, spoiled, oldRoot, root)).toBe(false)
  })
  fc.assert(property, { numRuns: 500, seed: seedOf('consistency proofs') })
})

test('two trees of no leaves are one only if both have the root of nothing', () => {
  expect(verifyConsistency(0, 0, [], emptyRoot(), emptyRoot())).toBe(true)
  expect(verifyConsistency(0, 0, [], emptyRoot(), store.leaf(0))).toBe(false)
  expect(verifyConsistency(0, 5, [], emptyRoot(), store.root(5))).toBe(true)
  expect(verifyConsistency(0, 5, [], store.root(5), store.root(5))).toBe(false)
  expect(verifyConsistency(0, 5, [store.leaf(0)], emptyRoot(), store.root(5))).toBe(false)
})
