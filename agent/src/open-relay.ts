import type { DatabaseSync } from 'node:sqlite'
import type { SecretStore } from '@compliance-relay/shared/relay'
import { base64, readEntry, type Value } from '@compliance-relay/shared/trail'
import { type Patience, START_PATIENCE } from './ask-notary.ts'
import { checkState, type StateCheck } from './capture/state-check.ts'
import { checkTrail, isSound, type TrailCheck } from './check-trail.ts'
import { type DataFolder, hasDatabase } from './data-folder.ts'
import { type CheckedEnd, gapBefore } from './gap.ts'
import { knownTrails } from './known-trails.ts'
import { lastAtWork } from './last-at-work.ts'
import { type Doubt, leftTrail, leftTrails } from './left-trails.ts'
import { requireNoLivingWriter } from './living-writer.ts'
import { type Mending, mendingOf } from './mending.ts'
import { openNewTrail, relayActor } from './new-trail.ts'
import { type NotaryQueue, type OpenNotary, openNotary } from './notary-queue.ts'
import { formerPeople } from './people/former-people.ts'
import {
  carriedPeople,
  type OpenedPeople,
  openPeople,
  PeopleReader,
  readPepper,
} from './people/opened-people.ts'
import {
  nameless,
  type SealedSettings,
  sealedSettings,
  settingsDrafts,
  tryRead,
} from './recorded-settings.ts'
import { SchemaGuard } from './schema-guard.ts'
import { readNote, sealedNote, settingsDigest } from './sealed-note.ts'
import { hasKeyPlace, openSecrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import { openDatabase, openForReading } from './sqlite/database.ts'
import { HostStore } from './sqlite/host-store.ts'
import { unreadableRows } from './sqlite/readable-rows.ts'
import { type RecordPlace, type StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import { takeWriterLock, type WriterLock } from './sqlite/writer-lock.ts'
import { temporaryLeafStore } from './temporary-leaf-store.ts'
import { timestamp } from './time-text.ts'
import { TrailAuthority } from './trail-authority.ts'
import { readTrailKeys, type TrailKeys } from './trail-keys.ts'
import { TrailWriter } from './trail-writer.ts'
import { UnusableInput } from './unusable-input.ts'
import { requireApart } from './watch-places.ts'

export interface OpenDeps {
  readonly random: (size: number) => Uint8Array
  readonly wall: () => number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  /** True to hold the capture state against the records meanwhile. */
  readonly checksState?: boolean
  /** How long the notary is waited for, if not as a start does. */
  readonly patience?: Patience
}

/** A data folder opened for writing, its trail verified, or begun anew where it could not be gone on with. */
export interface OpenedRelay {
  readonly folder: DataFolder
  readonly lock: WriterLock
  readonly database: DatabaseSync
  readonly reading: DatabaseSync
  readonly store: TrailStore
  readonly host: HostStore
  readonly secrets: SecretStore
  readonly notary: NotaryQueue
  /** To be called when nothing more is asked of the notary. */
  readonly closeNotary: OpenNotary['close']
  readonly settings: Settings
  readonly trail: StoredTrail
  readonly keys: TrailKeys
  readonly writer: TrailWriter
  /** What start-up found, of the trail that was there. */
  readonly check: TrailCheck
  /** What beside the trail was not as it should be, and was set right with a record. */
  readonly mended: Mending | undefined
  /** Sees to the database's own rules at work. */
  readonly guard: SchemaGuard
  /** What of these was found at work: the kinds of the records that say so, one each. */
  readonly foundAtWork: readonly string[]
  /** Trails that were left and are not believed any more. */
  readonly doubts: readonly Doubt[]
  readonly authority: TrailAuthority
  /** Origins of this relay's trails, before this start. */
  readonly known: ReadonlySet<string>
  /** The former trail, if this start had to begin a new one. */
  readonly left: StoredTrail | undefined
  readonly frontier: TrailCheck['position']
  /** Roots of each 256 lines of the trail that is written to, as they were verified at this start. */
  readonly tileRoots: readonly Uint8Array[]
  /** What is known of the end of the time before this start. */
  readonly end: CheckedEnd
  /** The check of the capture state, begun beside that of the trail. */
  readonly stateCheck: StateCheck | undefined
  readonly people: OpenedPeople
}

/**
 * The order of a start: the lock; what the notary holds, as far as it says so in time; the whole trail, with its own
 * checkpoints and those; and only then a writer. What cannot be gone on with is left as it is, and a new trail names it: capture goes on.
 * Throws `UnusableInput` where nothing can be written truthfully: no trail, no key, the wrong key, another relay.
 */
export async function openRelay(folder: DataFolder, deps: OpenDeps): Promise<OpenedRelay> {
  if (!hasDatabase(folder)) {
    throw new UnusableInput(
      hasKeyPlace(folder)
        ? `the database ${folder.database} is missing, its keys are there: put it back from a copy; nothing is begun anew over its place`
        : `there is no relay in ${folder.path}: relay init --data DIR sets one up`,
    )
  }
  await requireNoLivingWriter(folder)
  const lock = takeWriterLock(folder.lock)
  try {
    return await openLocked(folder, lock, deps)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(folder: DataFolder, lock: WriterLock, deps: OpenDeps): Promise<OpenedRelay> {
  const database = openDatabase(folder.database)
  const store = new TrailStore(database)
  const host = new HostStore(database)
  const trail = store.trails().at(-1)
  if (trail === undefined)
    throw new UnusableInput(
      'the data folder has no trail: its set-up did not come to an end; relay init again',
    )
  const secrets = await openSecrets(folder)
  const keys = await readTrailKeys(secrets, trail, firstKidOf(store, trail))
  const authority = new TrailAuthority()
  authority.believe(trail, keys.macSecret)
  const doubts = await leftTrails({ store, secrets, authority, pause })
  for (const doubt of doubts) deps.note('trail-doubted', { ...doubt })
  const left = store.trails().slice(0, -1)
  const sealed = sealedSettings({ host, trail, mac: keys.mac, left, authority })
  const { settings } = sealed
  // A link may have led one into the other since: each record would be a file to be recorded.
  if (deps.checksState === true) requireApart(folder.path, settings.notary.folder, settings)
  const { notary, close: closeNotary } = await openNotary(settings.notary)
  const parts = { folder, lock, database, store, host, secrets, notary, closeNotary, keys, authority, doubts }
  try {
    return await openVerified(parts, trail, sealed, deps)
  } catch (error) {
    closeNotary(true)
    throw error
  }
}

type Parts = Pick<
  OpenedRelay,
  | 'folder'
  | 'lock'
  | 'database'
  | 'store'
  | 'host'
  | 'secrets'
  | 'notary'
  | 'closeNotary'
  | 'keys'
  | 'authority'
  | 'doubts'
>

const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

async function openVerified(
  parts: Parts,
  trail: StoredTrail,
  sealed: SealedSettings,
  deps: OpenDeps,
): Promise<OpenedRelay> {
  const { folder, database, host, secrets, notary, keys, authority, doubts } = parts
  const { settings, recorded } = sealed
  // Everything that is read from here on is believed as the authority says.
  const store = new TrailStore(database, authority)
  const known = knownTrails(store)
  // Begun beside the verification, unless there is something in it that has to be removed first.
  const checks = deps.checksState === true
  const rows = unreadableRows(database)
  const stateCheck = (writtenFrom: RecordPlace) =>
    checkState({ file: folder.database, writtenFrom, authority: authority.parts })
  const early = checks && rows === 0 ? stateCheck({ trail: trail.id, seq: store.size(trail.id) }) : undefined
  const begunCheck = ({ writtenFrom }: TrailWriter) => early ?? (checks ? stateCheck(writtenFrom) : undefined)
  const leaves = temporaryLeafStore()
  const people = new PeopleReader()
  const tileRoots: Uint8Array[] = []
  const note = readNote(keys.mac, trail.origin, host.note())
  let check: TrailCheck
  try {
    check = await checkTrail(trail, {
      store,
      keys: [keys.mac],
      // In doubt from now on: a new trail is begun that says so. Once that is recorded, it is one that cannot be asked.
      notary: recorded === undefined && settings.notary.isInDoubt === true ? undefined : notary,
      identity: settings.notary.identity,
      known,
      noted: () => note?.size,
      patience: deps.patience ?? START_PATIENCE,
      leaves: leaves.leaves,
      pause,
      onLine: (line) => people.take(line),
      onTile: (root) => tileRoots.push(root),
    })
  } finally {
    leaves.close()
  }
  const reading = openForReading(folder.database)
  const relay = relayActor(settings.name)
  const foundAtWork: string[] = []
  const guard = new SchemaGuard({
    database,
    relay,
    wall: deps.wall,
    onFound: (drafts) => {
      deps.note('mended', { what: drafts.map(({ kind, body }) => ({ kind, ...body })) })
      for (const { kind } of drafts) if (!foundAtWork.includes(kind)) foundAtWork.push(kind)
    },
  })
  const mended = mendingOf({ database, host, rows, recorded, relay, time: timestamp(deps.wall()) })
  if (mended !== undefined)
    deps.note('mended', { what: mended.drafts.map(({ kind, body }) => ({ kind, ...body })) })
  const end = lastAtWork(store, host, { id: trail.id, lines: check.report.lines }, note)
  const common = { ...parts, store, known, reading, check, mended, guard, foundAtWork, end }
  if (isSound(check) && check.position !== undefined) {
    const state = { trail: trail.id, ...check.position }
    const writer = new TrailWriter(database, store, keys.mac, state, guard)
    // The first thing that is written, and in one transaction: what was found is said, or it is still there.
    if (mended !== undefined) writer.append(mended.drafts, undefined, mended.apply)
    const opened = await openPeople(people, secrets)
    return {
      ...common,
      settings,
      trail,
      writer,
      left: undefined,
      frontier: check.position,
      tileRoots,
      stateCheck: begunCheck(writer),
      people: opened,
    }
  }
  deps.note('trail-left', {
    trail: trail.origin,
    findings: check.report.findings.length,
    notary: check.notary,
  })
  const former = formerPeople(store, trail, keys, check)
  // A record that is lost may have set them otherwise, unless what was noted after it says that they were so.
  const areNamesInDoubt = recorded === undefined || former.lostUntil > sealed.sureUntil
  const carried = areNamesInDoubt ? nameless(settings) : settings
  const { pepper } = await readPepper(secrets)
  const time = timestamp(deps.wall())
  const opened = await openNewTrail({
    org: settings.org,
    name: settings.name,
    database,
    store,
    secrets,
    random: deps.random,
    now: new Date(deps.wall()),
    previous: previousOf(check),
    missing: check.others,
    inDoubt: [
      ...(former.isInDoubt ? (['accounts'] as const) : []),
      ...(areNamesInDoubt && mayName(settings, recorded) ? (['persons'] as const) : []),
      ...(settings.notary.isInDoubt === true ? (['notary'] as const) : []),
    ],
    ...(mended === undefined ? {} : { mending: mended }),
    guard,
    // With its first record: a trail without settings would be taken for one whose settings are lost.
    first: async (begun) => ({
      drafts: [
        ...settingsDrafts(carried, reasonOf(recorded, areNamesInDoubt), deps.wall()),
        ...carriedPeople(former, pepper, relay, time),
      ],
      apply: (size) => {
        host.setSettings(carried)
        const { alive } = gapBefore(end, deps.wall())
        const noted = { trail: begun.trail.origin, size, settings: settingsDigest(carried), alive }
        host.setNote(sealedNote(begun.keys.mac, noted))
      },
    }),
  })
  authority.believe(opened.trail, opened.keys.macSecret)
  const reader = new PeopleReader()
  for (const { line } of store.lines(opened.trail.id)) reader.take(line)
  // As the next start will find it: it was verified, and nobody but this start has written since.
  const doubt = await leftTrail(trail, opened.trail, { store: parts.store, secrets, authority, pause })
  if (doubt !== undefined) {
    authority.doubt(trail.id)
    deps.note('trail-doubted', { ...doubt })
  }
  return {
    ...common,
    ...opened,
    settings: carried,
    doubts: doubt === undefined ? doubts : [...doubts, doubt],
    left: trail,
    frontier: undefined,
    tileRoots: [],
    stateCheck: begunCheck(opened.writer),
    people: await openPeople(reader, secrets),
  }
}

/** Whether there was anybody to leave out, as far as that is known. */
function mayName({ persons, badges }: Settings, recorded: Settings | undefined): boolean {
  return recorded === undefined || persons.length + badges.length > 0
}

const FROM_BEFORE = 'carried over from the trail before'
const FROM_DOUBT =
  'carried over from the trail before; persons and badges were not, for a record is lost that may have set them otherwise'
const FROM_COPY =
  'taken from the copy beside the trail before, whose records of settings are damaged, and which nothing sealed bears out; persons and badges were not'

function reasonOf(recorded: Settings | undefined, areNamesInDoubt: boolean): string {
  if (recorded === undefined) return FROM_COPY
  return areNamesInDoubt ? FROM_DOUBT : FROM_BEFORE
}

/** What a new trail says of the one it goes on from: where that ended, how far the notary knew it, and why it was left. */
function previousOf({ trail, report, notary, notarised }: TrailCheck): { [key: string]: Value } {
  const codes = [...new Set([...notary.map(({ code }) => code), ...report.findings.map(({ code }) => code)])]
  return {
    trail: trail.origin,
    size: report.lines,
    root: base64(report.root),
    notarised: notarised === undefined ? null : { size: notarised.size, root: base64(notarised.root) },
    reason: codes.slice(0, 10).join(', '),
    findings: [
      ...notary.map(({ code, expected, found }) => ({ code, expected, found })),
      ...report.findings
        .slice(0, 10)
        .map(({ code, seq, expected, found }) => ({ code, seq: seq ?? null, expected, found })),
    ].slice(0, 20),
  }
}

/** The kid a trail begins with; undefined if its first line is damaged: the verifier says so, not the reader of keys. */
export function firstKidOf(store: TrailStore, trail: StoredTrail): string | undefined {
  const line = store.line(trail.id, 0)
  return line && tryRead(() => readEntry(line).record.kid)
}
