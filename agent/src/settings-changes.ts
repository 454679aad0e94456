import { canonical, type Value } from '@compliance-relay/shared/trail'
import { parseSettings, type Settings } from './settings.ts'

/** One thing that was set otherwise: a field, or one entry of a list under its id. Null: it was, or is, not there. */
export interface SettingsChange {
  readonly field: string
  readonly id?: string
  readonly before: Value
  readonly after: Value
}

/** Lists whose entries have an id of their own, or are one (''); a change of one does not repeat the others. */
const lists = { watches: 'id', persons: 'id', badges: 'hash', projects: '', shared: '' } as const
type ListField = keyof typeof lists

function isList(field: string): field is ListField {
  return field in lists
}

type Fields = { [key: string]: Value }

/** What is different between two settings; everything, if there were none before. */
export function changesBetween(before: Settings | undefined, after: Settings): SettingsChange[] {
  const old = (before ?? {}) as Fields
  const changes: SettingsChange[] = []
  for (const [field, value] of Object.entries(after as Fields)) {
    if (!isList(field)) {
      if (!same(old[field] ?? null, value)) changes.push({ field, before: old[field] ?? null, after: value })
      continue
    }
    const was = byId(field, old[field])
    const is = byId(field, value)
    for (const [id, one] of is)
      if (!same(was.get(id) ?? null, one))
        changes.push({ field, id, before: was.get(id) ?? null, after: one })
    for (const [id, one] of was) if (!is.has(id)) changes.push({ field, id, before: one, after: null })
  }
  return changes
}

/** The settings after changes, in order. Throws `SettingsError` if what they make in the end is no settings. */
export function withChanges(before: Settings | undefined, changes: Iterable<SettingsChange>): Settings {
  const none = Object.fromEntries(Object.keys(lists).map((field) => [field, []]))
  const fields: Fields = { ...none, ...((before ?? {}) as Fields) }
  for (const { field, id, after } of changes) {
    if (id === undefined || !isList(field)) fields[field] = after
    else {
      const list = byId(field, fields[field])
      if (after === null) list.delete(id)
      else list.set(id, after)
      fields[field] = [...list.values()]
    }
  }
  return parseSettings(fields)
}

function byId(field: ListField, list: Value | undefined): Map<string, Value> {
  const entries = (Array.isArray(list) ? list : []) as readonly Value[]
  const name = lists[field]
  const idOf = (entry: Value) => String(name === '' ? entry : (entry as Fields)[name])
  return new Map(entries.map((entry) => [idOf(entry), entry]))
}

function same(a: Value, b: Value): boolean {
  return canonical(a) === canonical(b)
}

/** Changes in parts that each fit a record: a site with hundreds of persons has settings that one does not hold. */
export function inParts(changes: readonly SettingsChange[], bytesMax: number): SettingsChange[][] {
  const parts: SettingsChange[][] = [[]]
  let bytes = 0
  for (const change of changes) {
    const size = Buffer.byteLength(canonical(change as unknown as Value)) + 1
    if (bytes + size > bytesMax && bytes > 0) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(change)
    bytes += size
  }
  return parts
}
