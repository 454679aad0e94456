import type { BigIntStats } from 'node:fs'
import { arrivingName } from '../instruments/glob.ts'
import type { FolderGlance, Profile } from '../instruments/types.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import { type StoredUnit, type UnitState, wasRead } from '../sqlite/unit-store.ts'
import { timestamp } from '../time-text.ts'
import { readSoundRecordIn } from '../written-lines.ts'
import { backOff, FAILURES_BEFORE_RECORD } from './failures.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import type { ReadResult, ReadTask } from './hash-task.ts'
import { filesOf, Insides } from './insides.ts'
import { LetGo } from './let-go.ts'
import { MissingUnits } from './missing-units.ts'
import { Names, type NewUnit } from './names.ts'
import { NotRead } from './not-read.ts'
import { OnTheirWay } from './on-their-way.ts'
import type { OpenWriters } from './open-writers.ts'
import { isComplete, notReadOutcome, type OutcomeContext, readOutcome, unreadUnit } from './outcome.ts'
import { Partners } from './partners.ts'
import { keyOf, type Late, newPending, type Pending, placeOf } from './pending.ts'
import { pathFields, readable } from './raw-name.ts'
import { type LargeReading, Readings } from './readings.ts'
import type { Recorder } from './recorder.ts'
import type { ScanSink } from './scanner.ts'
import { SetProfiles } from './set-profiles.ts'
import { Settler, sizeOf } from './settler.ts'
import { fileIdOf, identityOfStamp, lackingStamp, stampOf } from './stamp.ts'
import type { SetWalk } from './walk-set.ts'

export interface CapturesOptions {
  readonly context: OutcomeContext
  readonly tree: FolderTree
  readonly recorder: Recorder
  readonly profiles: readonly Profile[]
  readonly separator: string
  readonly openWriters: OpenWriters
  /** The watched folder a folder belongs to, links resolved. */
  readonly realRootOf: (folder: Folder) => string
  readonly now: () => number
  readonly wall: () => number
  /** Scan these names of a folder again after so many milliseconds. */
  readonly lookAgain: (folder: Folder, milliseconds: number) => void
  /** Look at this file, or at the data set of this folder, now. */
  readonly lookAtFile: (folder: Folder, name: string) => void
  readonly rootMissing: (folder: Folder, code: string) => void
  /** True if the watched folder of a folder is there, and is the one it was. */
  readonly isRootThere: (folder: Folder) => boolean
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
}

/** How long a unit that its instrument does not call complete may rest before it is recorded as incomplete. */
export const INCOMPLETE_REST_MILLISECONDS = 60_000

/**
 * Small units with the reader, and all that are read with the recorder, at a time: enough to keep both at work, and no
 * more, for each has its paths and digests in memory. What waits for a disk that takes nothing is known by its name alone.
 * Large ones have places of their own.
 */
const IN_HAND_MAX = 8_192

/**
 * From what the scan finds to what is recorded: each unit is waited for, read, and its outcome handed to the
 * recorder. It holds what is on its way, and only that.
 */
export class Captures implements ScanSink {
  readonly #options: CapturesOptions
  readonly #settler: Settler
  readonly #readings: Readings
  readonly #names: Names
  readonly #context: OutcomeContext
  readonly #profiles: SetProfiles
  readonly #onTheirWay: OnTheirWay
  readonly #missing: MissingUnits
  readonly #notRead: NotRead
  readonly #letGo = new LetGo()
  readonly #insides = new Insides()
  readonly #partners: Partners

