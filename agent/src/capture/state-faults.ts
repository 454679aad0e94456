import type { DatabaseSync } from 'node:sqlite'
import { recordIn } from '@compliance-relay/shared/trail'
import type { ColumnCheck } from '../sqlite/column-faults.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { type StoredUnit, UnitStore } from '../sqlite/unit-store.ts'
import type { TrailAuthority } from '../trail-authority.ts'
import { type LiveUnit, LiveUnits } from './live-units.ts'
import { digestOf, manifestOf } from './manifest.ts'

/**
 * - `unit-differs`: what is known of a unit is not what its last record says.
 * - `unit-extra`: there is no record that says the unit is there.
 * - `unit-missing`: a record says that it is there, and nothing is known of it.
 * - `members-differ`: the files known of a data set do not make its manifest.
 */
export type StateFaultCode = 'unit-differs' | 'unit-extra' | 'unit-missing' | 'members-differ'

/** A place where the capture state is not what the trail says: a change of that unit could go unnoticed. */
export interface StateFault {
  readonly code: StateFaultCode
  readonly watch: string
  readonly path: string
  /** Where the state has it; undefined for `unit-missing`. */
  readonly at: { readonly folder: number; readonly name: string; readonly seq: number } | undefined
  /** What the trail says; undefined for `unit-extra`. */
  readonly live: LiveUnit | undefined
  readonly expected: string
  readonly found: string
}

/** Kinds that say something of a unit, and the one that says a folder is another now. */
const SPEAKING = /^(?:file|dataset|capture)\.|^(?:record\.failed|watch\.available)$/

/**
 * The state of captures is no evidence, but what the scan compares the disk with: who changes it can hide a change
 * of a file. So it is held against the records, whole. What it reads is of one moment if the connection is in a
 * transaction. Takes a temporary table, and no memory to speak of.
 */
export function* stateFaults(
  database: DatabaseSync,
  authority: LineAuthority,
  columns?: ColumnCheck,
): Generator<StateFault> {
  const units = new UnitStore(database)
  const live = liveUnitsIn(database, authority, columns)
  const folders = foldersOf(units)
  for (const { id, watch, path } of folders) {
    for (const unit of units.unitsIn(id).values()) {
      const of = below(path, unit.name)
      const known = live.take(watch, of)
      const { folder, name, seq } = unit
      const at = { folder, name, seq }
      const expected = known === undefined ? 'no such unit' : saidOf(known)
      const fault = { watch, path: of, at, live: known, expected, found: knownOf(unit) }
      if (known === undefined) yield { code: 'unit-extra', ...fault }
      else if (!agrees(unit, known, live.wasReplaced(watch))) yield { code: 'unit-differs', ...fault }
    }
  }
  yield* memberFaults(units, folders)
  for (const { watch, path, unit } of live.left()) {
    const expected = saidOf(unit)
    yield { code: 'unit-missing', watch, path, at: undefined, live: unit, expected, found: 'nothing' }
  }
}

/** Says of a line which record it is, as far as files are remembered by it; undefined if it is not believed. */
export type LineAuthority = Pick<TrailAuthority, 'remembered'>

/** For who asks what is recorded, and is told that nothing was verified. */
export const asTheyRead: LineAuthority = { remembered: (_trail, _seq, line) => recordIn(line) }

/**
 * What all records of a data folder that are believed say is there. Takes a temporary table of the connection. `columns`
 * are held against them in the same pass. A line that cannot be read, or is not its writer's, is the verifier's to name.
 */
export function liveUnitsIn(
  database: DatabaseSync,
  authority: LineAuthority,
  columns?: ColumnCheck,
): LiveUnits {
  const store = new TrailStore(database)
  const live = new LiveUnits(database)
  for (const { id } of store.trails()) {
    columns?.begin(id)
    for (const { seq, line } of store.lines(id)) {
      const record = authority.remembered(id, seq, line)
      columns?.take(seq, record)
      if (record !== undefined && SPEAKING.test(record.kind)) live.push(id, seq, record.kind, record.body)
    }
  }
  columns?.end()
  return live
}

function agrees(unit: StoredUnit, live: LiveUnit, wasReplaced: boolean): boolean {
  const { kind, trail, seq, digest, size, state } = unit
  if (trail !== live.trail || seq !== live.seq) return false
  // Of what was never read the record does not say what it was.
  if (live.kind !== 'other' && kind !== live.kind) return false
  if (live.digest !== null && (digest !== live.digest || (digest !== '' && size !== live.size))) return false
  return state === live.state || (state === 'absent' && wasReplaced)
}

function saidOf({ kind, state, trail, seq, digest, size }: LiveUnit): string {
  return `${kind} ${state}, trail ${trail} record ${seq}, ${digest ?? 'any digest'}, ${size} bytes`
}

function knownOf({ kind, state, trail, seq, digest, size }: StoredUnit): string {
  return `${kind} ${state}, trail ${trail} record ${seq}, ${digest}, ${size} bytes`
}

interface PlacedFolder {
  readonly id: number
  readonly watch: string
  readonly path: string
}

/** Every folder with its path below the watched one. Those whose parent is not known lead nowhere, and are left out. */
function foldersOf(units: UnitStore): PlacedFolder[] {
  const placed = new Map<number, PlacedFolder>()
  for (const { id, watch, parent, name } of units.folders()) {
    const above = placed.get(parent)
    if (parent === 0) placed.set(id, { id, watch, path: '' })
    else if (above !== undefined) placed.set(id, { id, watch, path: below(above.path, name) })
  }
  return [...placed.values()]
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`
}

function* memberFaults(units: UnitStore, placed: readonly PlacedFolder[]): Generator<StateFault> {
  const paths = new Map(placed.map((folder) => [folder.id, folder]))
  const byPlace = new Map(placed.map(({ id, watch, path }) => [`${watch}/${path}`, id]))
  for (const { folder, name, seq, digest } of units.sets()) {
    const parent = paths.get(folder)
    if (parent === undefined || digest === '') continue
    const path = below(parent.path, name)
    const own = byPlace.get(`${parent.watch}/${path}`)
    const members = own === undefined ? [] : [...units.membersOf(own).values()]
    const found = digestOf(manifestOf(members.map((one) => ({ ...one, sha256: one.digest }))))
    if (found !== digest)
      yield {
        code: 'members-differ',
        watch: parent.watch,
        path,
        at: { folder, name, seq },
        live: undefined,
        expected: digest,
        found,
      }
  }
}
