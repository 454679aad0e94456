import {
  contentDigestOf,
  isVersionBefore,
  namedBefore,
  refusalIn,
  type Subject,
  type TrailRecord,
} from '../trail/index.ts'

type Version = Pick<TrailRecord, 'trail' | 'seq' | 'kind' | 'body'>

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
    const { before = null, path = null, pathRaw = null, from = null } = body
    const version = { trail, seq, kind, body: { before, path, pathRaw, from } }
    const key = keyOf(named.seq, named.digest)
    const others = this.#after.get(key)
    if (others === undefined) this.#after.set(key, [version])
    else others.push(version)
  }

  /** The first version that names this one, or the refusal that this one claims; undefined where none was taken. */
  next(record: Version): Subject | undefined {
    const place = refusalIn(record) ?? record
    const digest = contentDigestOf(record)
    const named = digest === undefined ? undefined : this.#after.get(keyOf(place.seq, digest))
    const next = named?.find((one) => this.isAfter(one, place) && isVersionBefore(record, one))
    return next && { trail: next.trail, seq: next.seq }
  }

  /** Whether a record stands after another: in its trail, or in a later one. */
  isAfter({ trail, seq }: Subject, other: Subject): boolean {
    if (trail === other.trail) return seq > other.seq
    return this.#trails.indexOf(trail) >= this.#trails.indexOf(other.trail)
  }
}

function keyOf(seq: number, digest: unknown): string {
  return `${seq} ${String(digest)}`
}
