import {
  contentDigestOf,
  isVersionBefore,
  namedBefore,
  refusalIn,
  type TrailRecord,
} from '../../trail/index.ts'
import { isSameFullName } from '../accounts/full-name.ts'
import type { Maker, Place } from '../claims.ts'

/** What of the trails of a relay is looked at to tell who made something. */
export interface Versions {
  /** A record of any of its trails; undefined if it is not there, or cannot be read. */
  recordAt(place: Place): TrailRecord | undefined
  /** Trails before one, the newest first: a version may have been recorded before a trail was begun anew. */
  trailsBefore(trail: string): readonly string[]
  /** Whoever claimed a refusal. */
  claimantOf(place: Place): Maker | undefined
  /**
   * Of each trail and each actor the first capture of a content, and the first claim of one: who had it when. Undefined if
   * there are too many.
   */
  firstOfContent(digest: string): readonly Place[] | undefined
}

/** Versions that are looked at for one statement: a file that grows all day has thousands. */
export const VERSIONS_LOOKED_AT_MAX = 10_000

/**
 * Everybody who made what some records are of: who answers for them, for any version they came from, under whichever
 * name, and whoever claimed one of these. A version names the one before it, across changes, renames and moves. A copy,
 * and what was taken away and put back, names none: so the same content, captured earlier wherever it was, is a version
 * they came from, too, unless there is nothing in it. What was made of it later is another record, and has makers of its
 * own. Undefined if there are too many to tell. Pure, but for what `versions` gives.
 */
export function makersOf(places: readonly Place[], versions: Versions): readonly Maker[] | undefined {
  const makers = new Map<string, Maker>()
  const add = ({ id, name }: Maker) => makers.set(JSON.stringify([id, name]), { id, name })
  const seen = new Set<string>()
  const same = new SameContent(versions)
  const open: (TrailRecord | undefined)[] = places.map((place) => versions.recordAt(place))
  while (open.length > 0) {
    const record = open.pop()
    if (record === undefined) continue
    const name = `${record.trail} ${record.seq}`
    if (seen.has(name)) continue
    if (seen.size >= VERSIONS_LOOKED_AT_MAX) return undefined
    seen.add(name)
    if (record.actor.via !== 'relay') add(record.actor)
    const claimant = versions.claimantOf(record)
    if (claimant !== undefined) add(claimant)
    const earlier = same.before(record)
    if (earlier === undefined) return undefined
    open.push(before(record, versions), ...earlier)
  }
  return [...makers.values()]
}

/**
 * Whether an actor of a record is whoever has an account: by the user id, or by the full name, for the account of the
 * machine may be called otherwise.
 */
export function isSamePerson(actor: Maker, { id, name }: Maker): boolean {
  return isSameUserId(actor.id, id) || isSameFullName(actor.name, name)
}

/** Whether an account of the machine is called as an account of the relay: the system may write it with a domain. */
export function isSameUserId(actor: string, user: string): boolean {
  return actor.replace(/^.*\\/, '').replace(/@.*$/, '').toLowerCase() === user.toLowerCase()
}

/** The version a record came from, or the refusal it claims. */
function before(record: TrailRecord, versions: Versions): TrailRecord | undefined {
  const { kind, trail, seq: own } = record
  if (kind === 'capture.claimed') {
    const refusal = refusalIn(record)
    return refusal && versions.recordAt({ trail: refusal.trail, seq: refusal.seq })
  }
  const seq = namedBefore(record)?.seq
  if (seq === undefined) return undefined
  // A place without its trail: of those that have such a record there, the newest.
  for (const one of [trail, ...versions.trailsBefore(trail)]) {
    const found = one === trail && seq >= own ? undefined : versions.recordAt({ trail: one, seq })
    if (found !== undefined && isVersionBefore(found, record)) return found
  }
  return undefined
}

/** Captures of the content of others, each content looked up once. */
class SameContent {
  readonly #versions: Versions
  readonly #known = new Map<string, readonly TrailRecord[] | undefined>()

  constructor(versions: Versions) {
    this.#versions = versions
  }

  /** Captured before a record, and claimed whenever: whoever claims it says that it was theirs. Undefined if too many. */
  before(record: TrailRecord): readonly TrailRecord[] | undefined {
    const digest = contentDigestOf(record)
    const { size } = record.body
    if (digest === undefined || typeof size !== 'number' || size === 0) return []
    const before = this.#versions.trailsBefore(record.trail)
    return this.#of(digest)?.filter(
      ({ kind, trail, seq }) =>
        kind === 'capture.claimed' || (trail === record.trail ? seq < record.seq : before.includes(trail)),
    )
  }

  #of(digest: string): readonly TrailRecord[] | undefined {
    if (!this.#known.has(digest)) {
      const found = this.#versions.firstOfContent(digest)?.map((place) => this.#versions.recordAt(place))
      this.#known.set(
        digest,
        found?.flatMap((one) => (one !== undefined && contentDigestOf(one) === digest ? [one] : [])),
      )
    }
    return this.#known.get(digest)
  }
}
