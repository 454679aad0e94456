import { isKindIn, type TrailRecord, type Value } from '../trail/index.ts'
import { BagFormError } from './faults.ts'

/** Which records an export takes: of each field that is given, those that have one of its values. All are given: all. */
export interface ExportFilter {
  readonly projects?: readonly string[]
  readonly devices?: readonly string[]
  /** Ids of actors. */
  readonly persons?: readonly string[]
  /** Whole kinds, or all that begin so: `file.*`. */
  readonly kinds?: readonly string[]
  /** Of captures: what their signatures came to when the export was made. That can only be checked with the whole trail. */
  readonly states?: readonly string[]
  /** By the record's own time, ISO 8601: from the first, and before the second. */
  readonly from?: string
  readonly to?: string
}

const lists = ['projects', 'devices', 'persons', 'kinds', 'states'] as const
const times = ['from', 'to'] as const

/** Of these nobody can judge the rest without: which trail, which keys, what was signed, what was exported. */
const ALWAYS = /^(?:trail\.opened|key\.(?:rotated|enrolled|revoked))$/
/** Taken with what they are about. */
const ABOUT_OTHERS = /^(?:signature\.(?:applied|held|refused|decided)|capture\.claimed)$/

/** - `asked`: the filter takes it; `always`: every export has it; `with`: only with a record it is about. */
export type Taken = 'asked' | 'always' | 'with' | undefined

/** Why an export with this filter has this record; undefined if it has not. What `states` asks is not looked at. Pure. */
export function takenBy(filter: ExportFilter, { kind, time, actor, body }: TrailRecord): Taken {
  const isIn = (list: readonly string[] | undefined, value: unknown) =>
    list === undefined || (typeof value === 'string' && list.includes(value))
  const isKind = filter.kinds === undefined || isKindIn(filter.kinds, kind)
  const isAsked =
    isKind &&
    isIn(filter.projects, body['project']) &&
    isIn(filter.devices, body['device']) &&
    isIn(filter.persons, actor.id) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time < filter.to)
  if (isAsked) return 'asked'
  if (ALWAYS.test(kind)) return 'always'
  return ABOUT_OTHERS.test(kind) ? 'with' : undefined
}

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
      lists.some((name) => name === key) &&
      Array.isArray(one) &&
      one.every((text: Value) => typeof text === 'string')
    const isTime = times.some((name) => name === key) && typeof one === 'string'
    if (!isList && !isTime) throw new BagFormError('a filter that this version knows', key)
  }
  return value as ExportFilter
}

/** In words, for people. */
export function filterText(filter: ExportFilter): string {
  const parts = Object.entries(filterValue(filter)).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? value.join(' or ') : String(value)}`,
  )
  return parts.length === 0 ? 'all records' : parts.join(', and ')
}
