import { randomBytes } from 'node:crypto'
import { type FeedTokenView, Problem, type ProblemDetail, requireAllowed } from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { isUsable } from '../accounts/account.ts'
import { fullNameOf } from '../accounts/account-acts.ts'
import { requireKinds, requireProjects } from '../known-names.ts'
import type { Caller, People } from '../people.ts'
import { reasonOf } from '../reason.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { type FeedScope, usualKinds } from './feed-scope.ts'
import { type FeedToken, type FeedTokenBook, isInForce, scopeBody } from './feed-token-book.ts'

const TOKEN_BYTES = 32
const ID_LENGTH = 16
const DAY_MILLISECONDS = 86_400_000
/** In force at a time: one for each system that is fed, and room to replace them. */
export const FEED_TOKENS_MAX = 50
/** Asked for in one go, and after that each second: a program that waits asks once in half a minute. */
export const FEED_ROOM_MAX = 60
export const FEED_ROOM_A_SECOND = 4

export interface FeedTokensOptions {
  readonly people: People
  readonly book: FeedTokenBook
  /** The projects the relay has, or once had. */
  readonly projects: () => readonly string[]
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
}

export interface NewFeedToken {
  readonly name: string
  readonly days: number
  /** Undefined: what the instruments wrote and what was signed of it. */
  readonly kinds: readonly string[] | undefined
  readonly projects: readonly string[] | undefined
  readonly reason: string
}

interface Use {
  room: number
  filled: number
  last: number
}

/**
 * What opens the feed to programs that are nobody: issued and revoked by administrators, as records. A token is given out
 * once and kept as its digest; it opens the feed and nothing else, for as long as it says and for what it says.
 */
export class FeedTokens {
  readonly #options: FeedTokensOptions
  /** Since the start: it is no evidence. */
  readonly #uses = new Map<string, Use>()

  constructor(options: FeedTokensOptions) {
    this.#options = options
  }

  /** The token is given out once, here. Throws `Problem`. */
  async issue(
    by: Caller,
    given: NewFeedToken,
  ): Promise<{ readonly token: string; readonly issued: FeedTokenView }> {
    const { book, projects, wall } = this.#options
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const id = randomBytes(ID_LENGTH / 2).toString('hex')
    await this.#act(by, given.reason, (reason) => {
      if (book.all().filter((one) => isInForce(one, wall())).length >= FEED_TOKENS_MAX)
        throw new Problem('too-many')
      requireKinds(given.kinds)
      requireProjects(given.projects, projects())
      const scope: FeedScope = { kinds: given.kinds ?? usualKinds, projects: given.projects }
      const expires = new Date(wall() + given.days * DAY_MILLISECONDS).toISOString()
      const name = fullNameOf(given.name)
      const body = { token: id, name, digest: sha256Hex(token), ...scopeBody(scope), expires, reason }
      return { kind: 'feed.token-issued', body }
    })
    return { token, issued: this.#viewOf(this.#known(id)) }
  }

  /** Throws `Problem` `feed-token-unknown` if there is none in force. */
  revoke(by: Caller, id: string, given: string): Promise<void> {
    return this.#act(by, given, (reason) => {
      const { name, revoked } = this.#known(id)
      if (revoked !== undefined) throw new Problem('feed-token-unknown')
      return { kind: 'feed.token-revoked', body: { token: id, name, reason } }
    })
  }

  list(): FeedTokenView[] {
    return this.#options.book.all().map((token) => this.#viewOf(token))
  }

  /** The token in force that this text is. To find it does not use it. */
  find(text: string): FeedToken | undefined {
    const token = this.#options.book.byDigest(sha256Hex(text))
    return token !== undefined && isInForce(token, this.#options.wall()) ? token : undefined
  }

  /** Why a token that was in force once opens nothing any more, for whoever has it. */
  ended(text: string): ProblemDetail | undefined {
    const token = this.#options.book.byDigest(sha256Hex(text))
    if (token === undefined || isInForce(token, this.#options.wall())) return undefined
    return token.revoked === undefined ? 'feed-token-over' : 'feed-token-revoked'
  }

  /** Whether what was let in with it may still go on. */
  isStillInForce({ id }: FeedToken): boolean {
    const token = this.#options.book.get(id)
    return token !== undefined && isInForce(token, this.#options.wall())
  }

  /** Each request costs something, and much at once has to wait. Throws `Problem` `throttled`. */
  spend({ id }: FeedToken): void {
    const now = this.#options.now()
    const use = this.#uses.get(id) ?? { room: FEED_ROOM_MAX, filled: now, last: 0 }
    const room = Math.min(FEED_ROOM_MAX, use.room + ((now - use.filled) / 1_000) * FEED_ROOM_A_SECOND)
    const isOpen = room >= 1
    this.#uses.set(id, { room: isOpen ? room - 1 : room, filled: now, last: this.#options.wall() })
    if (!isOpen)
      throw new Problem('throttled', { retryAfterSeconds: Math.ceil((1 - room) / FEED_ROOM_A_SECOND) })
  }

  #act(
    by: Caller,
    given: string,
    decide: (reason: string) => { readonly kind: string; readonly body: Body },
  ): Promise<void> {
    return this.#options.people.act(by, async (account, append) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'feed.manage')
      const { kind, body } = decide(reasonOf(given))
      await append(kind, body)
    })
  }

  #known(id: string): FeedToken {
    const token = this.#options.book.get(id)
    if (token === undefined) throw new Problem('feed-token-unknown')
    return token
  }

  #viewOf({ id, name, scope, since, expires, revoked }: FeedToken): FeedTokenView {
    const last = this.#uses.get(id)?.last
    return {
      id,
      name,
      kinds: [...scope.kinds],
      projects: scope.projects === undefined ? null : [...scope.projects],
      since,
      expires,
      revoked: revoked ?? null,
      lastUse: last === undefined ? null : new Date(last).toISOString(),
    }
  }
}
