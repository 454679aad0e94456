import type { SignQuery } from '../log/sign-list.ts'
import { queryOf, searchIn } from './search-text.ts'

/**
 * What is to be signed, in an address: `record=12&trail=ID` names single records, `withdraw=40&trail=ID` signatures that are
 * taken back, anything else is a search. Without any it is all that is unsigned. Pure.
 */
export function signQueryIn(query: string): SignQuery {
  const given = new URLSearchParams(query)
  const trail = given.get('trail') ?? ''
  for (const name of ['record', 'withdraw'] as const) {
    const seqs = given
      .getAll(name)
      .map(Number)
      .filter((seq) => Number.isSafeInteger(seq) && seq >= 0)
    if (trail !== '' && seqs.length > 0) return { trail, seqs, withdraws: name === 'withdraw' }
  }
  const search = searchIn(query)
  return { search: Object.keys(search).length === 0 ? { states: ['unsigned'] } : search }
}

/** By which what was begun under it is kept. */
export function listNameOf(query: SignQuery): string {
  if ('search' in query) return queryOf(query.search)
  return `${query.withdraws ? 'withdraw' : 'record'} ${query.trail} ${query.seqs.join(' ')}`
}

/** The address for signing what a search finds. */
export function signAddressOf(query: string): string {
  return query === '' ? '/sign' : `/sign?${query}`
}

export function signRecordAddress(trail: string, seq: number): string {
  return `/sign?${new URLSearchParams({ record: String(seq), trail })}`
}

export function withdrawAddress(trail: string, seq: number): string {
  return `/sign?${new URLSearchParams({ withdraw: String(seq), trail })}`
}
