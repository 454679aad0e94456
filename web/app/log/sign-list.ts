import type { SinceHead } from '../outbox/clock-check.ts'
import type { Enrolment } from '../outbox/enrolment.ts'
import type { Log, ShownRow } from './log.ts'
import type { Search } from './select.ts'

/** As FORMAT.md, section 8. */
export const SIGNED_AT_ONCE_MAX = 500

/** So many of what a search found are looked at, the oldest: what is left is signed after them. */
const LOOKED_AT_MAX = 5_000

/** What is to be signed: what a search finds, or these records. `withdraws`: they are signatures, to be taken back. */
export type SignQuery =
  | { readonly search: Search }
  | { readonly trail: string; readonly seqs: readonly number[]; readonly withdraws: boolean }

export interface HeadToSign {
  readonly trail: string
  readonly size: number
  readonly root: Uint8Array
  readonly since: SinceHead
}

/** A list to be reviewed and signed at once: oldest first, all of one trail. */
export interface SignList {
  readonly trail: string
  readonly rows: readonly (ShownRow & { readonly leaf: string })[]
  /** What was found and is not in it: of another trail, not to be signed, more than can be signed at once. */
  readonly otherTrails: number
  readonly notSignable: number
  readonly tooMany: number
}

/** Of the trail that is written to, as far as that is known; else of that in which the signer has a key. Undefined: there is none. */
export async function signListOf(
  log: Log,
  query: SignQuery,
  enrolment: Enrolment | undefined,
): Promise<SignList | undefined> {
  const trails = log.standing()
  const trail = (
    trails.find(({ isWritten }) => isWritten) ??
    trails.find(({ name }) => name === enrolment?.trail) ??
    trails.at(-1)
  )?.id
  if (trail === undefined) return undefined
  const { places, more } = placesOf(log, query)
  const isWithdrawal = 'withdraws' in query && query.withdraws
  const here = places.filter((place) => place.trail === trail)
  const found = here
    .map((place) => log.row(place))
    .filter((row) => row !== undefined)
    .filter(({ kind, state }) => (isWithdrawal ? kind.startsWith('signature.') : state !== 0))
    .sort((a, b) => a.seq - b.seq)
  const rows = []
  for (const row of found.slice(0, SIGNED_AT_ONCE_MAX)) {
    const leaf = await log.leaf(trail, row.seq)
    if (leaf !== undefined) rows.push({ ...row, leaf })
  }
  return {
    trail,
    rows,
    otherTrails: places.length - here.length,
    notSignable: here.length - found.length,
    tooMany: found.length - rows.length + more,
  }
}

function placesOf(log: Log, query: SignQuery) {
  if (!('search' in query)) return { places: query.seqs.map((seq) => ({ trail: query.trail, seq })), more: 0 }
  const found = log.search(query.search)
  const first = Math.max(0, found.count - LOOKED_AT_MAX)
  return { places: found.slice(first, found.count), more: first }
}
