import type { Actor, Body, Draft, Value } from '@compliance-relay/shared/trail'
import type { Owner, Resolution, WriteEvidence } from '../actors/types.ts'
import { isRaw } from '../instruments/recognise.ts'
import type { WatchSettings } from '../settings.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import { type StoredMember, type StoredUnit, type UnitStore, wasRead } from '../sqlite/unit-store.ts'
import { timestamp } from '../time-text.ts'
import {
  beforeFields,
  examinationFields,
  fitting,
  INLINE_MANIFEST_BYTES_MAX,
  lateFields,
  placeFields,
  seenFields,
  setFields,
} from './capture-body.ts'
import type { Folder } from './folder-tree.ts'
import { PLAIN, type ReadResult } from './hash-task.ts'
import { digestOf, type ManifestFile, manifestOf } from './manifest.ts'
import type { Pending } from './pending.ts'
import { pathFields } from './raw-name.ts'
import type { CommitItem } from './recorder.ts'
import { fileIdOfStamp, isLacking, lackingStamp } from './stamp.ts'

export interface OutcomeContext {
  /** The relay itself, for what no person answers for. */
  readonly relay: Actor
  readonly units: UnitStore
  readonly trails: TrailStore
  /** Number of the trail now written to. */
  readonly trail: number
  readonly watchOf: (folder: Folder) => WatchSettings
  readonly folderWithId: (id: number) => Folder | undefined
  readonly resolve: (evidence: WriteEvidence) => Resolution
  /** The owner of a file; `uid` is what its stat says. */
  readonly ownerOf: (path: string, uid: number) => Owner
  readonly wall: () => number
}

type Read = Extract<ReadResult, { state: 'read' }>

/** Details that are left out of a record before the record is left out of the trail. */
const DETAILS = [
  'run',
  'unreadable',
  'missing',
  'instrumentDigests',
  'files',
  'changedPaths',
  'others',
  'evidence',
]

/**
 * What becomes of a unit that has been read: a record with its actor, a refusal if no person answers for it, or
 * nothing but a new stamp if it is what it was.
 */
export function readOutcome(context: OutcomeContext, pending: Pending, read: Read): CommitItem {
  return pending.kind === 'file' ? fileOutcome(context, pending, read) : setOutcome(context, pending, read)
}

function fileOutcome(context: OutcomeContext, pending: Pending, read: Read): CommitItem {
  const { folder, name } = pending
  const [file] = read.files
  if (file === undefined) throw new Error('a file that was read has a digest')
  const known = context.units.unit(folder.id, name)
  const fileId = fileIdOfStamp(pending.sample)
  const lacks = read.examination?.lacks === true
  const lacked = known !== undefined && isLacking(known.stamp)
  const unit = {
    folder: folder.id,
    name,
    kind: 'file' as const,
    fileId,
    stamp: lacks ? lackingStamp(pending.sample) : pending.sample,
    size: file.size,
    digest: file.sha256,
    profile: pending.profile.id,
  }
  // That what belongs beside it has come is news, though it is itself as it was.
  if (isSame(known, file.sha256) && lacked === lacks)
    return {
      apply: () =>
        context.units.put({ ...known, ...unit, state: known.state === 'absent' ? 'recorded' : known.state }),
    }
  const former = pending.formerly?.digest === file.sha256 ? pending.formerly : undefined
  const fields = {
    ...examinationFields(pending.profile.id, read.examination ?? PLAIN, read.claims),
    size: file.size,
    sha256: file.sha256,
  }
  return captureItem(context, pending, {
    noun: 'file',
    known,
    former,
    fields,
    owners: [{ path: folder.pathOf(name), uid: pending.owner }],
    vendorUser: (read.examination ?? PLAIN).fields['operator'],
    store: (state, seq) => {
      if (former !== undefined) context.units.remove(former.folder, former.name)
      context.units.put({ ...unit, state, trail: context.trail, seq })
    },
  })
}

