import { hash, randomBytes } from 'node:crypto'
import type { Columns } from './columns.ts'
import type { RecordPlace } from './trail-store.ts'

/** A row by which it is found who captured a content. */
export type ContentRow = RecordPlace & Pick<Columns, 'kind' | 'actor'> & { readonly digest: string }

/** By the first four digits of a digest: with a million captures some fifteen rows share a sum. */
const SUMS = 65_536
const SUM_BYTES = 16

/**
 * What is known in memory of the rows by which captures are found by their content: a sum for each beginning of a digest,
 * made of a hash of each row with a secret that nobody else has. Whoever looks for a content reads all rows of its
 * beginning and comes to the same sum, or a row was altered, made up or taken out: so that none is there shows that there
 * is none. A mebibyte, however many records there are.
 */
export class ContentSums {
  readonly #secret: string
  readonly #sums: Uint8Array<ArrayBuffer>

  constructor(parts: ContentSumsParts = newParts()) {
    this.#secret = parts.secret
    this.#sums = parts.sums
  }

  /** As it is given to another thread. */
  get parts(): ContentSumsParts {
    return { secret: this.#secret, sums: this.#sums }
  }

  add(row: ContentRow): void {
    addTo(this.#sums, SUM_BYTES * bucketOf(row.digest), this.#hash(row))
  }

  /** A sum to be made of rows, and held against the one known of a digest's beginning. */
  of(digest: string): ContentSum {
    const at = SUM_BYTES * bucketOf(digest)
    const sum = this.#sums.slice(at, at + SUM_BYTES)
    // Added once more, each takes itself out again: what is left of all of them is nothing.
    return {
      add: (row) => addTo(sum, 0, this.#hash(row)),
      isKnown: () => sum.every((byte) => byte === 0),
    }
  }

  #hash({ trail, seq, kind, actor, digest }: ContentRow): Uint8Array {
    return hash('sha256', JSON.stringify([this.#secret, trail, seq, kind, actor, digest]), 'buffer')
  }
}

export interface ContentSum {
  readonly add: (row: ContentRow) => void
  /** True once all rows were added, each once, and no other. */
  readonly isKnown: () => boolean
}

export interface ContentSumsParts {
  readonly secret: string
  readonly sums: Uint8Array<ArrayBuffer>
}

/** Digests with the same beginning as one: from the first of these up to the second. Undefined for what is none. */
export function rangeOf(digest: string): readonly [from: string, until: string] | undefined {
  if (!isDigest(digest)) return undefined
  const beginning = digest.slice(0, 4)
  return [beginning, `${beginning}g`]
}

/** Of a row that says what was captured: others are not looked for by their content. */
export function contentRowOf(
  { trail, seq }: RecordPlace,
  { kind, actor, digest }: Pick<Columns, 'kind' | 'actor' | 'digest'>,
): ContentRow | undefined {
  const isCapture = /^(?:file|dataset|capture)\./.test(kind)
  return isCapture && digest !== null && isDigest(digest) ? { trail, seq, kind, actor, digest } : undefined
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function bucketOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 4), 16)
}

function addTo(sums: Uint8Array, at: number, hash: Uint8Array): void {
  for (let i = 0; i < SUM_BYTES; i++) sums[at + i] = (sums[at + i] ?? 0) ^ (hash[i] ?? 0)
}

function newParts(): ContentSumsParts {
  return { secret: randomBytes(32).toString('hex'), sums: new Uint8Array(SUMS * SUM_BYTES) }
}
