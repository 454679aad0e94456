import { foldedUserId } from '@compliance-relay/shared/relay'
import { readEntryParts, recordIn, SealedLines, type TrailRecord } from '@compliance-relay/shared/trail'
import { isHarmless } from '../ask-notary.ts'
import type { TrailCheck } from '../check-trail.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import type { TrailKeys } from '../trail-keys.ts'
import { PeopleReader } from './opened-people.ts'

/** What a trail that is left says of people. */
export interface FormerPeople {
  readonly reader: PeopleReader
  /**
   * A record is lost, or several, and may be the one that took a right from somebody. Their accounts go on without a way
   * in, but for those who have signed in after it: nobody does who was disabled or retired.
   */
  readonly isInDoubt: boolean
  readonly signedInSince: ReadonlySet<string>
  /**
   * No record from this place on is lost, or is read otherwise than it stands there: 0 if none is, infinite where it is not
   * known how many were.
   */
  readonly lostUntil: number
  /** User ids that lines speak of, damaged ones too: none of them is given to anybody else. */
  readonly ids: ReadonlySet<string>
}

/** Lines that are mended for it: more of them are no bit that fell over. */
export const MENDED_MAX = 5

/**
 * Reads on beyond the first line that is damaged, of lines that are sealed: what they say is so. A line of which one byte
 * is another is mended, as its checksum has it. Only if every place has its line, and each follows the one before, is it
 * known what became of everybody.
 */
export function formerPeople(
  store: Pick<TrailStore, 'lines'>,
  { id, origin }: { readonly id: number; readonly origin: string },
  { mac }: Pick<TrailKeys, 'mac'>,
  check: Pick<TrailCheck, 'notary'> & { readonly report: Pick<TrailCheck['report'], 'findings'> },
): FormerPeople {
  const sealed = new SealedLines(origin, mac)
  const reader = new PeopleReader()
  const ids = new Set<string>()
  const signedInSince = new Set<string>()
  let isInDoubt = false
  let lostUntil = 0
  let next = 0
  let prev = '0'.repeat(64)
  let mended = 0
  for (const { seq, line: stored } of store.lines(id)) {
    const line =
      sealed.record(seq, stored) !== undefined
        ? stored
        : mended++ < MENDED_MAX
          ? sealed.withOneByteMended(seq, stored)
          : undefined
    const record = recordIn(line ?? stored)
    for (const one of record === undefined ? [] : idsIn(record)) ids.add(one)
    const parts = line && readEntryParts(line)
    if (parts === undefined || seq !== next || parts.prev !== prev) {
      isInDoubt = true
      lostUntil = seq
      signedInSince.clear()
    }
    if (line !== stored) lostUntil = seq + 1
    if (line !== undefined) reader.take(line, isInDoubt)
    if (line !== undefined && record?.kind === 'session.started')
      signedInSince.add(String(record.body['account']))
    next = seq + 1
    prev = parts?.checksum ?? ''
  }
  if (isOtherwiseInDoubt(check)) {
    isInDoubt = true
    lostUntil = Math.max(lostUntil, endLostUntil(check))
    signedInSince.clear()
  }
  return { reader, isInDoubt, signedInSince, lostUntil, ids }
}

/**
 * Though nothing is wrong with the lines, the trail's key has signed others than are here, or more, or the notary knows of
 * some: who was disabled, retired or reset in those is not known.
 */
function isOtherwiseInDoubt({ report: { findings }, notary }: Parameters<typeof formerPeople>[3]): boolean {
  const isOfLines = findings.some(({ line }) => line !== undefined)
  return (
    !notary.every(isHarmless) ||
    findings.some(({ code }) => code === 'checkpoint-beyond-end' || (code === 'root-mismatch' && !isOfLines))
  )
}

/** How many records the trail had, where all that is wrong with its end is that there were more; else that is not known. */
function endLostUntil({ report: { findings }, notary }: Parameters<typeof formerPeople>[3]): number {
  const isOfLines = findings.some(({ line }) => line !== undefined)
  if (!isOfLines && findings.some(({ code }) => code === 'root-mismatch')) return Number.POSITIVE_INFINITY
  const ends = [
    ...notary
      .filter((one) => !isHarmless(one))
      .map(({ code, size }) => (code === 'notary-ahead' || code === 'note-ahead' ? size : undefined)),
    ...findings.filter(({ code }) => code === 'checkpoint-beyond-end').map(sizeOf),
  ]
  return Math.max(...ends.map((size) => size ?? Number.POSITIVE_INFINITY))
}

/** Of the checkpoint that a finding is about, as `checkTrail` names them. */
function sizeOf({ checkpoint }: TrailCheck['report']['findings'][number]): number | undefined {
  const [digits] = /\d+$/.exec(checkpoint ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Of accounts: who they are about, and who did something as one. */
function idsIn({ kind, body, actor }: TrailRecord): readonly string[] {
  if (!OF_PEOPLE.test(kind)) return []
  const named = [body['account'], body['user'], actor.via === 'relay' ? undefined : actor.id]
  return named.flatMap((one) => (typeof one === 'string' ? (foldedUserId(one) ?? []) : []))
}

const OF_PEOPLE = /^(?:account|signer|session|key|lease|rules|access)\./
