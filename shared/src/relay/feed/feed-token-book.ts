import type { Body } from '../../trail/index.ts'
import type { PersonRecord } from '../people-memory.ts'
import type { FeedScope } from './feed-scope.ts'

/** What opens the feed, as the records have made it. */
export interface FeedToken {
  /** Names it, and tells nothing of it. */
  readonly id: string
  /** Who it is for, e.g. a LIMS. */
  readonly name: string
  /** SHA-256 of the token, hexadecimal. */
  readonly digest: string
  readonly scope: FeedScope
  readonly since: string
  readonly expires: string
  /** Since when it opens nothing more. */
  readonly revoked: string | undefined
}

/** Feed tokens, made from the records of the relay's own trail, in order, each once. */
export class FeedTokenBook {
  readonly #tokens = new Map<string, FeedToken>()

  get(id: string): FeedToken | undefined {
    return this.#tokens.get(id)
  }

  /** In the order in which they were issued. */
  all(): readonly FeedToken[] {
    return [...this.#tokens.values()]
  }

  byDigest(digest: string): FeedToken | undefined {
    return this.all().find((one) => one.digest === digest)
  }

  take({ kind, body, time }: PersonRecord): void {
    if (kind === 'feed.token-issued' || kind === 'feed.token-carried') {
      const token = tokenIn(body, time)
      if (this.#tokens.has(token.id)) throw new Error(`${kind} names a token that there is`)
      this.#tokens.set(token.id, token)
    } else if (kind === 'feed.token-revoked') {
      const token = this.#tokens.get(text(body, 'token'))
      if (token === undefined) throw new Error(`${kind} names a token that there is not`)
      this.#tokens.set(token.id, { ...token, revoked: time })
    }
  }
}

/** Whether it opens anything at a time. */
export function isInForce({ revoked, expires }: FeedToken, now: number): boolean {
  return revoked === undefined && now < Date.parse(expires)
}

/** What a new trail says of the tokens of the one before: those in force, so that no feed ends because a trail does. */
export function carriedFeedTokens(
  tokens: readonly FeedToken[],
  now: number,
): { readonly kind: string; readonly body: Body }[] {
  return tokens
    .filter((token) => isInForce(token, now))
    .map(({ id, name, digest, scope, since, expires }) => ({
      kind: 'feed.token-carried',
      body: { token: id, name, digest, ...scopeBody(scope), since, expires },
    }))
}

export function scopeBody({ kinds, projects }: FeedScope): Body {
  return { kinds: [...kinds], ...(projects === undefined ? {} : { projects: [...projects] }) }
}

function tokenIn(body: Body, time: string): FeedToken {
  return {
    id: text(body, 'token'),
    name: text(body, 'name'),
    digest: text(body, 'digest'),
    scope: {
      kinds: texts(body, 'kinds'),
      projects: body['projects'] === undefined ? undefined : texts(body, 'projects'),
    },
    since: body['since'] === undefined ? time : text(body, 'since'),
    expires: text(body, 'expires'),
    revoked: undefined,
  }
}

function text(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string') throw new Error(`a record of a feed token lacks its ${field}`)
  return value
}

function texts(body: Body, field: string): readonly string[] {
  const value = body[field]
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw new Error(`a record of a feed token lacks its ${field}`)
  return value as readonly string[]
}
