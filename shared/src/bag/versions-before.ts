import { contentDigestOf, isVersionBefore, namedBefore, type TrailRecord } from '../trail/index.ts'
import { recordText } from './about.ts'

type Version = Pick<TrailRecord, 'trail' | 'kind' | 'body'>

/**
 * Which record a version names as the one before it. Older records name a place without a trail: in their own, or in one
 * before, where a relay went on after its trail was damaged. Two passes over the records of a bag; memory goes by the versions of
 * trails that have others before them.
 */
export class VersionsBefore {
  readonly #trails: readonly string[]
  /** Trails that went on from another. */
  readonly #later = new Set<string>()
  /** By place and digest: those that are named, and once they are seen where they stand. */
  readonly #named = new Map<string, Version[]>()
  /** Places in the trail of who names them, and whether the bag has a record there. */
  readonly #own = new Map<string, boolean>()

  /** `trails`: the older before the newer. */
  constructor(trails: readonly string[]) {
    this.#trails = trails
  }

  /** First pass. */
  take({ trail, kind, body }: TrailRecord): void {
    if (kind === 'trail.opened' && body['previous'] !== null) this.#later.add(trail)
    const named = namedBefore({ body })
    if (named === undefined || named.trail !== undefined || !this.#isOfSeveral(trail)) return
    this.#named.set(keyOf(named.seq, named.digest), [])
    this.#own.set(keyOf(named.seq, trail), false)
  }

  /** Second pass, over the same records. */
  look(record: TrailRecord): void {
    const { trail, seq, kind, body } = record
    if (this.#own.has(keyOf(seq, trail))) this.#own.set(keyOf(seq, trail), true)
    const places = this.#named.get(keyOf(seq, contentDigestOf(record)))
    if (places === undefined) return
    const { path = null, pathRaw = null, sha256, manifest } = body
    const digests = { ...(sha256 !== undefined && { sha256 }), ...(manifest !== undefined && { manifest }) }
    places.push({ trail, kind, body: { path, pathRaw, ...digests } })
  }

  /** In words, as beside a record of its trail; undefined where it names none. */
  text(record: TrailRecord): string | undefined {
    const { trail, seq } = record
    const named = namedBefore(record)
    if (named === undefined) return undefined
    const own = { trail: named.trail ?? trail, seq: named.seq }
    if (named.trail !== undefined || !this.#isOfSeveral(trail)) return recordText(own, trail)
    const places = (this.#named.get(keyOf(named.seq, named.digest)) ?? []).filter(
      (one) => this.#isBefore(one.trail, trail) && isVersionBefore(one, record),
    )
    // The newest of them: what was recorded anew in a later trail was named by that from then on.
    const found = places.at(-1)
    if (found !== undefined) return recordText({ trail: found.trail, seq: named.seq }, trail)
    const isElsewhere = named.seq >= seq || this.#own.get(keyOf(named.seq, trail)) === true
    return `record ${named.seq} of ${isElsewhere ? '' : 'this trail or of '}an older trail: this bag does not have that record`
  }

  #isOfSeveral(trail: string): boolean {
    return this.#later.has(trail) || this.#trails.indexOf(trail) > 0
  }

  #isBefore(trail: string, other: string): boolean {
    return this.#trails.indexOf(trail) <= this.#trails.indexOf(other)
  }
}

function keyOf(seq: number, what: unknown): string {
  return `${seq} ${String(what)}`
}
