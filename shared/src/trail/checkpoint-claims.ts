import { base64, equalBytes } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { FormatError, shown } from './format-error.ts'
import type { Hash } from './hash.ts'
import { judgeCheckpoint, type Policy } from './policy.ts'
import type { Finding } from './report.ts'

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
  readonly trusted: boolean
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
  #held = 0
  #anchored = 0

  constructor(
    given: readonly GivenCheckpoint[],
    policy: Policy | undefined,
    report: (finding: Finding) => void,
  ) {
    this.#report = report
    for (const one of given) this.#add(one, policy)
    this.#claims.sort((a, b) => a.checkpoint.size - b.checkpoint.size)
    this.#witnessed.sort((a, b) => a.size - b.size)
  }

  /** The next size at which a root is wanted, or infinity. */
  get nextSize(): number {
    return this.#claims[this.#settled]?.checkpoint.size ?? Number.POSITIVE_INFINITY
  }

  /** Heads of a trail with good cosignatures, in order of size. */
  witnessedOf(trail: string): readonly WitnessedSize[] {
    return this.#witnessed.filter((one) => one.origin === trail)
  }

  /** Checkpoints that held in every respect, and the largest size among them. */
  get held(): { readonly count: number; readonly size: number } {
    return { count: this.#held, size: this.#anchored }
  }

  /** The trail has reached `nextSize` with this root. */
  compare(trail: string | undefined, root: Hash): void {
    const size = this.nextSize
    for (; this.nextSize === size; this.#settled++)
      this.#settle(this.#claims[this.#settled] as Claim, trail, root)
  }

  /** The trail has ended at `size`: what is still open lies beyond its end. */
  end(trail: string | undefined, size: number): void {
    for (const { name, checkpoint } of this.#claims.slice(this.#settled)) {
      // Of a trail that shows nothing, not even its name is known to be another.
      if (trail !== undefined && !this.#checkOrigin(name, checkpoint, trail)) continue
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
      const trusted = policy === undefined ? false : this.#judge(name, checkpoint, policy)
      this.#claims.push({ name, checkpoint, trusted })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#report({ code: error.code, checkpoint: name, expected: error.expected, found: error.found })
    }
  }

  #judge(name: string, checkpoint: Checkpoint, policy: Policy): boolean {
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
    return log === 'good' && bad.length === 0 && quorum
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
    this.#anchored = Math.max(this.#anchored, checkpoint.size)
  }

  #checkOrigin(name: string, { origin }: Checkpoint, trail: string | undefined): boolean {
    if (origin === trail) return true
    this.#report({
      code: 'checkpoint-origin',
      checkpoint: name,
      expected: trail ?? 'a trail',
      found: shown(origin),
    })
    return false
  }
}
