import { isKindIn, isSignable, type TrailRecord, type Value } from '../trail/index.ts'
import { BagFormError } from './faults.ts'
import { type ExportState, exportStates } from './signature-states.ts'

/** Which records an export takes: of each field that is given, those that have one of its values. All are given: all. */
export interface ExportFilter {
  readonly projects?: readonly string[]
  readonly devices?: readonly string[]
  /** Profiles: whose rules were applied to a file or folder. */
  readonly instruments?: readonly string[]
  /** Ids of actors. */
  readonly persons?: readonly string[]
  /** Whole kinds, or all that begin so: `file.*`. */
  readonly kinds?: readonly string[]
  /** Of records that can be signed: what their signatures had come to where the bag ends. */
  readonly states?: readonly ExportState[]
  /** By the record's own time, ISO 8601: from the first, and before the second. */
  readonly from?: string
  readonly to?: string
}

export const filterLists = ['projects', 'devices', 'instruments', 'persons', 'kinds', 'states'] as const
export type FilterList = (typeof filterLists)[number]
const times = ['from', 'to'] as const

/** Of these nobody can judge the rest without: which trail, which keys, what was signed, what was exported. */
const ALWAYS = /^(?:trail\.opened|key\.(?:rotated|enrolled|revoked))$/
/** Without these nobody can tell what signatures come to. */
const RULES = /^rules\.(?:changed|carried)$/
/** Taken with what they are about, or with what is about them. */
const WITH_OTHERS = /^(?:signature\.(?:applied|held|refused|decided)|capture\.(?:claimed|refused))$/

/** - `asked`: the filter takes it; `always`: every export has it; `with`: only with a record it is about, or that is about it. */
export type Taken = 'asked' | 'always' | 'with' | undefined

/** Why an export with this filter has this record; undefined if it has not. In which state it is, is not looked at. Pure. */
export function takenBy(filter: ExportFilter, record: TrailRecord): Taken {
  const { kind, time } = record
  const isAsked =
    isValueOf(filter.projects, 'projects', record) &&
    isValueOf(filter.devices, 'devices', record) &&
    isValueOf(filter.instruments, 'instruments', record) &&
    isValueOf(filter.persons, 'persons', record) &&
    isValueOf(filter.kinds, 'kinds', record) &&
    (filter.states === undefined || isSignable(kind)) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time < filter.to)
  return isAsked ? 'asked' : takenBeside(filter, kind)
}

/** Why a record comes with those that were asked for, if it does. */
export function takenBeside({ states }: ExportFilter, kind: string): Exclude<Taken, 'asked'> {
  if (ALWAYS.test(kind) || (states !== undefined && RULES.test(kind))) return 'always'
  return WITH_OTHERS.test(kind) ? 'with' : undefined
}

/** Whether a record has one of these values; with none given, whatever it has is right. `states` is of no one record. */
export function isValueOf(
  values: readonly string[] | undefined,
  list: Exclude<FilterList, 'states'>,
  { kind, actor, body }: TrailRecord,
): boolean {
  if (values === undefined) return true
  if (list === 'kinds') return isKindIn(values, kind)
  const value = list === 'persons' ? actor.id : body[fields[list]]
  return typeof value === 'string' && values.includes(value)
}

const fields = { projects: 'project', devices: 'device', instruments: 'profile' } as const

export function filterValue(filter: ExportFilter): { readonly [key: string]: Value } {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? value : [...value]]],
    ),
  )
}

/** The filter in a seal. Throws `BagFormError`. */
export function readFilter(value: Value | undefined): ExportFilter {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BagFormError('a filter', JSON.stringify(value) ?? 'nothing')
  for (const [key, one] of Object.entries(value)) {
    const isList =
      filterLists.some((name) => name === key) &&
      Array.isArray(one) &&
      one.every((text: Value) => typeof text === 'string')
    const isTime = times.some((name) => name === key) && typeof one === 'string' && isTimeText(one)
    if (!isList && !isTime) throw new BagFormError('a filter that this version knows', key)
  }
  const filter = value as ExportFilter
  for (const state of filter.states ?? [])
    if (!exportStates.includes(state)) throw new BagFormError(`one of ${exportStates.join(', ')}`, state)
  return filter
}

/** As records have it, and nothing else: a filter is no place for words. */
function isTimeText(text: string): boolean {
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString() === text
}

/** In words, for people, names in quotes: so none can be read as a part of the filter. */
export function filterText(filter: ExportFilter): string {
  return wordsOf(filter, (key, value) => (key === 'states' ? value : JSON.stringify(value)))
}

/** As it stands in the bag-info.txt of format 1: the same for the same filter, in whatever order it was given. */
export function filterInfo(filter: ExportFilter): string {
  return wordsOf(filter, (_, value) => value)
}

function wordsOf(filter: ExportFilter, nameOf: (key: FilterList, value: string) => string): string {
  const lists = filterLists.flatMap((key) => {
    const values = filter[key]
    return values === undefined ? [] : [`${key} ${values.map((value) => nameOf(key, value)).join(' or ')}`]
  })
  const parts = [
    ...lists,
    ...times.flatMap((key) => (filter[key] === undefined ? [] : [`${key} ${filter[key]}`])),
  ]
  return parts.length === 0 ? 'all records' : parts.join(', and ')
}
