import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type Actor, canonical, type Draft, type Value } from '@compliance-relay/shared/trail'
import { cutText } from './cut-text.ts'
import { messageOf } from './error-message.ts'
import { parseSettings, type Settings } from './settings.ts'
import { changesBetween } from './settings-changes.ts'
import type { HostStore } from './sqlite/host-store.ts'
import { removeUnreadableRows } from './sqlite/readable-rows.ts'
import { mendSchema, requireTables, type SchemaFault, schemaFaults } from './sqlite/schema-faults.ts'
import { readRecordIn, TrailStore } from './sqlite/trail-store.ts'

/** What a start sets right beside the trail: records that say so, and what is done in their transaction, before them. */
export interface Mending {
  readonly drafts: readonly Draft[]
  readonly apply: () => void
}

export interface MendingOptions {
  readonly database: DatabaseSync
  readonly host: HostStore
  /** How many rows of the capture state cannot be read: see `unreadableRows`. */
  readonly rows: number
  /** As the trail's records make them; undefined if they cannot be read. */
  readonly recorded: Settings | undefined
  /** The relay itself as an actor. */
  readonly relay: Actor
  /** ISO 8601. */
  readonly time: string
}

/** The kind of record that names what the database holds and the relay did not make. */
export const NOT_OURS = 'schema.foreign'

/** Faults given one by one in a record, and characters of a statement: a record has no room for what anybody may put there. */
const GIVEN_MAX = 20
const STATEMENT_CHARACTERS_MAX = 300

/**
 * The database's own definitions and the copy of the settings, held against what they should be. Undefined if they are.
 * Reads only: what is to be done is done by `apply`, once there is a trail that can say so.
 */
export function mendingOf({
  database,
  host,
  rows,
  recorded,
  relay,
  time,
}: MendingOptions): Mending | undefined {
  const schema = schemaMending({ database, relay, time })
  const settings = recorded === undefined ? undefined : settingsFault(host, recorded)
  const draft = (kind: string, body: Draft['body']): Draft => ({ kind, actor: relay, time, body })
  const drafts = [
    ...(rows === 0
      ? []
      : [draft('state.mended', { count: rows, codes: { 'row-unreadable': rows }, units: [] })]),
    ...(schema?.drafts ?? []),
    ...(settings === undefined ? [] : [draft('settings.mended', settings)]),
  ]
  if (drafts.length === 0) return undefined
  return {
    drafts,
    apply: () => {
      // As it is by then: within the transaction the guard of the writer may have set some of it right.
      schemaMending({ database, relay, time })?.apply()
      if (rows > 0) removeUnreadableRows(database)
      if (settings !== undefined) host.setSettings(recorded)
    },
  }
}

/** The database's own definitions alone. Throws where a table is not as the relay makes it. */
export function schemaMending({
  database,
  relay,
  time,
}: Pick<MendingOptions, 'database' | 'relay' | 'time'>): Mending | undefined {
  const faults = schemaFaults(database)
  requireTables(faults)
  const draft = (kind: string, body: Draft['body']): Draft => ({ kind, actor: relay, time, body })
  const altered = faults.filter(({ remedy }) => remedy !== 'left')
  const left = faults.filter(({ remedy }) => remedy === 'left')
  const foreign = { ...schemaBody(left), sha256: digestOfAll(left) }
  // What stays where it is, is said once and not at each start: again only if anything of it is another.
  const isNews = left.length > 0 && foreign.sha256 !== saidForeign(database)
  const drafts = [
    ...(altered.length === 0 ? [] : [draft('schema.mended', schemaBody(altered))]),
    ...(isNews ? [draft(NOT_OURS, foreign)] : []),
  ]
  return drafts.length === 0 ? undefined : { drafts, apply: () => mendSchema(database, faults) }
}

/** Digest of what the newest record of what is not the relay's has named. */
function saidForeign(database: DatabaseSync): Value | undefined {
  const store = new TrailStore(database)
  const trail = store.trails().at(-1)
  const seq = trail === undefined ? undefined : store.lastOfKind(trail.id, NOT_OURS)
  // A line that cannot be read is the verifier's to name.
  return trail === undefined || seq === undefined
    ? undefined
    : readRecordIn(store, trail.id, seq)?.body['sha256']
}

/** Of all of them and whole, where a record gives the first few and their beginnings. */
function digestOfAll(faults: readonly SchemaFault[]): string {
  const all = faults.map(({ what, name, found }) => JSON.stringify([what, name, found]))
  return createHash('sha256').update(all.join('\n')).digest('hex')
}

function schemaBody(faults: readonly SchemaFault[]) {
  return {
    count: faults.length,
    parts: faults.slice(0, GIVEN_MAX).map(({ what, name, found }) => ({
      what,
      name: cutText(name, 100),
      found: found === null ? null : cutText(found, STATEMENT_CHARACTERS_MAX),
    })),
  }
}

/** What the copy has otherwise than the records, or why it cannot be read. */
function settingsFault(host: HostStore, recorded: Settings): Draft['body'] | undefined {
  let copy: Settings
  try {
    const found = host.settings()
    if (canonical(found as Value) === canonical(recorded as unknown as Value)) return undefined
    copy = parseSettings(found)
  } catch (error) {
    return { reason: cutText(messageOf(error), STATEMENT_CHARACTERS_MAX) }
  }
  const changes = changesBetween(copy, recorded)
  return {
    count: changes.length,
    fields: changes
      .slice(0, GIVEN_MAX)
      .map(({ field, id }) => (id === undefined ? { field } : { field, id })),
  }
}