function setOutcome(context: OutcomeContext, pending: Pending, read: Read): CommitItem {
  const { folder, name, walk } = pending
  const { parent } = folder
  if (walk === undefined || parent === undefined) throw new Error('a data set that was read has been walked')
  const files: ManifestFile[] = read.files.map(({ member, size, sha256 }) => ({ path: member, size, sha256 }))
  const bytes = manifestOf(files)
  const manifest = { bytes, digest: digestOf(bytes) }
  const raw = files.filter(({ path }) => isRaw(pending.profile, path))
  const known = context.units.unit(parent.id, name)
  const stamps = new Map(walk.files.map(({ member, stamp }) => [member, stamp]))
  const members = files.map(({ path, size, sha256 }) => ({
    path,
    size,
    digest: sha256,
    stamp: stamps.get(path) ?? '',
  }))
  const unit = {
    folder: parent.id,
    name,
    kind: 'set' as const,
    fileId: folder.fileId,
    stamp: '',
    size: files.reduce((sum, { size }) => sum + size, 0),
    digest: manifest.digest,
    profile: pending.profile.id,
  }
  const before = known?.kind === 'set' ? context.units.membersOf(folder.id) : new Map<string, StoredMember>()
  const wasComplete = known?.stamp !== INCOMPLETE
  const complete = isComplete(read)
  const stored = { ...unit, stamp: complete ? '' : INCOMPLETE }
  if (isSame(known, manifest.digest) && wasComplete === complete) {
    return {
      apply: () => {
        context.units.put({ ...known, ...stored, state: known.state === 'absent' ? 'recorded' : known.state })
        context.units.replaceMembers(folder.id, members)
      },
    }
  }
  const former = pending.formerly?.digest === manifest.digest ? pending.formerly : undefined
  const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]))
  const changed = walk.files.filter(({ member }) => before.get(member)?.digest !== digests.get(member))
  return captureItem(context, pending, {
    noun: 'dataset',
    known: known?.kind === 'set' ? known : undefined,
    former,
    fields: {
      ...examinationFields(pending.profile.id, read.examination ?? PLAIN, read.claims),
      ...setFields(
        files,
        manifest,
        raw.length > 0 && raw.length < files.length ? digestOf(manifestOf(raw)) : undefined,
      ),
      ...(before.size > 0 ? changesFields(before, members) : {}),
      ...(walk.others.length > 0
        ? { others: walk.others.slice(0, 20).map(({ member, what }) => ({ ...pathFields(member), what })) }
        : {}),
    },
    owners: (changed.length > 0 ? changed : walk.files).map(({ path, owner }) => ({ path, uid: owner })),
    vendorUser: (read.examination ?? PLAIN).fields['operator'],
    store: (state, seq) => {
      if (former !== undefined) forgetFormer(context, former)
      if (bytes.length > INLINE_MANIFEST_BYTES_MAX) context.trails.addContent(manifest.digest, bytes)
      context.units.put({ ...stored, state, trail: context.trail, seq })
      // What was recorded by itself before the folder was known for a data set is now part of it.
      forgetInside(context, folder)
      context.units.replaceMembers(folder.id, members)
    },
  })
}

/** Stored with a data set whose record says that it is not complete: completeness alone is then news. */
const INCOMPLETE = 'incomplete'

export function isComplete({ examination, claims }: Pick<Read, 'examination' | 'claims'>): boolean {
  return (examination ?? PLAIN).complete && claims.every(({ agrees }) => agrees)
}

function isSame(known: StoredUnit | undefined, digest: string): known is StoredUnit {
  return known !== undefined && wasRead(known) && known.digest === digest
}

function changesFields(
  before: ReadonlyMap<string, StoredMember>,
  now: readonly StoredMember[],
): { [key: string]: Value } {
  const names = new Set(now.map(({ path }) => path))
  const added = now.filter(({ path }) => !before.has(path))
  const changed = now.filter(({ path, digest }) => (before.get(path)?.digest ?? digest) !== digest)
  const removed = [...before.values()].filter(({ path }) => !names.has(path))
  const paths = [...added, ...changed, ...removed].slice(0, 20)
  return {
    changes: { added: added.length, changed: changed.length, removed: removed.length },
    changedPaths: paths.map(({ path }) => pathFields(path)),
  }
}

function forgetInside(context: OutcomeContext, folder: Folder): void {
  context.units.removeAllIn(folder.id)
  for (const child of folder.children.values()) {
    context.units.replaceMembers(child.id, [])
    forgetInside(context, child)
  }
}

function forgetFormer({ units, folderWithId }: OutcomeContext, former: StoredUnit): void {
  const folder = folderWithId(former.folder)?.children.get(former.name)
  if (folder !== undefined) units.replaceMembers(folder.id, [])
  units.remove(former.folder, former.name)
}

interface Capture {
  readonly noun: 'file' | 'dataset'
  readonly known: StoredUnit | undefined
  readonly former: StoredUnit | undefined
  readonly fields: { readonly [key: string]: Value }
  readonly owners: readonly { readonly path: string; readonly uid: number }[]
  readonly vendorUser: string | undefined
  readonly store: (state: 'recorded' | 'refused', seq: number) => void
}

