import {
  changeIn,
  contentDigestOf,
  isVersionBefore,
  namedBefore,
  refusalIn,
  type Subject,
  type TrailRecord,
  type VersionChange,
} from '../trail/index.ts'

type Version = Pick<TrailRecord, 'trail' | 'seq' | 'kind' | 'body'>

/** A record of a later version, and what it says became of the one before. */
export interface LaterVersion extends Subject {
  readonly change: VersionChange
}

/**
 * Which record has the next version of what another has. A version names place and digest of the one before: of what was
 * refused that is the refusal, whoever claimed it since. Memory goes by the versions taken.
 */
export class LaterVersions {
  readonly #trails: readonly string[]
  /** By what they name. */
  readonly #after = new Map<string, Version[]>()

  /** `trails`: the older before the newer. */
  constructor(trails: readonly string[]) {
    this.#trails = trails
  }

  take({ trail, seq, kind, body }: Version): void {
    const named = namedBefore({ body })
    if (named === undefined) return
    const names = ['before', 'path', 'pathRaw', 'from', 'sha256', 'manifest', 'what']
    const kept = Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)))
    const version = { trail, seq, kind, body: kept }
    const key = keyOf(named.seq, named.digest)
    const others = this.#after.get(key)
    if (others === undefined) this.#after.set(key, [version])
    else others.push(version)
  }

  /**
   * The versions that came after this one, or after the refusal that this one claims, up to the first by which it is
   * more than renamed: under another name it is still what was signed. None where none was taken.
   */
  after(record: Version): readonly LaterVersion[] {
    const all: LaterVersion[] = []
    for (let next = this.#next(record); next !== undefined; next = this.#next(next)) {
      const { trail, seq } = next
      const change = changeIn(next)
      all.push({ trail, seq, change })
      // Each stands after the one before it, so there is an end; in a hostile bag of several trails that need not be.
      if (change !== 'renamed' || all.length >= RENAMES_MAX) break
    }
    return all
  }

  #next(record: Version): Version | undefined {
    const place = refusalIn(record) ?? record
    const digest = contentDigestOf(record)
    const named = digest === undefined ? undefined : this.#after.get(keyOf(place.seq, digest))
    return named?.find((one) => {
      const { trail = place.trail } = namedBefore(one) ?? {}
      return trail === place.trail && this.isAfter(one, place) && isVersionBefore(record, one)
    })
  }

  /** Whether a record stands after another: in its trail, or in a later one. */
  isAfter({ trail, seq }: Subject, other: Subject): boolean {
    if (trail === other.trail) return seq > other.seq
    return this.#trails.indexOf(trail) >= this.#trails.indexOf(other.trail)
  }
}

/** Names of one content that are followed. */
const RENAMES_MAX = 100

function keyOf(seq: number, digest: unknown): string {
  return `${seq} ${String(digest)}`
}
