import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/relay'
import {
  type Checkpoint,
  checkNote,
  equalBytes,
  FormatError,
  type FrontierState,
  type GivenCheckpoint,
  type Head,
  type LeafStore,
  type MacKey,
  parseCheckpoint,
  parsePolicy,
  parseVkey,
  type Report,
  TrailVerifier,
  utf8,
} from '@compliance-relay/shared/trail'
import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'

/**
 * What can be wrong with a relay's trail beyond what its lines say of themselves: its own checkpoints against
 * the notary's. Each is a rollback, a fork, or a notary that is not what it was.
 */
export const notaryFaults = {
  'notary-ahead':
    'the notary holds a checkpoint of more records than there are: records were removed, or an older copy was restored',
  'notary-differs': 'the notary holds another checkpoint of this size: the trail was forked, or written anew',
  'notary-lost': 'the notary does not hold a checkpoint that it was given',
  'notary-replaced': 'the notary is not the one this relay was set up with',
  'notary-foreign':
    'the notary holds something under the name of a checkpoint that this trail has not signed',
  'notary-unreachable': 'the notary cannot be asked',
} as const

export type NotaryFaultCode = keyof typeof notaryFaults

export interface NotaryFinding {
  readonly code: NotaryFaultCode
  readonly expected: string
  readonly found: string
  /** Size of the checkpoint concerned. */
  readonly size?: number
}

export interface TrailCheck {
  readonly trail: StoredTrail
  readonly report: Report
  readonly notary: readonly NotaryFinding[]
  /** Where a writer goes on; undefined for a trail without an entry. */
  readonly position: { readonly head: Head; readonly frontier: FrontierState } | undefined
  /** The largest checkpoint of this trail that the notary holds. */
  readonly notarised: Checkpoint | undefined
}

/** Faults that do not bear on what the trail says: it may be gone on with. */
const harmless: ReadonlySet<NotaryFaultCode> = new Set([
  'notary-lost',
  'notary-replaced',
  'notary-foreign',
  'notary-unreachable',
])

/** True if nothing was found that forbids to write on. */
export function isSound({ report, notary }: TrailCheck): boolean {
  return report.findings.length === 0 && notary.every(({ code }) => harmless.has(code))
}

export interface CheckOptions {
  readonly store: TrailStore
  readonly keys: readonly MacKey[]
  readonly notary: Notary
  /** What the notary called itself when the relay was set up. */
  readonly identity: string
  readonly leaves: LeafStore
  /** Called now and then, so that others have their turn. */
  readonly pause: () => Promise<void>
}

const LINES_BETWEEN_PAUSES = 2_000

/** Verifies a trail whole, holds it against its own checkpoints, and then asks what the notary holds beyond it. */
export async function checkTrail(trail: StoredTrail, options: CheckOptions): Promise<TrailCheck> {
  const { store, keys, notary, identity, leaves, pause } = options
  const policy = parsePolicy(utf8(`log ${trail.vkey}\nquorum none\n`))
  const own = [...store.checkpoints(trail.id)]
  const checkpoints = own.map(
    ({ size, note }): GivenCheckpoint => ({ name: `checkpoint ${size}`, bytes: note }),
  )
  const held = await readNotary(trail, notary, identity)
  if (held.last !== undefined) checkpoints.push({ name: `notary's ${held.last.size}`, bytes: held.last.note })
  const verifier = new TrailVerifier({ keys, checkpoints, policy, leaves })
  let lines = 0
  for (const { line } of store.lines(trail.id)) {
    verifier.push(line)
    if (++lines % LINES_BETWEEN_PAUSES === 0) await pause()
  }
  const position = verifier.position()
  const report = verifier.end()
  const findings = [
    ...held.findings,
    ...(held.reachable ? await compareNotary(trail, notary, own, lines) : []),
  ]
  return { trail, report, notary: findings, position, notarised: held.last?.checkpoint }
}

interface NotaryView {
  readonly reachable: boolean
  readonly findings: NotaryFinding[]
  readonly last:
    | { readonly size: number; readonly note: Uint8Array; readonly checkpoint: Checkpoint }
    | undefined
}

/** The largest checkpoint with this trail's own signature that the notary holds. What else stands there is told. */
async function readNotary(trail: StoredTrail, notary: Notary, identity: string): Promise<NotaryView> {
  const findings: NotaryFinding[] = []
  try {
    const is = await notary.identity()
    if (is !== identity)
      findings.push({ code: 'notary-replaced', expected: `the notary ${identity}`, found: is })
    const sizes: number[] = []
    for await (const size of notary.list(trail.origin)) sizes.push(size)
    for (const size of sizes.reverse()) {
      const note = await notary.get(trail.origin, size)
      const checkpoint = note && signedBy(trail, size, note)
      if (note !== undefined && checkpoint !== undefined)
        return { reachable: true, findings, last: { size, note, checkpoint } }
      findings.push({
        code: 'notary-foreign',
        expected: `a checkpoint of ${trail.origin}`,
        found: `other content at size ${size}`,
        size,
      })
    }
    return { reachable: true, findings, last: undefined }
  } catch (error) {
    if (!(error instanceof NotaryUnreachable)) throw error
    findings.push({ code: 'notary-unreachable', expected: notary.place, found: error.message })
    return { reachable: false, findings, last: undefined }
  }
}

/** A checkpoint of this trail and size with its signature, undefined if the note is anything else. */
export function signedBy(trail: StoredTrail, size: number, note: Uint8Array): Checkpoint | undefined {
  try {
    const checkpoint = parseCheckpoint(note)
    if (checkpoint.origin !== trail.origin || checkpoint.size !== size) return undefined
    return checkNote(checkpoint.note, parseVkey(trail.vkey)) === 'good' ? checkpoint : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** Each checkpoint that the notary was seen to hold must be there with the same content; none may lie beyond the end. */
async function compareNotary(
  trail: StoredTrail,
  notary: Notary,
  own: readonly { readonly size: number; readonly note: Uint8Array; readonly notarised: string | null }[],
  size: number,
): Promise<NotaryFinding[]> {
  const findings: NotaryFinding[] = []
  for await (const beyond of notary.list(trail.origin, size)) {
    const note = await notary.get(trail.origin, beyond)
    if (note !== undefined && signedBy(trail, beyond, note) !== undefined)
      findings.push({
        code: 'notary-ahead',
        expected: `at least ${beyond} records`,
        found: `${size}`,
        size: beyond,
      })
  }
  const lost: number[] = []
  for (const one of own.slice(-NOTARISED_COMPARED)) {
    const note = await notary.get(trail.origin, one.size)
    if (note === undefined) {
      if (one.notarised !== null) lost.push(one.size)
    } else if (!equalBytes(note, one.note) && signedBy(trail, one.size, note) !== undefined) {
      const found = 'another note under the same name'
      findings.push({
        code: 'notary-differs',
        expected: `the checkpoint of ${one.size} records as signed here`,
        found,
        size: one.size,
      })
    }
  }
  if (lost.length > 0) {
    findings.push({
      code: 'notary-lost',
      expected: `${lost.length} checkpoints, of ${lost[0]} to ${lost.at(-1)} records`,
      found: 'none of them',
      size: lost.at(-1) as number,
    })
  }
  return findings
}

/** Checkpoints compared one by one with the notary's, the latest first to be needed. */
const NOTARISED_COMPARED = 10_000
