import { shown } from '../trail/index.ts'
import { BagFormError } from './faults.ts'

/** What a bag says of itself for people (RFC 8493, 2.2.2). Sealed: its SHA-256 stands in the record of the export. */
export type BagInfo = readonly (readonly [label: string, value: string])[]

export function printBagInfo(info: BagInfo): string {
  return info.map(([label, value]) => `${label}: ${value.replace(/\s+/gu, ' ').trim()}\n`).join('')
}

/** Throws `BagFormError`. */
export function parseBagInfo(text: string): BagInfo {
  if (!text.endsWith('\n')) throw new BagFormError('a final newline', 'none')
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, label, value] = /^([A-Z][A-Za-z-]*): (.*)$/u.exec(line) ?? []
      if (label === undefined || value === undefined) throw new BagFormError('Label: value', shown(line, 120))
      return [label, value] as const
    })
}
