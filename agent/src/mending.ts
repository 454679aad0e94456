import type { DatabaseSync } from 'node:sqlite'
import { type Actor, canonical, type Draft, readEntry, type Value } from '@compliance-relay/shared/trail'
import { messageOf } from './error-message.ts'
import { parseSettings, type Settings } from './settings.ts'
import { changesBetween } from './settings-changes.ts'
import type { HostStore } from './sqlite/host-store.ts'
import { mendSchema, type SchemaFault, schemaFaults } from './sqlite/schema-faults.ts'
import { TrailStore } from './sqlite/trail-store.ts'

/** What a start sets right beside the trail: records that say so, and what is done in their transaction, before them. */
export interface Mending {
  readonly drafts: readonly Draft[]
  readonly apply: () => void
}

export interface MendingOptions {
  readonly database: DatabaseSync
  readonly host: HostStore
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
export function mendingOf({ database, host, recorded, relay, time }: MendingOptions): Mending | undefined {
  const faults = schemaFaults(database)
  const settings = recorded === undefined ? undefined : settingsFault(host, recorded)
  const draft = (kind: string, body: Draft['body']): Draft => ({ kind, actor: relay, time, body })
  const altered = faults.filter(({ remedy }) => remedy !== 'left')
  const foreign = schemaBody(faults.filter(({ remedy }) => remedy === 'left'))
  // What stays where it is, is said once and not at each start: again only if it is another.
  const isNews = foreign.count > 0 && canonical(foreign.parts) !== canonical(saidForeign(database))
  const drafts = [
    ...(altered.length === 0 ? [] : [draft('schema.mended', schemaBody(altered))]),
    ...(isNews ? [draft(NOT_OURS, foreign)] : []),
    ...(settings === undefined ? [] : [draft('settings.mended', settings)]),
  ]
  if (drafts.length === 0) return undefined
  return {
    drafts,
    apply: () => {
      mendSchema(database, faults)
      if (settings !== undefined) host.setSettings(recorded)
    },
  }
}

/** What the newest record of what is not the relay's has named. */
function saidForeign(database: DatabaseSync): Value {
  const store = new TrailStore(database)
  const trail = store.trails().at(-1)
  const seq = trail === undefined ? undefined : store.lastOfKind(trail.id, NOT_OURS)
  if (trail === undefined || seq === undefined) return []
  const line = store.line(trail.id, seq)
  try {
    return line === undefined ? [] : (readEntry(line).record.body['parts'] ?? [])
  } catch {
    // A line that cannot be read is the verifier's to name.
    return []
  }
}

function schemaBody(faults: readonly SchemaFault[]) {
  return {
    count: faults.length,
    parts: faults.slice(0, GIVEN_MAX).map(({ what, name, found }) => ({
      what,
      name: name.toWellFormed().slice(0, 100),
      found: found?.toWellFormed().slice(0, STATEMENT_CHARACTERS_MAX) ?? null,
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
    return { reason: messageOf(error).slice(0, STATEMENT_CHARACTERS_MAX) }
  }
  const changes = changesBetween(copy, recorded)
  return {
    count: changes.length,
    fields: changes
      .slice(0, GIVEN_MAX)
      .map(({ field, id }) => (id === undefined ? { field } : { field, id })),
  }
}
