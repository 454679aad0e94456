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
import type { Relay } from '../relay.ts'
import { timestamp } from '../time-text.ts'
import { UnusableInput } from '../unusable-input.ts'
import { softwareName } from '../version.ts'
import { ExportRefused } from './export-refused.ts'
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
): Promise<number> {
  requireSealable(relay.opened, relay.settings.org, seal, Date.now())
  const body = { ...sealBody(seal), by }
  const seq = await record(relay, () => ({ kind: 'export.sealed', actor, time: timestamp(Date.now()), body }))
  await relay.publish()
  return seq
}

/** Throws `UnusableInput` for what this relay does not vouch for. */
export function requireSealable(
  { store, trail: written }: Pick<Relay['opened'], 'store' | 'trail'>,
  org: string,
  seal: Seal,
  now: number,
): void {
  const known = store.trails()
  for (const { trail, size, root } of seal.trails) {
    const one = known.find(({ origin }) => origin === trail)
    const checkpoint = one && store.checkpoint(one.id, size)
    const head = checkpoint && parseCheckpoint(checkpoint.note)
    const isSigned =
      head !== undefined && one !== undefined && checkNote(head.note, parseVkey(one.vkey)) === 'good'
    if (head === undefined || !isSigned || !equalBytes(head.root, root))
      throw new UnusableInput(
        `${trail} has no checkpoint of ${size} records with that root: nothing was sealed`,
      )
    const left = leftAtTheEnd(store, { id: one.id, isWritten: trail === written.origin }, size, now)
    if (left !== undefined)
      throw new UnusableInput(
        `the export stops at ${size} records of ${trail}, and ${left}. Nothing was sealed: export again`,
      )
  }
  if (!seal.trails.some(({ trail }) => trail === written.origin))
    throw new UnusableInput('an export has the trail that is written to in it: its seal stands there')
  const others = known
    .map(({ origin }) => origin)
    .filter((origin) => !seal.trails.some(({ trail }) => trail === origin))
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
