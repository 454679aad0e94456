/** Known answers of our own format: keys, entries, leaves and roots, made again and read back. */
import {
  type Actor,
  type Body,
  base64,
  emptyHead,
  Frontier,
  hex,
  Linker,
  leafHash,
  macKey,
  parseVkey,
  readEntry,
  rootOf,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { ed25519PublicKey as publicKeyOnNoble } from '../../shared/src/trail/platform/ed25519.ts'
import {
  knownBytes,
  knownKeys,
  knownLeaves,
  knownLines,
  knownMacKeys,
  knownOptions,
  knownSigners,
} from './known-trail.ts'
import { bytesOfHex, requireVectors, vectorText } from './vectors.ts'

beforeEach(requireVectors)

test('MAC keys have the names in keys.json, and the second follows from the first', () => {
  const { kid0, kid1, macKey1 } = knownKeys()
  const [first, second] = knownMacKeys()
  expect([first.kid, second.kid]).toEqual([kid0, kid1])
  expect(hex(first.next())).toBe(macKey1)
  expect(macKey(first.next()).kid).toBe(kid1)
})

test('each seed gives the verifier key in keys.json, in browsers too', () => {
  const keys = knownKeys()
  const signers = knownSigners()
  for (const role of ['trail', 'witness', 'user'] as const) {
    expect(signers[role].vkey).toBe(keys[role])
    expect(parseVkey(keys[role])).toMatchObject({ id: signers[role].id, type: signers[role].type })
    expect(hex(publicKeyOnNoble(bytesOfHex(keys[`${role}Seed`])))).toBe(hex(parseVkey(keys[role]).key))
  }
})

test('every entry is made again from its own values, through the key rotation', () => {
  const linkers = knownMacKeys().map((key) => [key.kid, new Linker(key)] as const)
  const values = knownLines().map((line) => parsed(line).record)
  let head = emptyHead(values[0]?.trail ?? '')
  for (const [i, { actor, body, kind, time, kid }] of values.entries()) {
    // Keys in another order than they are written in, so that writing has to put them in theirs.
    const draft = { actor, body: turned(body) as Body, kind, time }
    const [, linker] = linkers.find(([name]) => name === (head.kid ?? kid)) ?? []
    const linked = linker?.link(head, draft)
    expect(text(linked?.line), `entry ${i}`).toBe(text(knownLines()[i]))
    if (linked !== undefined) head = linked.head
  }
  expect(head).toMatchObject({ size: 7, kid: knownKeys().kid1, checksum: parsed(knownLines()[6]).checksum })
  expect(() => linkers[0]?.[1].link(head, { ...draftOf(values[6]) })).toThrow('rotate first')
})

test('every entry is read as the values it holds', () => {
  expect(knownLines()).toHaveLength(7)
  for (const line of knownLines()) expect(readEntry(line)).toEqual(parsed(line))
})

test('the leaf hash of every line is the one in leaf-hashes.txt', () => {
  const expected = vectorText('trail/leaf-hashes.txt').trimEnd().split('\n')
  expect(expected).toHaveLength(7)
  expect(knownLines().map((line) => hex(leafHash(line)))).toEqual(expected)
})

test('the root at every size is the one in roots.txt, kept as a frontier or computed from the leaves', () => {
  const roots = vectorText('trail/roots.txt').trimEnd().split('\n')
  const leaves = knownLeaves()
  const frontier = new Frontier()
  const kept = roots.map((_, size) => {
    if (size > 0) frontier.append(leaves.leaf(size - 1))
    return `${frontier.size} ${base64(frontier.root())}`
  })
  expect(roots).toHaveLength(8)
  expect(kept).toEqual(roots)
  expect(roots.map((_, size) => `${size} ${base64(rootOf(size, leaves.node))}`)).toEqual(roots)
  expect(roots.map((_, size) => `${size} ${base64(leaves.root(size))}`)).toEqual(roots)
})

test('the whole trail verifies, and all of it was checked', () => {
  const report = verifyTrail([knownBytes('records.jsonl')], knownOptions())
  expect([report.findings, report.notices]).toEqual([[], []])
  expect(report).toMatchObject({ lines: 7, entries: 7, trail: knownSigners().trail.name })
  expect(report.checked).toMatchObject({ checksums: 7, checkpoints: 2, coveredSize: 7, statements: 1 })
  expect(`7 ${base64(report.root)}`).toBe(vectorText('trail/roots.txt').trimEnd().split('\n').at(-1))
})

interface ParsedEntry {
  readonly checksum: string
  readonly record: {
    readonly actor: Actor
    readonly body: Body
    readonly kid: string
    readonly kind: string
    readonly time: string
    readonly trail: string
  }
}

/** The line by the platform's own parser, not by ours. */
function parsed(line: Uint8Array | undefined): ParsedEntry {
  return JSON.parse(text(line)) as ParsedEntry
}

function draftOf(record: ParsedEntry['record'] | undefined) {
  if (record === undefined) throw new Error('there is no such entry')
  const { actor, body, kind, time } = record
  return { actor, body, kind, time }
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes)
}

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  )
}
