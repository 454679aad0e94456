import type { ExportFilter } from '@compliance-relay/shared/bag'
import { type MarkName, markBits } from './marks.ts'
import type { NamedField, NamesOf } from './names.ts'
import { folded, type Pack } from './pack.ts'

/** What is looked for: what an export can be asked for by, and what only a list is. */
export interface Search extends ExportFilter {
  /** Records that have one of these marks. */
  readonly marks?: readonly MarkName[]
  /** Each of its words has to be in what the record is about. */
  readonly text?: string
}

/** As exports name them (`exportStates`), each a bit: a signature that waits stands beside the state. */
export const stateBits = { unsigned: 1, reviewed: 2, approved: 4, rejected: 8, held: 16 } as const
export type ShownState = keyof typeof stateBits
/** Beside these, of a row that is shown: signed on this device, and the trail does not say so yet. Nothing is looked for by it. */
export const SIGNED_HERE = 64

/** Tests of one pack, cheapest first. A record is taken if none of them unmarks it. */
export interface Selection {
  readonly columns: readonly { readonly field: NamedField; readonly wanted: Uint8Array }[]
  readonly states: number | undefined
  readonly marks: number | undefined
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
  /** A name is asked for that no record has. */
  readonly isEmpty: boolean
}

const lists = {
  projects: 'project',
  devices: 'device',
  instruments: 'instrument',
  persons: 'person',
  kinds: 'kind',
} as const

/** A search in numbers, over the names known now: once more names are known, it is to be made anew. */
export function selectionOf(search: Search, names: NamesOf): Selection {
  const columns = (Object.keys(lists) as (keyof typeof lists)[]).flatMap((list) => {
    const values = search[list]
    if (values === undefined) return []
    const field = lists[list]
    return [{ field, wanted: wantedOf(names[field].texts, values, field === 'kind') }]
  })
  const states = search.states?.reduce((bits, state) => bits | stateBits[state], 0)
  return {
    columns,
    states,
    marks: search.marks?.reduce((bits, mark) => bits | markBits[mark], 0),
    from: search.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(search.from),
    to: search.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(search.to),
    words: folded(search.text ?? '')
      .split(/\s+/)
      .filter((word) => word !== ''),
    isEmpty: columns.some(({ wanted }) => !wanted.includes(1)),
  }
}

function wantedOf(texts: readonly string[], values: readonly string[], isKind: boolean): Uint8Array {
  const whole = new Set(values)
  const beginnings = isKind ? values.filter((one) => one.endsWith('.*')).map((one) => one.slice(0, -1)) : []
  return Uint8Array.from(texts, (text) =>
    whole.has(text) || beginnings.some((beginning) => text.startsWith(beginning)) ? 1 : 0,
  )
}

/** Room for the marks of one pack, used again for each. */
const marks = new Uint8Array(65_536)
const hits = new Uint8Array(65_536)

/** Writes the places of the records taken, `first` added to each, to `out` from `at` on, oldest first. Gives where it ended. */
export function selectIn(
  pack: Pack,
  selection: Selection,
  first: number,
  out: Uint32Array,
  at: number,
): number {
  if (selection.isEmpty) return at
  const { width } = pack
  const { from, to, states, words } = selection
  marks.fill(1, 0, width)
  for (const { field, wanted } of selection.columns) {
    const column = pack.columns[field]
    for (let i = 0; i < width; i++) marks[i] = (marks[i] as number) & (wanted[column[i] as number] as number)
  }
  if (states !== undefined) {
    const { state } = pack
    for (let i = 0; i < width; i++) if (((state[i] as number) & states) === 0) marks[i] = 0
  }
  if (selection.marks !== undefined) {
    for (let i = 0; i < width; i++) if (((pack.marks[i] as number) & selection.marks) === 0) marks[i] = 0
  }
  if (from !== Number.NEGATIVE_INFINITY || to !== Number.POSITIVE_INFINITY) {
    const { time } = pack
    for (let i = 0; i < width; i++) {
      const one = time[i] as number
      if (!(one >= from && one < to)) marks[i] = 0
    }
  }
  for (const word of words) {
    hits.fill(0, 0, width)
    pack.markTexts(word, hits)
    for (let i = 0; i < width; i++) marks[i] = (marks[i] as number) & (hits[i] as number)
  }
  let end = at
  for (let i = 0; i < width; i++) {
    out[end] = first + i
    end += marks[i] as number
  }
  return end
}
