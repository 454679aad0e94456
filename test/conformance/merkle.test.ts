/** transparency-dev/merkle: RFC 6962 proofs, honest ones and mutated ones. */
import { createHash } from 'node:crypto'
import { verifyConsistency, verifyInclusion } from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { requireVectors, tally, vectorNames, vectorText } from './vectors.ts'

beforeEach(requireVectors)

const FOLDER = 'merkle-transparency-dev/testdata'
/** SHA-256 of nothing, the root of the empty tree (RFC 6962, section 2.1). */
const EMPTY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

interface Probe {
  readonly wantErr: boolean
  readonly proof: readonly string[] | null
}
interface InclusionProbe extends Probe {
  readonly leafIdx: bigint
  readonly treeSize: bigint
  readonly root: string
  readonly leafHash: string
}
interface ConsistencyProbe extends Probe {
  readonly size1: bigint
  readonly size2: bigint
  readonly root1: string
  readonly root2: string
}

// Lib ES2024 does not know the third argument of a reviver, the number as it is written.
const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown

/** Sizes go up to 2^64, and are read as they are written. */
function probes<P extends Probe>(kind: 'inclusion' | 'consistency'): (P & { readonly name: string })[] {
  return vectorNames(FOLDER, kind).map((name) => {
    const fields = parse(vectorText(FOLDER, kind, name), (_, value, { source }) =>
      typeof value === 'number' ? BigInt(source ?? value) : value,
    )
    return { ...(fields as P), name }
  })
}

function hashOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

function proofOf({ proof }: Probe): Uint8Array[] {
  return (proof ?? []).map(hashOf)
}

function isIncluded(probe: InclusionProbe): boolean {
  const { leafIdx, treeSize, leafHash, root } = probe
  return verifyInclusion(hashOf(leafHash), leafIdx, treeSize, proofOf(probe), hashOf(root))
}

function isConsistent(probe: ConsistencyProbe): boolean {
  const { size1, size2, root1, root2 } = probe
  return verifyConsistency(size1, size2, proofOf(probe), hashOf(root1), hashOf(root2))
}

test('inclusion holds for each of the 98 probes that should hold, and for no other', async ({ annotate }) => {
  const all = probes<InclusionProbe>('inclusion')
  expect(all).toHaveLength(98)
  expect(all.filter((one) => isIncluded(one) === one.wantErr).map((one) => one.name)).toEqual([])
  await annotate(JSON.stringify(tally(all, (one) => (one.wantErr ? 'refused' : 'held'))))
})

test('consistency holds for each of the 98 probes that should hold, and for no other', async ({
  annotate,
}) => {
  const all = probes<ConsistencyProbe>('consistency')
  expect(all).toHaveLength(98)
  const wrong = all.filter((one) => isConsistent(one) === one.wantErr)
  // Its two roots are the words "don't care", equal but no hashes, and ours takes 32 bytes or nothing.
  expect(wrong.map(({ name }) => name)).toEqual(['additional/sizes-are-equal-one-and-proof-is-empty.json'])
  expect(wrong.flatMap(({ root1, root2 }) => [root1, root2]).map((root) => hashOf(root).length)).toEqual([
    12, 12,
  ])
  await annotate(JSON.stringify(tally(all, (one) => (one.wantErr ? 'refused' : 'held'))))
})

/*
 * Where a probe has words for a root, it is refused for them, and what it is about is not reached. So each is
 * held again with the hash of the words. That library refuses every proof from an empty tree and leaves that
 * case to its caller; ours takes the one that C2SP tlog-witness prescribes, the root of nothing and no hashes.
 */
test('with hashes for roots the probes hold as they should, but for a lawful start from nothing', () => {
  const all = probes<ConsistencyProbe>('consistency').map((one) => ({
    ...one,
    root1: rootOfWords(one.root1),
    root2: rootOfWords(one.root2),
  }))
  const fromNothing = all.filter(
    ({ size1, size2, root1, proof }) => size1 === 0n && size2 > 0n && root1 === EMPTY && proof?.length === 0,
  )
  expect(fromNothing.map(({ name }) => name)).toEqual(['additional/size1-is-zero-and-size2-is-not-zero.json'])
  const wrong = all.filter((one) => isConsistent(one) === one.wantErr)
  expect(wrong.map(({ name }) => name)).toEqual(fromNothing.map(({ name }) => name))
})

function rootOfWords(base64: string): string {
  const bytes = hashOf(base64)
  return bytes.length === 32 ? base64 : createHash('sha256').update(bytes).digest('base64')
}

test('some probes have sizes that a JavaScript number cannot hold', () => {
  const sizes = probes<InclusionProbe>('inclusion').flatMap((one) => [one.leafIdx, one.treeSize])
  expect(sizes.some((size) => size > 2n ** 53n && BigInt(Number(size)) !== size)).toBe(true)
})

test('an empty tree begins every tree, by a proof without hashes', () => {
  const honest = probes<ConsistencyProbe>('consistency').filter((one) => !one.wantErr && one.size1 > 1n)
  const empty = hashOf(EMPTY)
  expect(honest.length).toBeGreaterThan(0)
  for (const { size2, root1, root2 } of honest) {
    expect(verifyConsistency(0n, size2, [], empty, hashOf(root2))).toBe(true)
    expect(verifyConsistency(0n, size2, [], hashOf(root1), hashOf(root2))).toBe(false)
    expect(verifyConsistency(0n, size2, [empty], empty, hashOf(root2))).toBe(false)
  }
})
