import { shown } from '../trail/index.ts'
import { BagFormError } from './faults.ts'
import { filterInfo } from './filter.ts'
import { type Seal, withheldBy } from './seal.ts'

/** What a bag says of itself for people (RFC 8493, 2.2.2). Sealed: its SHA-256 stands in the record of the export. */
export type BagInfo = readonly (readonly [label: string, value: string])[]

/** What bag-info.txt says beside what is in the seal. */
export interface BagFacts {
  /** The day, UTC, on which the bag was begun: 2026-03-02. */
  readonly day: string
  /** Of all files under `data/`. */
  readonly payload: { readonly bytes: number; readonly files: number }
}

/** Every line of a bag's bag-info.txt. Pure: nothing is said there that a verifier cannot say by itself. */
export function bagInfoOf(
  { software, organization, reason, filter, count, trails, leftOut }: Omit<Seal, 'manifest' | 'info'>,
  { day, payload }: BagFacts,
): BagInfo {
  const withheld = withheldBy({ trails, count })
  return [
    ['Bag-Software-Agent', software],
    ['Source-Organization', organization],
    ['Bagging-Date', day],
    ['Payload-Oxum', `${payload.bytes}.${payload.files}`],
    ['Reason', reason],
    ['Filter', filterInfo(filter)],
    ['Records', `${count} of ${count + withheld}; ${withheld} withheld, each by its leaf in leaves.txt`],
    [
      'Note',
      'Every record here is shown to be in its trail. That the filter took all it should, only the whole trail can show.',
    ],
    ...trails.map(({ trail, size }) => ['Trail', `${trail}, ${size} records`] as const),
    ...leftOut.map(
      (trail) => ['Left-Out', `${trail}: it does not verify, or nobody signed a head of it`] as const,
    ),
  ]
}

export function printBagInfo(info: BagInfo): string {
  return info.map(([label, value]) => `${label}: ${oneLine(value)}\n`).join('')
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

function oneLine(value: string): string {
  return value.replace(/\s+/gu, ' ').trim()
}
