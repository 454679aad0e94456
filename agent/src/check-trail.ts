import type { Notary } from '@compliance-relay/shared/relay'
import {
  type Checkpoint,
  type FrontierState,
  type GivenCheckpoint,
  type Head,
  type LeafStore,
  type MacKey,
  type Policy,
  parsePolicy,
  type Report,
  TrailVerifier,
  utf8,
} from '@compliance-relay/shared/trail'
import { askNotary, isHarmless, type NotaryFinding, type NotaryView, type Patience } from './ask-notary.ts'
import type { StoredCheckpoint, StoredTrail, TrailStore } from './sqlite/trail-store.ts'

export interface TrailCheck {
  readonly trail: StoredTrail
  readonly report: Report
  readonly notary: readonly NotaryFinding[]
  /** Where a writer goes on; undefined for a trail without an entry. */
  readonly position: { readonly head: Head; readonly frontier: FrontierState } | undefined
  /** The largest checkpoint of this trail that the notary holds. */
  readonly notarised: Checkpoint | undefined
  /** Trails of this relay that the notary knows, and nobody here. */
  readonly others: readonly string[]
}

/** True if nothing was found that forbids to write on. */
export function isSound({ report, notary }: TrailCheck): boolean {
  return report.findings.length === 0 && notary.every(isHarmless)
}

export interface CheckOptions {
  readonly store: TrailStore
  readonly keys: readonly MacKey[]
  /** Undefined where it is not known which it is: then none is asked. */
  readonly notary: Notary | undefined
  /** What the notary called itself when the relay was set up. */
  readonly identity: string
  /** Origins that are known here: of any other that the notary knows, it is said. */
  readonly known?: ReadonlySet<string> | undefined
  /** How many records the sealed note beside the trail is of, as of the moment in which the lines are read. */
  readonly noted?: () => number | undefined
  /** How long the notary is waited for. */
  readonly patience: Patience
  readonly leaves: LeafStore
  /** Called now and then, so that others have their turn. */
  readonly pause: () => Promise<void>
  /** Given the root of each 256 lines, in order. */
  readonly onTile?: (root: Uint8Array) => void
  /** Called with each line as long as it and all before it hold. */
  readonly onLine?: (line: Uint8Array) => void
}

const LINES_BETWEEN_PAUSES = 2_000

const unknownNotary: NotaryView = {
  findings: [
    {
      code: 'notary-unknown',
      expected: 'a sealed record of the settings, or a sealed note of them, that names it',
      found: 'a copy of the settings, which anybody can have written',
    },
  ],
  strangers: [],
  notarised: undefined,
  others: [],
}

type TrailFinding = Report['findings'][number]

/** Verifies a trail whole: its lines, its own checkpoints, and what the notary holds of it. */
export async function checkTrail(trail: StoredTrail, options: CheckOptions): Promise<TrailCheck> {
  const { store, keys, notary, identity, known, patience, leaves, pause, noted, onLine, onTile } = options
  let own: readonly StoredCheckpoint[] = []
  const remembered = () => {
    own = [...store.checkpoints(trail.id)]
    return { size: store.size(trail.id), own }
  }
  const view =
    notary === undefined
      ? unknownNotary
      : await askNotary(notary, { trail, known, remembered, identity, patience })
  // It could not be asked: the trail is held against its own checkpoints all the same.
  if (own.length === 0) remembered()
  const checkpoints: GivenCheckpoint[] = [
    ...own.map(({ size, note }) => ({ name: `checkpoint ${size}`, bytes: note })),
    ...view.strangers.map(({ size, note }) => ({ name: `notary's ${size}`, bytes: note })),
  ]
  const verifier = new TrailVerifier({
    keys,
    checkpoints,
    policy: ownPolicy(trail),
    leaves,
    ...(onTile === undefined ? {} : { onTile }),
  })
  let lines = 0
  let misplaced: TrailFinding | undefined
  for (const { seq, line } of store.lines(trail.id)) {
    verifier.push(line)
    // By this number it is found, and the next one is added: a line that stands elsewhere is not where it is named.
    if (seq !== lines)
      misplaced ??= { code: 'seq-mismatch', line: lines + 1, expected: String(lines), found: String(seq) }
    if (onLine !== undefined && verifier.isClean && misplaced === undefined) onLine(line)
    if (++lines % LINES_BETWEEN_PAUSES === 0) await pause()
  }
  const position = verifier.position()
  const { findings, notarised, others } = view
  const said = verifier.end()
  const report = misplaced === undefined ? said : { ...said, findings: [misplaced, ...said.findings] }
  const ahead = noteAhead(noted?.(), lines)
  return { trail, report, notary: [...findings, ...ahead], position, notarised, others }
}

/** The note is written with the records it is of, in one transaction: it is never of more, unless some were taken away. */
function noteAhead(noted: number | undefined, lines: number): readonly NotaryFinding[] {
  if (noted === undefined || noted <= lines) return []
  return [{ code: 'note-ahead', expected: `${noted} records`, found: String(lines), size: noted }]
}

/** A relay's own trail has its own signature and no witness: what else the notary knows is asked of the notary. */
export function ownPolicy({ vkey }: StoredTrail): Policy {
  return parsePolicy(utf8(ownPolicyText(vkey)))
}

export function ownPolicyText(vkey: string): string {
  return `log ${vkey}\nquorum none\n`
}
