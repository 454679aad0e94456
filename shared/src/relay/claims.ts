import { type ClaimedView, Problem, type ResultOf, requireAllowed } from '../api/index.ts'
import type { Body } from '../trail/index.ts'
import { isUsable } from './accounts/account.ts'
import type { Caller, People } from './people.ts'
import { reasonOf } from './reason.ts'

/** A record, by the name of its trail and its place in it. */
export interface Place {
  readonly trail: string
  readonly seq: number
}

/** Somebody who had a hand in a record, as the record names them. */
export interface Maker {
  /** Account of the machine, or user id. */
  readonly id: string
  /** Full name. */
  readonly name: string
}

/** A refusal that can be answered for: it was read, and its record says what it is. */
export interface Refusal extends Place {
  /** Leaf hash of its record, hexadecimal: the claim is of this record and of no other. */
  readonly leaf: string
  readonly watch: string
  readonly path: string
  /** Undefined where its record names none. */
  readonly project: string | undefined
  /** SHA-256 of the file, or of the data set's manifest. */
  readonly digest: string
  readonly isSet: boolean
}

/** Captures that no person answers for, as the trail has them. */
export interface UnclaimedCaptures {
  /** So many after a place, or from the first on; undefined where that is no place in a trail. */
  list(page: {
    readonly limit: number
    readonly after?: string | undefined
  }): ResultOf<'listUnclaimed'> | undefined
  /** Undefined if the record is no refusal, or one of what was not read. */
  refusal(place: Place): Refusal | undefined
  isClaimed(place: Place): boolean
  /** Its claim is recorded: that of an account. */
  claimed(place: Place, by: Maker): void
}

/**
 * Somebody answers for a capture that was recorded as nobody's: as a record of their own, with who, when and why, that
 * names the refusal. What was recorded stays as it is.
 */
export class Claims {
  readonly #people: People
  readonly #captures: UnclaimedCaptures

  constructor(people: People, captures: UnclaimedCaptures) {
    this.#people = people
    this.#captures = captures
  }

  /** Throws `Problem` `cursor-unknown`. */
  list(page: Parameters<UnclaimedCaptures['list']>[0]): ResultOf<'listUnclaimed'> {
    const found = this.#captures.list(page)
    if (found === undefined) throw new Problem('cursor-unknown')
    return found
  }

  /**
   * A record for each. What has been claimed meanwhile, or cannot be, is said of each by itself. Throws `Problem`:
   * then those before it are claimed, and asking again says so of them.
   */
  async claim(by: Caller, asked: readonly Place[], given: string): Promise<ClaimedView[]> {
    const reason = reasonOf(given)
    const items: ClaimedView[] = []
    for (const { trail, seq } of asked) items.push(await this.#claimOne(by, { trail, seq }, reason))
    return items
  }

  #claimOne(by: Caller, place: Place, reason: string): Promise<ClaimedView> {
    return this.#people.act(by, async (account, append) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'capture.claim')
      if (this.#captures.isClaimed(place)) return { ...place, verdict: 'already-claimed', record: null }
      const refusal = this.#captures.refusal(place)
      if (refusal === undefined) return { ...place, verdict: 'not-unclaimed', record: null }
      const { seq: record } = await append('capture.claimed', bodyOf(refusal, reason))
      this.#captures.claimed(place, account)
      return { ...place, verdict: 'claimed', record }
    })
  }
}

function bodyOf({ trail, seq, leaf, watch, path, project, digest, isSet }: Refusal, reason: string): Body {
  return {
    refusal: { trail, seq, leaf },
    ...(project === undefined ? {} : { project }),
    watch,
    path,
    ...(isSet ? { manifest: digest } : { sha256: digest }),
    reason,
  }
}
