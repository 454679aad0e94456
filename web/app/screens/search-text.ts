import { type Search, type ShownState, stateBits } from '../log/select.ts'

/** Fields of a search that are lists, as they stand in an address. */
const lists = {
  project: 'projects',
  person: 'persons',
  kind: 'kinds',
  instrument: 'instruments',
  device: 'devices',
  state: 'states',
} as const
export type ListName = keyof typeof lists
export const listNames = Object.keys(lists) as readonly ListName[]

/** The search in an address: `project=P-1&state=unsigned&from=2026-03-01T00:00:00.000Z`. What is no search in it is left out. */
export function searchIn(query: string): Search {
  const given = new URLSearchParams(query)
  const search: { -readonly [Key in keyof Search]: Search[Key] } = {}
  for (const name of listNames) {
    const values = given.getAll(name).filter((value) => value !== '')
    if (values.length === 0) continue
    if (name === 'state') search.states = values.filter((value): value is ShownState => value in stateBits)
    else search[lists[name]] = values
  }
  for (const name of ['from', 'to'] as const) {
    const time = Date.parse(given.get(name) ?? '')
    if (!Number.isNaN(time)) search[name] = new Date(time).toISOString()
  }
  const text = given.get('text')?.trim()
  if (text) search.text = text
  return search
}

/** The address of a search; empty of one for everything. */
export function queryOf(search: Search): string {
  const query = new URLSearchParams()
  for (const name of listNames) for (const value of search[lists[name]] ?? []) query.append(name, value)
  for (const name of ['from', 'to', 'text'] as const) {
    const value = search[name]
    if (value !== undefined && value !== '') query.set(name, value)
  }
  return query.toString()
}

/** The values of one list; none is the same as all. */
export function valuesOf(search: Search, name: ListName): readonly string[] {
  return search[lists[name]] ?? []
}

/** The search with other values in one list. */
export function withValues(search: Search, name: ListName, values: readonly string[]): Search {
  const { [lists[name]]: _, ...rest } = search
  return values.length === 0 ? rest : { ...rest, [lists[name]]: values }
}
