import { base64, equalBytes } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { FormatError, shown } from './format-error.ts'
import type { Hash } from './hash.ts'
import { judgeCheckpoint, type Policy, type PolicyVerdict } from './policy.ts'
import type { Finding, Sighting } from './report.ts'
import { emptyRoot } from './tree.ts'

/** A checkpoint to hold a trail against: its bytes, and a name for the report. */
export interface GivenCheckpoint {
  readonly name: string
  readonly bytes: Uint8Array
}

/** When the witnesses saw a head: the records below its size existed by then. */
export interface WitnessedSize {
  readonly origin: string
  readonly size: number
  readonly seconds: number
}

interface Claim {
  readonly name: string
  readonly checkpoint: Checkpoint
  /** Signatures and quorum are as the policy wants them. */
  readonly trusted: boolean
  readonly witnessed: PolicyVerdict['witnessed']
}

/**
 * The checkpoints a trail is held against. Signatures are judged before the first entry is read; each
 * root is compared at the moment the trail has reached that size.
 */
export class CheckpointClaims {
  readonly #claims: Claim[] = []
  readonly #report: (finding: Finding) => void
  readonly #witnessed: WitnessedSize[] = []
  /** How many claims, in order of size, have been settled. */
  #settled = 0
  #empty: readonly Claim[] = []
  #held = 0
  #largest: Claim | undefined

  constructor(
    given: readonly GivenCheckpoint[],
    policy: Policy | undefined,
    report: (finding: Finding) => void,
  ) {
    this.#report = report
    for (const one of given) this.#add(one, policy)
    this.#claims.sort((a, b) => a.checkpoint.size - b.checkpoint.size)
    while (this.#claims[this.#settled]?.checkpoint.size === 0) this.#settled++
    this.#empty = this.#claims.slice(0, this.#settled)
    this.#witnessed.sort((a, b) => a.size - b.size)
  }

  /** The next size at which a root is wanted, or infinity. Size 0 is settled at the end, when the trail has a name. */
  get nextSize(): number {
    return this.#claims[this.#settled]?.checkpoint.size ?? Number.POSITIVE_INFINITY
  }

  /** Heads of a trail with good cosignatures, in order of size. */
  witnessedOf(trail: string): readonly WitnessedSize[] {
    return this.#witnessed.filter((one) => one.origin === trail)
  }

  /** How many checkpoints held in every respect, the size of the largest, and its witnesses. */
  get held(): { readonly count: number; readonly size: number; readonly by: readonly Sighting[] } {
    const { checkpoint, witnessed } = this.#largest ?? {}
    return { count: this.#held, size: checkpoint?.size ?? 0, by: witnessed ?? [] }
  }

  /** The trail has reached `nextSize` with this root. */
  compare(trail: string | undefined, root: Hash): void {
    const size = this.nextSize
    for (; this.nextSize === size; this.#settled++)
      this.#settle(this.#claims[this.#settled] as Claim, trail, root)
  }

  /** The trail has ended at `size`: what is still open lies beyond its end. */
  end(trail: string | undefined, size: number): void {
    for (const claim of this.#empty) this.#settle(claim, trail, emptyRoot())
    for (const { name, checkpoint } of this.#claims.slice(this.#settled)) {
      if (!this.#checkOrigin(name, checkpoint, trail)) continue
      this.#report({
        code: 'checkpoint-beyond-end',
        checkpoint: name,
        expected: `at least ${checkpoint.size} entries`,
        found: `${size}`,
      })
    }
  }

  #add({ name, bytes }: GivenCheckpoint, policy: Policy | undefined): void {
    try {
      const checkpoint = parseCheckpoint(bytes)
      const verdict = policy && this.#judge(name, checkpoint, policy)
      this.#claims.push({ name, checkpoint, trusted: false, witnessed: [], ...verdict })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#report({ code: error.code, checkpoint: name, expected: error.expected, found: error.found })
    }
  }

  #judge(name: string, checkpoint: Checkpoint, policy: Policy): Pick<Claim, 'trusted' | 'witnessed'> {
    const { log, witnessed, bad, quorum } = judgeCheckpoint(checkpoint, policy)
    const report = (code: Finding['code'], expected: string, found: string): void =>
      this.#report({ code, checkpoint: name, expected, found })
    if (log !== 'good') {
      const found = {
        bad: 'a signature that does not verify',
        absent: 'none',
        'unknown-origin': 'no key of this origin',
      }[log]
      report('checkpoint-signature', `a signature of ${shown(checkpoint.origin)}`, found)
    }
    if (bad.length > 0)
      report('checkpoint-cosignature', 'cosignatures that verify', `bad ones of ${bad.join(', ')}`)
    if (!quorum)
      report('checkpoint-quorum', policy.quorum, witnessed.map((one) => one.name).join(', ') || 'no witness')
    const seconds = witnessed.map((one) => one.seconds)
    if (log === 'good' && seconds.length > 0) {
      this.#witnessed.push({
        origin: checkpoint.origin,
        size: checkpoint.size,
        seconds: Math.min(...seconds),
      })
    }
    return { trusted: log === 'good' && bad.length === 0 && quorum, witnessed }
  }

  #settle(claim: Claim, trail: string | undefined, root: Hash): void {
    const { name, checkpoint, trusted } = claim
    if (!this.#checkOrigin(name, checkpoint, trail)) return
    if (!equalBytes(checkpoint.root, root)) {
      return this.#report({
        code: 'root-mismatch',
        checkpoint: name,
        expected: `${base64(checkpoint.root)} at size ${checkpoint.size}`,
        found: base64(root),
      })
    }
    if (!trusted) return
    this.#held++
    if (checkpoint.size >= (this.#largest?.checkpoint.size ?? 0)) this.#largest = claim
  }

  #checkOrigin(name: string, { origin }: Checkpoint, trail: string | undefined): boolean {
    // Of a trail that shows nothing, not even its name is known to be another.
    if (origin === trail || trail === undefined) return true
    this.#report({
      code: 'checkpoint-origin',
      checkpoint: name,
      expected: trail,
      found: shown(origin),
    })
    return false
  }
}
