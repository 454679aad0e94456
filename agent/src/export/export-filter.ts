import { type ExportFilterView, Problem } from '@compliance-relay/shared/api'
import {
  type ExportFilter,
  type ExportState,
  exportStates,
  type FilterList,
  readFilter,
} from '@compliance-relay/shared/bag'
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
        `--kind is a kind of record, or file.* for all that begin so, not ${shown(kind)}`,
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
      'no record is between --from and --to: --to is the first time that is left out, so for one day it is the next day',
    )
  return filter
}

/** The same for what was asked by HTTP. Throws `Problem` `bad-request`. */
export function checkedFilter(asked: ExportFilterView): ExportFilter {
  const { projects, devices, instruments, persons, kinds, states, from, to } = asked
  try {
    const named = { project: projects, device: devices, instrument: instruments, person: persons }
    return readFilter({ ...filterOf({ ...named, kind: kinds, state: states, from, to }) })
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    throw new Problem('bad-request', { pointer: '/filter' })
  }
}

/** Why there is no bag, in words for whoever gave the options. */
export function nothingOf(
  unmatched: { readonly list: FilterList; readonly value: string } | undefined,
): string {
  if (unmatched === undefined)
    return 'no record is all that was asked for together, so nothing was exported: take an option away, or give it another value'
  const { list: named, value } = unmatched
  const option = optionOf[named]
  const where =
    option === 'project' || option === 'device' ? '; relay settings lists projects and devices' : ''
  const what =
    option === 'state' ? `no record is ${value} now` : `no record has the ${option} ${shown(value)}`
  return `${what}, so nothing was exported: look at --${option}${where}`
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
