import { type Body, canonical, type TrailRecord, type Value } from '../../trail/index.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { Account } from './account.ts'

/** Once a year somebody of quality looks at who may do what (21 CFR 11.300(b), draft of EU Annex 11, 11). */
export const REVIEW_MILLISECONDS = 365 * 86_400_000

export interface AccessReview {
  /** ISO 8601. */
  readonly time: string
  /** User id. */
  readonly by: string
}

/** When accounts were reviewed last, and when that is due again: made from the records, in order, each once. */
export class ReviewBook {
  #last: AccessReview | undefined
  #due: number | undefined
  #said: number | undefined

  take({ kind, body, time, actor }: Pick<TrailRecord, 'kind' | 'body' | 'time' | 'actor'>): void {
    const next = Date.parse(time) + REVIEW_MILLISECONDS
    if (kind === 'access.reviewed') {
      this.#last = { time, by: actor.id }
      this.#due = next
    }
    if (kind === 'access.review-carried') this.#due = Date.parse(String(body['due']))
    if (kind === 'access.review-overdue') this.#said = Date.parse(String(body['due']))
    // The first account is the first thing to look at again.
    if (kind === 'account.added' || kind === 'account.carried') this.#due ??= next
  }

  get last(): AccessReview | undefined {
    return this.#last
  }

  /** Wall clock, milliseconds; undefined while there is no account. */
  get due(): number | undefined {
    return this.#due
  }

  /** Then nobody signs until somebody has looked (21 CFR 11.300(b)). */
  isOverdue(now: number): boolean {
    return this.#due !== undefined && now >= this.#due
  }

  /** When it should have been, where that is over and no record says so yet. */
  unsaid(now: number): number | undefined {
    return this.isOverdue(now) && this.#said !== this.#due ? this.#due : undefined
  }

  /** What a new trail says of it: nobody gains a year by it. */
  carried(): readonly { readonly kind: string; readonly body: Body }[] {
    if (this.#due === undefined) return []
    return [{ kind: 'access.review-carried', body: { due: new Date(this.#due).toISOString() } }]
  }
}

/** Names what a reviewer was shown: who there is, and what each may do. SHA-256, hexadecimal. */
export function accessDigest(accounts: readonly Account[]): string {
  const shown = accounts.map(({ id, name, roles, state, signer, external }) => ({
    id,
    name,
    roles: [...roles],
    state,
    signer: signer.state,
    external: external === undefined ? null : { issuer: external.issuer, subject: external.subject },
  }))
  return sha256Hex(canonical(shown as unknown as Value))
}
