import { type ExportFilterView, Problem } from '@compliance-relay/shared/api'
import {
  type ExportFilter,
  type ExportState,
  exportStates,
  type FilterList,
  readFilter,
} from '@compliance-relay/shared/bag'
import { nearest, recordKinds } from '@compliance-relay/shared/relay'
import { isKind, shown } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'

const list = { type: 'string', multiple: true } as const

/** What of a relay's records is to be exported: each option as often as there are values. */
export const filterOptions = {
  project: list,
  device: list,
  instrument: list,
  person: list,
  kind: list,
  state: list,
  from: { type: 'string' },
  to: { type: 'string' },
} as const

type Lists = 'project' | 'device' | 'instrument' | 'person' | 'kind' | 'state'
export type FilterArguments = { readonly [option in Lists]?: string[] | undefined } & {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const optionOf: { readonly [list in FilterList]: Lists } = {
  projects: 'project',
  devices: 'device',
  instruments: 'instrument',
  persons: 'person',
  kinds: 'kind',
  states: 'state',
}

/** They stand in one record. */
const VALUES_MAX = 100
const VALUE_LENGTH_MAX = 300

/** Throws `UnusableInput`. Whether there are records of these names, making the bag finds. */
export function filterOf(args: FilterArguments): ExportFilter {
  for (const option of Object.values(optionOf)) requirePlain(option, args[option] ?? [])
  for (const kind of args.kind ?? [])
    if (!isKind(kind.replace(/\.\*$/, '.x')))
      throw new UnusableInput(
        `--kind is a kind of record, or file.* for all that begin so, not ${shown(kind)}; ${nearKinds(kind)}`,
      )
  const filter: ExportFilter = {
    ...(args.project === undefined ? {} : { projects: args.project }),
    ...(args.device === undefined ? {} : { devices: args.device }),
    ...(args.instrument === undefined ? {} : { instruments: args.instrument }),
    ...(args.person === undefined ? {} : { persons: args.person }),
    ...(args.kind === undefined ? {} : { kinds: args.kind }),
    ...(args.state === undefined ? {} : { states: args.state.map(stateOf) }),
    ...(args.from === undefined ? {} : { from: timeOf(args.from, '--from') }),
    ...(args.to === undefined ? {} : { to: timeOf(args.to, '--to') }),
  }
  if (filter.from !== undefined && filter.to !== undefined && filter.from >= filter.to)
    throw new UnusableInput(
      filter.from === filter.to
        ? 'no record is between --from and --to: --to is the first time that is left out, so for one day it is the next day'
        : `--to, ${filter.to}, is before --from, ${filter.from}`,
    )
  return filter
}

/** The same for what was asked by HTTP. Throws `Problem` `bad-request`. */
export function checkedFilter(asked: ExportFilterView): ExportFilter {
  const { projects, devices, instruments, persons, kinds, states, from, to } = asked
  const each: { readonly [field in keyof ExportFilterView]: FilterArguments } = {
    projects: { project: projects },
    devices: { device: devices },
    instruments: { instrument: instruments },
    persons: { person: persons },
    kinds: { kind: kinds },
    states: { state: states },
    from: { from },
    to: { to },
  }
  for (const [field, one] of Object.entries(each)) refusing(`/filter/${field}`, () => filterOf(one))
  // What is left to be wrong is that the second time is not after the first.
  return refusing('/filter/to', () => readFilter({ ...filterOf(Object.assign({}, ...Object.values(each))) }))
}

function refusing<Made>(pointer: string, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    throw new Problem('bad-request', { pointer })
  }
}

/** Why there is no bag, in words for whoever gave the options. */
export function nothingOf(
  unmatched: { readonly list: FilterList; readonly value: string } | undefined,
  filter: ExportFilter,
): string {
  if (unmatched === undefined) return `${nothingTogether(filter)}, so nothing was exported`
  const { list: named, value } = unmatched
  const option = optionOf[named]
  const what =
    option === 'state' ? `no record is ${value} now` : `no record has the ${option} ${shown(value)}`
  const where = option === 'kind' ? nearKinds(value) : listing[option]
  return `${what}, so nothing was exported: look at --${option}${where === '' ? '' : `; ${where}`}`
}

/** Which command lists what can be named. */
const listing: { readonly [option in Exclude<Lists, 'kind'>]: string } = {
  project: 'relay settings lists projects and devices',
  device: 'relay settings lists projects and devices',
  instrument: 'relay profiles lists them by their IDs',
  person: 'relay settings lists persons by their IDs, and relay account list accounts',
  state: '',
}

/** So many are named where a kind is none: enough to see the one that was meant. */
const KINDS_NAMED_MAX = 5

function nearKinds(kind: string): string {
  const near = nearest(kind, recordKinds).slice(0, KINDS_NAMED_MAX)
  return `the nearest are ${near.join(', ')}; agent/RECORDS.md lists all kinds`
}

/** Each value is some record's, and no record has all of them. */
function nothingTogether({ from, to, ...lists }: ExportFilter): string {
  const times = [
    ...(from === undefined ? [] : [`from ${from} on`]),
    ...(to === undefined ? [] : [`before ${to}`]),
  ]
  if (Object.keys(lists).length === 0 && times.length > 0) return `no record is ${times.join(' and ')}`
  const further = times.length === 0 ? '' : `, ${times.join(' and ')}`
  return `no record is all that was asked for together${further}: take an option away, or give it another value`
}

function requirePlain(option: string, values: readonly string[]): void {
  if (values.length > VALUES_MAX)
    throw new UnusableInput(`--${option} can be given ${VALUES_MAX} times, not ${values.length}`)
  for (const value of values)
    if (value === '' || value.length > VALUE_LENGTH_MAX || !value.isWellFormed())
      throw new UnusableInput(`--${option} is a name of 1 to ${VALUE_LENGTH_MAX} characters`)
}

function stateOf(text: string): ExportState {
  const state = exportStates.find((one) => one === text)
  if (state === undefined)
    throw new UnusableInput(`--state is one of ${exportStates.join(', ')}, not ${shown(text)}`)
  return state
}

/** A day, which begins at midnight UTC, or a time with its zone. */
const TIME =
  /^(?<day>\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?<zone>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/

function timeOf(text: string, option: string): string {
  const { day, zone } = TIME.exec(text)?.groups ?? {}
  const isDay = day !== undefined && text === day
  if (day !== undefined && !isDay && zone === undefined)
    throw new UnusableInput(
      `${option} is a time without a zone: end it with Z for UTC, or with one like +01:00; it is ${shown(text)}`,
    )
  const time =
    day !== undefined && isInCalendar(day) ? new Date(isDay ? `${day}T00:00:00Z` : text) : undefined
  const [written] = time?.toISOString().match(/^\d{4}-.*/) ?? []
  if (written === undefined)
    throw new UnusableInput(
      `${option} is a day (UTC) or a time, 2026-03-02 or 2026-03-02T08:00:00.000Z, not ${shown(text)}`,
    )
  return written
}

/** What has no such day would be taken for one of the next month: 2026-02-30 for 2 March. */
function isInCalendar(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
