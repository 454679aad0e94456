import type { ExportFilterView } from '@compliance-relay/shared/api'
import type { Search } from '../log/select.ts'
import { dateTimeZone } from '../parts/dates.ts'
import { kindText } from '../parts/words.ts'

/** What a search asks for that an export can be limited by: all of it but its words. Pure. */
export function filterOf({ text: _, ...search }: Search): ExportFilterView {
  return Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

/** Whether an export can take exactly what is found: it cannot look for words. */
export function isExportable({ text }: Search): boolean {
  return text === undefined || text.trim() === ''
}

const names = {
  projects: 'Project',
  devices: 'Device',
  instruments: 'Instrument',
  persons: 'Person',
  kinds: 'Kind',
  states: 'State',
  from: 'From',
  to: 'Before',
} as const

/** A filter in words, a field at a time; none: everything. */
export function filterTexts(filter: ExportFilterView): readonly (readonly [name: string, value: string])[] {
  return Object.entries(names).flatMap(([field, name]) => {
    const value = filter[field as keyof ExportFilterView]
    if (value === undefined) return []
    if (typeof value === 'string') return [[name, dateTimeZone(Date.parse(value))] as const]
    const said = field === 'kinds' ? value.map(kindText) : value
    return [[name, said.join(' or ')] as const]
  })
}
