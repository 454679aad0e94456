import type { FolderTree } from './capture/folder-tree.ts'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'
import type { StoredUnit, UnitStore } from './sqlite/unit-store.ts'

/** A unit that no person answers for. Null: its record does not say, or cannot be read. */
export interface UnclaimedUnit {
  readonly path: string
  readonly watch: string | null
  readonly device: string | null
  readonly project: string | null
  readonly trail: string | null
  readonly seq: number
  readonly time: string | null
  /** The kind of record it would have been. */
  readonly what: string | null
  readonly reason: string | null
  readonly sentence: string | null
  readonly digest: string
}

export interface Unclaimed {
  /** How many there are in all. */
  readonly total: number
  readonly unclaimed: readonly UnclaimedUnit[]
}

/** A list is an answer to a request, and a process has to hold it: whoever wants more asks the trail. */
const LIST_BYTES_MAX = 8 << 20

interface Stores {
  readonly units: UnitStore
  readonly tree: FolderTree
  readonly store: TrailStore
}

/** Units no person answers for, oldest first, with what their records say. */
export function unclaimedUnits(stores: Stores, limit: number): Unclaimed {
  const { units } = stores
  const unclaimed: UnclaimedUnit[] = []
  let bytes = 0
  for (const unit of units.notRecorded('refused', limit)) {
    const one = unclaimedUnit(stores, unit)
    bytes += Buffer.byteLength(JSON.stringify(one))
    if (bytes > LIST_BYTES_MAX) break
    unclaimed.push(one)
  }
  return { total: units.counts().refused, unclaimed }
}

function unclaimedUnit(
  { tree, store }: Stores,
  { folder, name, trail, seq, digest }: StoredUnit,
): UnclaimedUnit {
  const record = readRecordIn(store, trail, seq)
  const said = (field: string): string | null => {
    const value = record?.body[field]
    return typeof value === 'string' ? value : null
  }
  return {
    path: tree.withId(folder)?.relativeOf(name) ?? said('path') ?? name,
    watch: said('watch'),
    device: said('device'),
    project: said('project'),
    trail: store.trails().find(({ id }) => id === trail)?.origin ?? null,
    seq,
    time: record?.time ?? null,
    what: said('what'),
    reason: said('reason'),
    sentence: said('sentence'),
    digest,
  }
}
