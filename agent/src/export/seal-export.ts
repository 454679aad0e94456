import { type Seal, sealBody } from '@compliance-relay/shared/bag'
import {
  checkNote,
  type Draft,
  equalBytes,
  parseCheckpoint,
  parseVkey,
  shown,
} from '@compliance-relay/shared/trail'
import { NotRecorded } from '../capture/recorder.ts'
import { removedTrails } from '../known-trails.ts'
import { notAsLeft } from '../left-trails.ts'
import type { Relay } from '../relay.ts'
import { timestamp } from '../time-text.ts'
import { UnusableInput } from '../unusable-input.ts'
import { softwareName } from '../version.ts'
import { ExportRefused } from './export-refused.ts'
import { laterHead, notarisedWhenLeft, sizeWhenLeft } from './later-head.ts'
import { leftAtTheEnd } from './left-at-the-end.ts'

/**
 * Seals an export: records what it is, who asked for it, and gives the head over that record to the notary. What is
 * sealed is held against the relay's own checkpoints first, so it vouches for no history but its own, and for no part of
 * it as if it were all. Resolves when the record is durable and a head over it signed, if it can be; rejects with
 * `UnusableInput`.
 */
export async function sealExport(
  relay: Relay,
  seal: Seal,
  actor: Draft['actor'],
  by: Draft['body'],
): Promise<RecordedSeal> {
  requireSealable(relay.opened, relay.settings.org, seal, Date.now())
  const unasked = await requireAnchored(relay.opened, seal)
  const body = { ...sealBody(seal), by }
  const seq = await record(relay, () => ({ kind: 'export.sealed', actor, time: timestamp(Date.now()), body }))
  await relay.publish()
  return { seq, unasked }
}

export interface RecordedSeal {
  readonly seq: number
  /** Trails that were left, and whose end could not be held against the notary's. */
  readonly unasked: readonly string[]
}

/**
 * Whoever can write into the database can take the last heads of a trail that was left away, but not out of the notary's
 * hands. Rejects with `UnusableInput` where it holds a later one; gives the trails of which it could not be asked.
 */
export async function requireAnchored(
  { store, trail: written, notary }: Pick<Relay['opened'], 'store' | 'trail' | 'notary'>,
  { trails }: Pick<Seal, 'trails'>,
): Promise<readonly string[]> {
  const unasked: string[] = []
  for (const { trail, size } of trails) {
    const one = store.trails().find(({ origin }) => origin === trail)
    if (one === undefined || one.id === written.id) continue
    const later = await laterHead(notary, store, one, size)
    if (later.is === 'unasked') unasked.push(trail)
    if (later.is === 'later')
      throw new UnusableInput(
        `the export stops at ${size} records of ${trail}, and the notary holds a checkpoint of ${later.size}. Nothing was sealed`,
      )
  }
  return unasked
}

/** Throws `UnusableInput` for what this relay does not vouch for. */
export function requireSealable(
  { store, trail: written, doubts }: Pick<Relay['opened'], 'store' | 'trail' | 'doubts'>,
  org: string,
  seal: Seal,
  now: number,
): void {
  const known = store.trails()
  const doubted = notAsLeft(doubts)
  for (const { trail, size, root } of seal.trails) {
    // It may have been written anew as a whole, under keys of whoever did.
    if (doubted.has(trail))
      throw new UnusableInput(
        `${trail} is not what it was when it was left: nothing was sealed; relay status says more`,
      )
    const one = known.find(({ origin }) => origin === trail)
    const checkpoint = one && store.checkpoint(one.id, size)
    const head = checkpoint && parseCheckpoint(checkpoint.note)
    const isSigned =
      head !== undefined && one !== undefined && checkNote(head.note, parseVkey(one.vkey)) === 'good'
    if (head === undefined || !isSigned || !equalBytes(head.root, root))
      throw new UnusableInput(
        `${trail} has no checkpoint of ${size} records with that root: nothing was sealed`,
      )
    const left = leftAtTheEnd(
      store,
      {
        id: one.id,
        isWritten: trail === written.origin,
        whenLeft: sizeWhenLeft(store, one),
        notarised: notarisedWhenLeft(store, one),
      },
      size,
      now,
    )
    if (left !== undefined)
      throw new UnusableInput(
        `the export stops at ${size} records of ${trail}, and ${left}. Nothing was sealed: export again`,
      )
  }
  if (!seal.trails.some(({ trail }) => trail === written.origin))
    throw new UnusableInput('an export has the trail that is written to in it: its seal stands there')
  const others = [...known.map(({ origin }) => origin), ...removedTrails(store)].filter(
    (origin) => !seal.trails.some(({ trail }) => trail === origin),
  )
  if (others.length !== seal.leftOut.length || others.some((origin) => !seal.leftOut.includes(origin)))
    throw new UnusableInput('an export names every trail of the relay that is not in it: nothing was sealed')
  if (seal.software !== softwareName || seal.organization !== org)
    throw new UnusableInput(
      `the running relay is ${softwareName} of ${org}, and the export is said to be made by ${shown(seal.software)} of ${shown(seal.organization)}: nothing was sealed`,
    )
}

/** Whoever asked waits for it: recorded later, it would be the seal on a bag that nobody has. */
async function record({ recorder }: Relay, draft: () => Draft): Promise<number> {
  try {
    return await recorder.recordNow(draft)
  } catch (error) {
    if (!(error instanceof NotRecorded)) throw error
    throw new ExportRefused(
      'held',
      `nothing can be recorded at the moment, so nothing was sealed: ${error.message}`,
    )
  }
}