function captureItem(context: OutcomeContext, pending: Pending, capture: Capture): CommitItem {
  const { noun, former, fields, store } = capture
  const known = capture.known !== undefined && wasRead(capture.known) ? capture.known : undefined
  const watch = context.watchOf(pending.folder)
  const where = pending.kind === 'file' ? pending.folder.relativeOf(pending.name) : pending.folder.relative
  const owners = new Map(
    capture.owners.map(({ path, uid }) => context.ownerOf(path, uid)).map((owner) => [owner.id, owner]),
  )
  const resolution = context.resolve({
    owners: [...owners.values()],
    from: pending.firstSeen,
    to: pending.restSeen,
    ...(capture.vendorUser === undefined ? {} : { vendorUser: capture.vendorUser }),
    ...(pending.clockStepped ? { clockStepped: true } : {}),
    // Written while nobody looked: whoever is signed in now need not be who was then.
    ...(pending.late === undefined ? {} : { unwatched: true }),
  })
  const verb = former !== undefined ? 'renamed' : known === undefined ? 'created' : 'changed'
  const kind = `${noun}.${verb}`
  const formerFolder = former && context.folderWithId(former.folder)
  const earlier = former ?? known
  const body: Body = {
    ...placeFields(watch, where),
    ...(former === undefined
      ? {}
      : { from: pathFields(formerFolder?.relativeOf(former.name) ?? former.name) }),
    ...fields,
    ...(earlier === undefined ? {} : beforeFields(earlier, otherTrailOf(context, earlier))),
    ...seenFields(pending),
    ...lateFields(pending.late),
    evidence: resolution.evidence,
  }
  const refused = 'refused' in resolution
  return {
    draft: (): Draft => ({
      kind: refused ? 'capture.refused' : kind,
      actor: refused ? context.relay : resolution.actor,
      time: timestamp(context.wall()),
      body: fitting(
        refused ? { ...body, what: kind, reason: resolution.refused, sentence: resolution.sentence } : body,
        DETAILS,
      ),
    }),
    apply: (seq) => store(refused ? 'refused' : 'recorded', seq as number),
  }
}

/** The name of the trail in which a unit was recorded; undefined where that is the one now written to. */
function otherTrailOf({ trails, trail }: OutcomeContext, unit: StoredUnit): string | undefined {
  if (unit.trail === trail) return undefined
  return trails.trails().find(({ id }) => id === unit.trail)?.origin
}

/** A recorded unit that is gone. Nobody can be told from a file that is not there; a person signed in may be. */
export function goneOutcome(
  context: OutcomeContext,
  folder: Folder,
  unit: StoredUnit,
  late: Pending['late'],
  since: number,
): CommitItem {
  const watch = context.watchOf(folder)
  const resolution = context.resolve({
    owners: [],
    from: since,
    to: context.wall(),
    ...(late === undefined ? {} : { unwatched: true }),
  })
  const gone = () => context.units.remove(folder.id, unit.name)
  // It was never read, so there is no content to be called deleted: what the trail was told of it is at an end.
  if (!wasRead(unit)) {
    const before = { seq: unit.seq }
    return notReadOutcome(
      context,
      'capture.failed',
      { folder, name: unit.name },
      'vanished',
      { before },
      gone,
    )
  }
  const noun = unit.kind === 'set' ? 'dataset' : 'file'
  const setFolder = unit.kind === 'set' ? folder.children.get(unit.name) : undefined
  return {
    draft: () => ({
      kind: `${noun}.deleted`,
      actor: 'refused' in resolution ? context.relay : resolution.actor,
      time: timestamp(context.wall()),
      body: {
        ...placeFields(watch, folder.relativeOf(unit.name)),
        ...beforeFields(unit, otherTrailOf(context, unit)),
        seen: { missing: timestamp(since) },
        ...lateFields(late),
        evidence: resolution.evidence,
        ...('refused' in resolution ? { reason: resolution.refused } : {}),
      },
    }),
    apply: () => {
      gone()
      if (setFolder !== undefined) context.units.replaceMembers(setFolder.id, [])
    },
  }
}

/** Something that the relay does not read, or could not: said once, with the reason. */
export function notReadOutcome(
  context: OutcomeContext,
  kind: 'capture.refused' | 'capture.failed',
  place: { readonly folder: Folder; readonly name: string },
  reason: string,
  details: { readonly [key: string]: Value },
  apply: (seq: number) => void,
): CommitItem {
  const { folder, name } = place
  return {
    draft: () => ({
      kind,
      actor: context.relay,
      time: timestamp(context.wall()),
      body: fitting(
        {
          ...placeFields(context.watchOf(folder), name === '' ? folder.relative : folder.relativeOf(name)),
          reason,
          ...details,
        },
        Object.keys(details),
      ),
    }),
    apply: (seq) => apply(seq as number),
  }
}

/** A unit of which nothing is known but that it is there. */
export function unreadUnit(folder: Folder, name: string): Omit<StoredUnit, 'trail' | 'seq'> {
  return {
    folder: folder.id,
    name,
    kind: 'other',
    state: 'refused',
    fileId: '',
    stamp: '',
    size: 0,
    digest: '',
    profile: '',
  }
}
