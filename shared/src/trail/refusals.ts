import { hex, utf8 } from './bytes.ts'
import { canonical, type Value } from './canonical.ts'
import { HASH_BYTES, type Hash, sha256 } from './hash.ts'
import type { Body, TrailRecord } from './record.ts'
import { refusalIn } from './subjects.ts'

/** What is wrong with a claim: how the refusal it names would have to stand there. */
export interface ClaimFault {
  readonly expected: string
  readonly found: string
}

/** What a record says was captured; a claim says the same of the refusal that it answers for. */
function saidIn({ project, watch, path, sha256: digest, manifest }: Body): string {
  const content = typeof digest === 'string' ? { sha256: digest } : textIn('manifest', manifest)
  const said = {
    ...content,
    ...textIn('path', path),
    ...textIn('project', project),
    ...textIn('watch', watch),
  }
  return canonical(said)
}

function textIn(name: string, value: Value | undefined): { readonly [name: string]: string } {
  return typeof value === 'string' ? { [name]: value } : {}
}

type Said = Pick<TrailRecord, 'kind' | 'body'>

/** Whether a record is the refusal that a claim answers for: of this leaf hash, and of the same capture. Pure. */
export function isClaimOf(claim: Said, refusal: Said, leaf: Hash): boolean {
  return (
    refusal.kind === 'capture.refused' &&
    refusalIn(claim)?.leaf === hex(leaf) &&
    saidIn(claim.body) === saidIn(refusal.body)
  )
}

/**
 * The refusals of one trail as they pass, so that each claim is held against the very one it names. 40 bytes a refusal:
 * its seq, and a hash of its leaf and of what it says was captured.
 */
export class Refusals {
  #seqs = new Float64Array(16)
  #hashes = new Uint8Array(16 * HASH_BYTES)
  #count = 0

  /** Takes in a record that is none of a claim; of a trail that goes back, what is numbered below is not taken. */
  take(seq: number, { kind, body }: Said, leaf: Hash): void {
    if (kind !== 'capture.refused') return
    if (this.#count > 0 && seq <= (this.#seqs[this.#count - 1] ?? 0)) return
    if (this.#count === this.#seqs.length) this.#grow()
    this.#seqs[this.#count] = seq
    this.#hashes.set(hashOf(hex(leaf), body), this.#count * HASH_BYTES)
    this.#count++
  }

  /** Undefined if the claim is of the refusal at the place that it names in this trail. */
  fault(claim: Said): ClaimFault | undefined {
    const named = refusalIn(claim)
    if (named === undefined) return NAMES_NONE
    const { seq, leaf } = named
    const at = this.#placeOf(seq)
    const found = `${saidIn(claim.body)}, leaf ${typeof leaf === 'string' ? leaf : 'none'}`
    if (at === undefined)
      return { expected: 'a refusal that stands before it', found: `none at record ${seq}` }
    const hash = this.#hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
    const isSame = typeof leaf === 'string' && hex(hash) === hex(hashOf(leaf, claim.body))
    return isSame ? undefined : { expected: `what the refusal at record ${seq} says`, found }
  }

  #placeOf(seq: number): number | undefined {
    let [from, until] = [0, this.#count]
    while (from < until) {
      const middle = (from + until) >> 1
      if ((this.#seqs[middle] ?? 0) < seq) from = middle + 1
      else until = middle
    }
    return from < this.#count && this.#seqs[from] === seq ? from : undefined
  }

  #grow(): void {
    const [seqs, hashes] = [this.#seqs, this.#hashes]
    this.#seqs = new Float64Array(2 * seqs.length)
    this.#hashes = new Uint8Array(2 * hashes.length)
    this.#seqs.set(seqs)
    this.#hashes.set(hashes)
  }
}

export const NAMES_NONE: ClaimFault = { expected: 'a refusal, by its trail and seq', found: 'none' }

function hashOf(leaf: string, body: Body): Hash {
  return sha256(utf8(`${leaf}\n${saidIn(body)}`))
}