  constructor(options: CapturesOptions) {
    this.#options = options
    this.#names = new Names(options.tree, options.context.units)
    this.#context = options.context
    const { recorder, now, wall, lookAgain, separator, realRootOf } = options
    this.#profiles = new SetProfiles(options.profiles, options.context.watchOf)
    this.#notRead = new NotRead({ context: this.#context, recorder, separator, realRootOf, lookAgain })
    this.#missing = new MissingUnits({
      context: this.#context,
      recorder,
      names: this.#names,
      now,
      wall,
      lookAgain,
      isRootThere: options.isRootThere,
    })
    this.#settler = new Settler({
      separator,
      openWriters: options.openWriters,
      now,
      wall,
      quietMilliseconds: (pending) => this.#quietOf(pending),
      room: () => IN_HAND_MAX - this.#readings.small - recorder.waiting,
      onRest: (pending) => this.#read(pending),
      onOutdated: (pending) => this.#readings.giveUp(pending),
      onVanished: (pending) => this.#vanished(pending),
    })
    this.#onTheirWay = new OnTheirWay(this.#settler, this.#names, {
      onFirst: () => this.#readings.prepare(),
      onEnd: (pending) => this.#readings.giveUp(pending),
    })
    this.#partners = new Partners({
      profiles: options.profiles,
      units: this.#context.units,
      settler: this.#settler,
      now,
      lookAtFile: options.lookAtFile,
    })
    this.#readings = new Readings({
      profiles: options.profiles,
      now,
      onAnswer: (pending, result) => this.#answered(pending, result),
      onFault: (error) => options.note('reader-stopped', { error: error.message }),
    })
  }

  /** Units on their way. */
  get pending(): number {
    return this.#settler.size
  }

  /** Small units that are with the reader: their records are milliseconds away. */
  get beingRead(): number {
    return this.#readings.small
  }

  /** Units that are read in turns, and how far they are. In no order. */
  large(): readonly LargeReading[] {
    return this.#readings.large()
  }

  /** Recorded units that were not found at the last look. */
  get missingCount(): number {
    return this.#missing.count
  }

  units(): Iterable<Pending> {
    return this.#settler.values()
  }

  unreadableFolders(): { readonly folder: Folder; readonly code: string }[] {
    return this.#notRead.unreadableFolders()
  }

  /** Since when the oldest unit on its way may have been there, wall clock; undefined if there is none. */
  oldest(): number | undefined {
    let oldest: number | undefined
    for (const { firstSeen, late } of this.#settler.values())
      oldest = Math.min(oldest ?? firstSeen, late?.from ?? firstSeen)
    return oldest
  }

  tick(): boolean {
    return this.#settler.tick()
  }

  isPending(folder: Folder, name: string): boolean {
    const pending = this.#settler.get(keyOf(folder, name))
    return pending !== undefined && pending.stage !== 'gone'
  }

  /** A hint about something that is on its way already. True if there is such a thing. */
  hinted(folder: Folder, name: string): boolean {
    const pending = this.#settler.get(keyOf(folder, name))
    if (pending === undefined || pending.stage === 'gone') return false
    if (pending.stage !== 'settling') this.#settler.hinted(pending)
    return true
  }

  clockStepped(): void {
    for (const pending of this.#settler.values()) pending.clockStepped = true
  }

  setProfile(folder: Folder, profile: string): void {
    this.#profiles.assign(folder, profile)
    folder.set = folder
    this.#takeIn(folder)
  }

  /** What a folder is taken for. Once a data set, always a data set. */
  recognise(folder: Folder, glance: FolderGlance): boolean {
    if (!this.#profiles.recognise(folder, glance)) return false
    folder.set = folder
    for (const below of descendantsOf(folder)) below.set = folder
    this.#dropUnitsIn(folder)
    return true
  }

  /** A data set is recorded: what was known of the folders in it is part of it. */
  #takeIn(folder: Folder): void {
    this.#missing.forgetIn(folder.id)
    for (const below of descendantsOf(folder)) {
      this.#missing.forgetIn(below.id)
      this.#profiles.forget(below)
    }
    for (const child of [...folder.children.values()]) this.#options.tree.remove(child)
  }

  /** Units on their way are part of the data set their folder has turned out to be. */
  #dropUnitsIn(folder: Folder): void {
    for (const pending of [...this.#settler.values()]) {
      const inside =
        pending.folder === folder
          ? pending.kind === 'file'
          : pending.folder.path.startsWith(folder.pathOf(''))
      if (inside && pending.stage !== 'recording') this.#onTheirWay.end(pending)
    }
  }

  #quietOf({ folder, profile }: Pending): number {
    const { quietSeconds } = this.#options.context.watchOf(folder)
    return 1_000 * Math.max(quietSeconds, profile.quietSeconds ?? 0)
  }

  // What the scan finds.

  file(
    folder: Folder,
    name: string,
    stat: BigIntStats,
    listed: StoredUnit | undefined,
    late: Late | undefined,
  ): void {
    // The scan lists what is known of a folder, and then takes its time: something may have been recorded since. What
    // is looked up now also need not be looked up when all of a burst is due at once.
    const known = listed ?? this.#context.units.unit(folder.id, name)
    if (known?.kind !== 'set') this.#missing.found(folder.id, name)
    if (known !== undefined) this.#isBack(known)
    const profile = this.#profiles.ofFile(folder, name)
    const fileId = fileIdOf(stat)
    const stamp = stampOf(stat)
    if (known?.stamp === lackingStamp(stamp) && !this.#partners.isThere(profile, folder, name)) return
    const since = late ?? this.#letGo.lateOf(folder)
    const pending = newPending(
      { kind: 'file', folder, name, profile, sample: stamp },
      [stamp],
      since,
      this.#options,
    )
    pending.size = Number(stat.size)
    pending.owner = Number(stat.uid)
    pending.links = Number(stat.nlink)
    if (known?.state === 'failed') pending.failureSaid = true
    pending.wasKnown = known !== undefined
    if (known === undefined)
      pending.formerly = this.#formerOf({
        fileId,
        kind: 'file',
        watch: folder.watch,
        identity: identityOfStamp(pending.sample),
      })
    this.#onTheirWay.begin(pending)
  }

  set(folder: Folder, walk: SetWalk, known: StoredUnit | undefined, late: Late | undefined): void {
    const { parent } = folder
    const profile = this.#profiles.of(folder)
    if (parent === undefined || profile === undefined)
      throw new Error('a data set has a folder and a profile')
    if (known?.kind !== 'file') this.#missing.found(parent.id, folder.name)
    if (known !== undefined) this.#isBack(known)
    // A folder with nothing in it holds no data: it is one when something is.
    if (known?.kind !== 'set' && isEmpty(walk)) return
    const stamps = walk.files.map((file) => file.stamp)
    const since = late ?? this.#letGo.lateOf(parent)
    this.#letGo.taken(folder, since)
    const unit = { kind: 'set' as const, folder, name: folder.name, profile, sample: walk.signature }
    const pending = newPending(unit, stamps, since, this.#options)
    pending.walk = walk
    pending.size = sizeOf(walk)
    pending.wasKnown = known !== undefined
    if (known === undefined)
      pending.formerly = this.#formerOf({ fileId: folder.fileId, kind: 'set', watch: folder.watch })
    this.#onTheirWay.begin(pending)
  }

  /** Not one whose next record, or whose end, is on its way into the trail already. */
  #formerOf(unit: NewUnit): StoredUnit | undefined {
    const former = this.#names.formerOf(unit)
    if (former === undefined || this.#missing.isEnding(former.folder, former.name)) return undefined
    const there = this.#settler.get(`${former.folder}/${former.name}`)
    return there?.stage === 'recording' ? undefined : former
  }

  there(folder: Folder, name: string, known: StoredUnit): void {
    this.#missing.found(folder.id, name)
    this.#isBack(known)
  }

  /** What was put aside with its watched folder is what its last record made of it, once it is there again. */
  #isBack({ folder, name, state }: StoredUnit): void {
    if (state !== 'absent') return
    const { units, trails } = this.#context
    this.#options.recorder.add({
      apply: () => {
        const now = units.unit(folder, name)
        if (now?.state === 'absent') units.setState(folder, name, stateSaid(trails, now))
      },
    })
  }

  missing(folder: Folder, name: string, known: StoredUnit, late: Late | undefined): void {
    this.#notRead.otherGone(folder, name)
    this.#missing.missed(folder, name, known, late)
  }

  folderMissing(folder: Folder, late: Late | undefined): void {
    const { parent } = folder
    if (parent === undefined) return this.#options.rootMissing(folder, 'ENOENT')
    const { units } = this.#options.context
    this.#notRead.readable(folder)
    if (folder.set === folder) {
      const known = units.unit(parent.id, folder.name)
      if (known?.kind === 'set') return this.missing(parent, folder.name, known, late)
    }
    // Also of a data set that was never recorded: its files may have been, before it was known for one.
    const known = units.unitsIn(folder.id)
    for (const [name, unit] of known)
      if (unit.kind !== 'set' || !folder.children.has(name)) this.missing(folder, name, unit, late)
    for (const child of [...folder.children.values()]) this.folderMissing(child, late)
    if (known.size > 0 || folder.children.size > 0) return
    // What is about to be recorded in it needs its folder, to be called deleted afterwards.
    if (this.#onTheirWay.isIn(folder)) return
    this.#profiles.forget(folder)
    this.#options.tree.remove(folder)
  }

  /** The watched folder is another than it was: what is not found in it is put aside until it is seen again. */
  setReplaced(watch: string, replaced: boolean): void {
    this.#missing.setReplaced(watch, replaced)
  }

  /** A watch has been ended: nothing of it is followed any more. */
  forgetWatch(watch: string): void {
    for (const pending of [...this.#settler.values()]) {
      if (pending.folder.watch === watch && pending.stage !== 'recording') this.#onTheirWay.end(pending)
    }
    this.#missing.forgetWatch(watch)
  }

  other(folder: Folder, name: string, what: string, known: StoredUnit | undefined): void {
    this.#missing.found(folder.id, name)
    if (known !== undefined) this.#isBack(known)
    this.#notRead.other(folder, name, what, known)
  }

  rootReplaced(folder: Folder): void {
    this.#options.rootMissing(folder, 'replaced')
  }

  unreadable(folder: Folder, code: string): void {
    if (folder.parent === undefined) this.#options.rootMissing(folder, code)
    else this.#notRead.unreadable(folder, code)
  }

  readable(folder: Folder): void {
    this.#notRead.readable(folder)
  }

  // From rest to record.

  #read(pending: Pending): void {
    if (this.#mustWait(pending)) return
    const { folder, kind, walk } = pending
    const rest = this.#options.now() - pending.restSince
    const isLong = rest >= INCOMPLETE_REST_MILLISECONDS
    // Under the temporary name of a copy it is incomplete, whatever is in it.
    if (kind === 'file' && arrivingName(pending.name) !== undefined) {
      pending.missing = ['it has the temporary name of a copy']
      pending.incompleteSample = pending.sample
    }
    if (pending.incompleteSample === pending.sample && !isLong) {
      // A file too is looked at again then, not only when it is read.
      pending.samples = 1
      this.#settler.again(
        pending,
        Math.min(this.#settler.quietOf(pending), INCOMPLETE_REST_MILLISECONDS - rest),
      )
      return
    }
    if (kind === 'file' && this.#partners.isOnItsWay(pending)) {
      this.#settler.again(pending, this.#settler.quietOf(pending) / 2)
      return
    }
    if (kind === 'set') {
      const profile = this.#profiles.refine(folder, walk)
      if (this.#isNoSet(pending, profile)) return
      pending.profile = profile ?? pending.profile
    }
    const root = this.#options.realRootOf(folder)
    const task = { root, name: pending.name, kind, profile: pending.profile.id, evenIfIncomplete: isLong }
    if (!this.#readings.give(pending, { ...task, files: this.#filesToRead(pending) }))
      this.#settler.waitForPlace(pending)
    else if (this.#readings.isLarge(pending)) this.#settler.lookWhileRead(pending)
  }

  /** Of a data set, what is as it was when it was recorded last has its digest already. */
  #filesToRead({ kind, folder, name, sample, size, walk }: Pending): ReadTask['files'] {
    if (kind === 'file') return [{ path: folder.pathOf(name), stamp: sample, member: name, size }]
    const known = this.#context.units.membersOf(folder.id)
    return (walk?.files ?? []).map(({ member, path, stamp, size }) => {
      const before = known.get(member)
      return before?.stamp === stamp
        ? { member, path, stamp, size, sha256: before.digest }
        : { member, path, stamp, size }
    })
  }

  /**
   * A folder that was taken for a data set in the making and of which nothing was recorded: empty by now, or by all
   * that is in it none after all. Then its files are each for themselves.
   */
  #isNoSet(pending: Pending, profile: Profile | undefined): boolean {
    const { folder, walk } = pending
    const { parent } = folder
    if (walk === undefined || parent === undefined) return false
    if (this.#context.units.unit(parent.id, folder.name)?.kind === 'set') return false
    if (profile === undefined && this.#letGo.add(folder, stateOf(walk))) {
      this.#profiles.forget(folder)
      for (const one of [folder, ...descendantsOf(folder)]) {
        one.set = undefined
        one.stamp = undefined
      }
      this.#options.lookAgain(folder, 0)
    } else if (!isEmpty(walk)) return false
    this.#onTheirWay.end(pending)
    return true
  }

  /**
   * What stands under the name of a unit that is on its way to another name, or to its end, is recorded after it:
   * each unit's records follow each other, also if the relay is killed in between.
   */
  #mustWait(pending: Pending): boolean {
    const { folder, name } = placeOf(pending)
    const known = this.#context.units.unit(folder.id, name)
    // A file where a data set was, or the other way round: that has its end first.
    const isOther = known !== undefined && wasRead(known) && known.kind !== pending.kind
    if (!isOther && !this.#names.isClaimed(folder.id, name) && !this.#missing.isEnding(folder.id, name))
      return false
    this.#settler.again(pending, this.#settler.quietOf(pending) / 2)
    return true
  }

  /** Whether what it was before is still to be succeeded: it may have been recorded otherwise meanwhile. */
  #isStillFormer({ folder, name, seq }: StoredUnit): boolean {
    const there = this.#settler.get(`${folder}/${name}`)
    if (there?.stage === 'recording' || this.#missing.isEnding(folder, name)) return false
    return this.#context.units.unit(folder, name)?.seq === seq
  }

  #answered(pending: Pending, result: ReadResult): void {
    this.#settler.wasRead(pending)
    switch (result.state) {
      case 'moved':
        return this.#settler.restart(pending)
      case 'incomplete':
        return this.#waitForCompletion(pending, result.examination.missing)
      case 'failed':
        return this.#failed(pending, result.path, result.code)
      case 'outside':
        return this.#refuse(pending, 'outside-watched-folder')
      case 'read': {
        const rest = this.#options.now() - pending.restSince
        if (!isComplete(result) && rest < INCOMPLETE_REST_MILLISECONDS) {
          const disagreeing = result.claims.filter(({ agrees }) => !agrees)
          return this.#waitForCompletion(pending, [
            ...(result.examination?.missing ?? []),
            ...disagreeing.map(({ from, path }) => `${from} has another digest for ${path}`),
          ])
        }
        if (this.#mustWait(pending)) return
        if (pending.formerly !== undefined && !this.#isStillFormer(pending.formerly))
          this.#names.release(pending)
        return this.#commit(pending, readOutcome(this.#context, pending, result))
      }
    }
  }

  #waitForCompletion(pending: Pending, missing: readonly string[]): void {
    pending.missing = missing
    pending.incompleteSample = pending.sample
    this.#settler.again(pending, this.#settler.quietOf(pending) / 2)
  }

  #commit(pending: Pending, item: ReturnType<typeof readOutcome>): void {
    pending.stage = 'recording'
    this.#options.recorder.add({
      ...item,
      done: () => {
        const { formerly } = pending
        this.#onTheirWay.end(pending)
        if (pending.kind === 'set') {
          this.#takeIn(pending.folder)
          for (const other of [...this.#settler.gone])
            if (this.#insides.holds(pending, other)) this.#onTheirWay.end(other)
        }
        if (formerly !== undefined) this.#missing.found(formerly.folder, formerly.name)
        if (pending.kind === 'file') this.#partners.hasCome(pending)
        // What was written between the reading and now has had its hint already.
        if (pending.hinted) this.#options.lookAtFile(pending.folder, pending.name)
      },
    })
  }

  #failed(pending: Pending, path: string, code: string): void {
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return this.#settler.restart(pending)
    pending.failures++
    pending.failureCode = code
    this.#settler.again(pending, backOff(pending.failures))
    this.#options.note('not-readable', { path: readable(path), code, tries: pending.failures })
    if (pending.failureSaid || pending.failures < FAILURES_BEFORE_RECORD) return
    pending.failureSaid = true
    const { recorder } = this.#options
    const context = this.#context
    const { folder, name } = placeOf(pending)
    const details = {
      what: pending.kind === 'set' ? 'dataset' : 'file',
      size: pending.size,
      ...(pending.kind === 'set' ? { file: pathFields(path) } : {}),
    }
    const known = context.units.unit(folder.id, name)
    recorder.add(
      notReadOutcome(context, 'capture.failed', { folder, name }, code, details, (seq) => {
        // A unit that was recorded stays what it was: the trail knows its last good state.
        if (known === undefined)
          context.units.put({
            ...unreadUnit(folder, name),
            kind: pending.kind,
            state: 'failed',
            trail: context.trail,
            seq,
          })
      }),
    )
  }

  #refuse(pending: Pending, reason: string): void {
    const context = this.#context
    const { folder, name } = placeOf(pending)
    this.#commit(
      pending,
      notReadOutcome(context, 'capture.refused', { folder, name }, reason, { size: pending.size }, (seq) =>
        context.units.put({
          ...unreadUnit(folder, name),
          kind: pending.kind,
          stamp: pending.kind === 'file' ? pending.sample : '',
          trail: context.trail,
          seq,
        }),
      ),
    )
  }

  /** A unit on its way is not there any more, and no longer expected under another name. */
  #vanished(pending: Pending): void {
    this.#onTheirWay.end(pending)
    const { recorder, lookAgain } = this.#options
    const context = this.#context
    const { folder, name } = placeOf(pending)
    if (context.units.unit(folder.id, name) !== undefined) return lookAgain(folder, 0)
    lookAgain(pending.folder, 0)
    // The last that was seen of a recorded unit while it was deleted piece by piece: its end is on record.
    if (pending.wasKnown) return
    if (pending.kind === 'set' && this.#names.hasFolder(pending.folder)) return
    // Under another name, or in a data set: a copy may write elsewhere first, and move file by file.
    const lost = filesOf(pending).filter((stamp) => !this.#names.hasNewName(pending, stamp))
    if (lost.length === 0) return
    const sets = [...this.#onTheirWay.sets]
    if (sets.some((set) => this.#insides.holds(set, pending))) return
    if (lost.every((stamp) => sets.some((set) => this.#insides.holdsFile(set, stamp)))) return
    const what = pending.kind === 'set' ? 'dataset' : 'file'
    const details = { what, size: pending.size, seen: { first: timestamp(pending.firstSeen) } }
    recorder.add(notReadOutcome(context, 'capture.failed', { folder, name }, 'vanished', details, () => {}))
  }

  async close(): Promise<void> {
    await this.#readings.close()
  }
}

/** Empty folders too tell what a folder is taken for. */
function stateOf({ folders, signature }: SetWalk): string {
  return [...folders.map(({ member, stamp }) => `${member}\0${stamp}`), signature].join('\n')
}

function isEmpty({ files, others }: SetWalk): boolean {
  return files.length + others.length === 0
}

function* descendantsOf(folder: Folder): Generator<Folder> {
  for (const child of folder.children.values()) {
    yield child
    yield* descendantsOf(child)
  }
}

/** The state of a unit as its record has it. */
function stateSaid(trails: TrailStore, { trail, seq }: StoredUnit): UnitState {
  const kind = readSoundRecordIn(trails, trail, seq)?.kind
  return kind === 'capture.refused' ? 'refused' : kind === 'capture.failed' ? 'failed' : 'recorded'
}
