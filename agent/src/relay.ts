import { randomBytes, randomUUID } from 'node:crypto'
import { Problem } from '@compliance-relay/shared/api'
import {
  Feed,
  OneAtATime,
  OpenIdConnect,
  type People,
  peopleConcerned,
  peopleStanding,
  TrailReader,
} from '@compliance-relay/shared/relay'
import type { Body, Draft, Value } from '@compliance-relay/shared/trail'
import { judge, requireSoundRules } from './actors/account-rules.ts'
import { resolveActor } from './actors/resolve-actor.ts'
import { SessionTimeline } from './actors/session-timeline.ts'
import type { Account, Accounts, Person, Resolution, WriteEvidence } from './actors/types.ts'
import { Anchoring } from './anchoring.ts'
import type { NotaryFinding } from './ask-notary.ts'
import { BadgeDesk } from './badge-desk.ts'
import type { AppState } from './built-app.ts'
import { type AvailabilityChange, Engine } from './capture/engine.ts'
import { FolderTree } from './capture/folder-tree.ts'
import type { Late } from './capture/pending.ts'
import { type Held, Recorder } from './capture/recorder.ts'
import { checkState } from './capture/state-check.ts'
import { ClockWatch } from './clock-watch.ts'
import type { Asker } from './control.ts'
import { messageOf } from './error-message.ts'
import { ExportFolder } from './export/export-folder.ts'
import { FolderBagMaker } from './export/folder-bag-maker.ts'
import { sealExport } from './export/seal-export.ts'
import { trailKeys } from './export/trail-keys.ts'
import { stampsToExport } from './export/trails-to-export.ts'
import { type Gap, gapBefore } from './gap.ts'
import { type Profiles, profilesOnDisk } from './instruments/load-profiles.ts'
import type { Profile } from './instruments/types.ts'
import { type KeyFault, keyFaults } from './key-faults.ts'
import { notAsLeft } from './left-trails.ts'
import { needsOf } from './needs.ts'
import { relayActor } from './new-trail.ts'
import type { OpenedRelay } from './open-relay.ts'
import { Outgoing } from './outgoing/outgoing.ts'
import { retryMilliseconds } from './outgoing/retry.ts'
import { ClaimBook } from './people/claim-book.ts'
import { identitySecret } from './people/identity-secret.ts'
import { openPeopleServices, type PeopleServices } from './people/people-services.ts'
import { FolderTrails } from './people/stored-trails.ts'
import { Publisher, type TrailForked } from './publisher.ts'
import { CHANGES_BYTES_MAX } from './recorded-settings.ts'
import { type RecoveryWriting, recoveryBehindIn, recoveryBody, recoveryDraft } from './recovery.ts'
import { sealedNote, settingsDigest } from './sealed-note.ts'
import { type Settings, SettingsError, type WatchSettings } from './settings.ts'
import type { ActPlace } from './settings-acts.ts'
import { changesBetween, inParts, withChanges } from './settings-changes.ts'
import { writeBack } from './sqlite/database.ts'
import type { Alive } from './sqlite/host-store.ts'
import type { RecordPlace } from './sqlite/trail-store.ts'
import { UnitStore } from './sqlite/unit-store.ts'
import { notaryBody, startedBody } from './started-body.ts'
import { StateKeeper } from './state-keeper.ts'
import { type HttpState, notCapturing, type RelayStatus } from './status.ts'
import { postQuery } from './time-stamps/post-query.ts'
import { TimeStamper } from './time-stamps/time-stamper.ts'
import { timestamp } from './time-text.ts'
import { inDoubtNow, inDoubtSince, trailBefore } from './trail-before.ts'
import { type Unclaimed, type UnclaimedPage, unclaimedCaptures, unclaimedCounts } from './unclaimed.ts'
import { within } from './within.ts'
import { type Altered, WrittenLines } from './written-lines.ts'

export interface RelayDeps {
  readonly version: string
  readonly profiles: Profiles
  readonly accounts: Accounts
  /** Monotonic milliseconds, and the wall clock's. */
  readonly now: () => number
  readonly wall: () => number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  /** Called now and then while nothing is on its way: the process may put itself in order. */
  readonly onIdle: () => void
  /** The notary holds what this trail does not: the relay is to be opened again, which begins a new trail. */
  readonly onForked: (error: TrailForked) => void
}

export interface RunOptions {
  /** Where health is told now; null: nowhere, as it was asked for. */
  readonly http: () => HttpState | null
  /** The review app that is told there; null if none is. */
  readonly app: AppState | null
  readonly hints: boolean
  readonly scanSeconds: number
  readonly rescanSeconds: number
}

/** Who asks for something: the person, if the account stands for one, and what the system says of it. */
export interface Asking {
  readonly actor?: Draft['actor']
  readonly evidence: Body
}

const NOTARY_AGAIN_MILLISECONDS = 5_000
/** How often a notary that has everything is asked whether it is still there. */
const NOTARY_LOOK_MILLISECONDS = 15_000
/** How often it is looked whether a checkpoint is to be time-stamped. */
const TIME_STAMP_MILLISECONDS = 5_000
/** How often the keys as they are kept are looked at; those in use were right at the start. */
const KEYS_MILLISECONDS = 60_000
const PROFILES_MILLISECONDS = 60_000
const ALIVE_MILLISECONDS = 10_000
const CLOCK_MILLISECONDS = 1_000
const SESSIONS_MILLISECONDS = 3_000
/** How often the capture state is held against the records, after the start. */
const STATE_AGAIN_MILLISECONDS = 86_400_000
/** And again, where it could not be done. */
const STATE_RETRY_MILLISECONDS = 60_000
const BADGES_MILLISECONDS = 5_000
/** Lines that were found to be another's, and are recorded one by one; more of them are a matter for `relay verify`. */
const ALTERED_MAX = 1_000
/** How often sessions are looked at for ones that are over, and those told to wait are summed up. */
const SWEEP_MILLISECONDS = 5_000
const SUM_UP_MILLISECONDS = 60_000
const PEOPLE_AT_STOP_MILLISECONDS = 5_000
/** How long a stop goes on sending: what is left is sent after the next start. */
const OUTGOING_AT_STOP_MILLISECONDS = 2_000
/** A change waits for the disk, and a disk that takes nothing does not hold up a stop. */
const SETTINGS_AT_STOP_MILLISECONDS = 5_000

/** A relay at work: what is captured, recorded, signed and given to the notary. */
export class Relay {
  readonly opened: OpenedRelay
  readonly recorder: Recorder
  readonly badges: BadgeDesk
  /** Undefined while nobody can sign in: see `status`. */
  readonly services: PeopleServices | undefined
  readonly trails: TrailReader
  readonly feed: Feed
  readonly #exports: ExportFolder
  readonly #outgoing: Outgoing
  readonly #claims: ClaimBook
  /** The trails as they are read back to decide by them: on the writer's connection, and on the one that reads. */
  readonly #lines: WrittenLines
  readonly #committed: WrittenLines
  readonly #identity: OpenIdConnect
  readonly #deps: RelayDeps
  readonly #units: UnitStore
  readonly #tree = new FolderTree()
  readonly #anchoring: Anchoring
  readonly #stamper: TimeStamper
  readonly #state: StateKeeper
  readonly #timeline = new SessionTimeline()
  readonly #trailBefore: RelayStatus['before']
  readonly #inDoubtSince: RelayStatus['inDoubt']
  #settings: Settings
  #engine: Engine | undefined
  readonly #timers: NodeJS.Timeout[] = []
  #http: RunOptions['http'] = () => null
  #app: AppState | null = null
  #recoveryBehind: readonly string[] = []
  #startedAt: number
  readonly #gap: Gap
  /** When the relay was last at work, before this start, as far as it is known. */
  readonly #before: Alive | undefined
  #isStateChecked = true
  #isChecked = false
  #stopped = false
  #closed = false

  constructor(opened: OpenedRelay, deps: RelayDeps) {
    this.opened = opened
    this.#deps = deps
    this.#settings = opened.settings
    this.#digest = settingsDigest(opened.settings)
    this.#units = new UnitStore(opened.database)
    this.#startedAt = deps.wall()
    const { writer, database, reading, notary, trail, check, authority } = opened
    const onAltered = (what: Altered) => this.#foundAltered(what)
    const written = { trail, authority, writer, onAltered }
    this.#lines = new WrittenLines(database, written)
    this.#committed = new WrittenLines(reading, written)
    this.#gap = gapBefore(opened.end, this.#startedAt)
    this.#before = this.#gap.alive
    const relay = relayActor(opened.settings.name)
    this.recorder = new Recorder({
      relay,
      onUnwritable: (draft, error) => deps.note('not-writable', { kind: draft.kind, error }),
      writer,
      prepare: () => this.#storeFolders(),
      isMoreClose: () => this.#engine?.isInBurst ?? false,
      onCommit: () => {
        this.#outgoing.committed()
        this.#anchoring.committed()
      },
      onHeld: (held, error) => this.#held(held, error),
      wall: deps.wall,
    })
    const { recorder } = this
    const lines = this.#lines
    this.#trailBefore = trailBefore(lines, trail)
    this.#inDoubtSince = inDoubtSince(lines, trail)
    this.badges = new BadgeDesk({
      lines,
      trail,
      recorder,
      relay,
      settings: () => this.#settings,
      wall: deps.wall,
    })
    this.#claims = new ClaimBook(lines, authority.claims())
    this.#identity = new OpenIdConnect({
      fetch,
      secret: () => identitySecret(opened.secrets),
      wall: deps.wall,
      note: (what) => deps.note('identity-failed', { what }),
    })
    this.#outgoing = this.#openOutgoing(relay)
    this.#exports = new ExportFolder(opened.folder.exports)
    this.services = openPeopleServices({
      opened,
      recorder,
      relay,
      badges: this.badges,
      lines,
      units: this.#units,
      claims: this.#claims,
      identity: this.#identity,
      outgoing: this.#outgoing,
      bags: this.#openBags(),
      settings: () => this.#settings,
      wall: deps.wall,
      now: deps.now,
      note: deps.note,
    })
    this.trails = new TrailReader(new FolderTrails(this.#committed, trail, notAsLeft(opened.doubts)))
    this.trails.knows(trail.origin, opened.tileRoots)
    this.feed = new Feed({ trails: this.trails, now: deps.now, later })
    this.#state = new StateKeeper({
      database,
      authority,
      units: this.#units,
      recorder,
      relay,
      wall: deps.wall,
      note: deps.note,
      check: () =>
        checkState({
          file: opened.folder.database,
          writtenFrom: writer.writtenFrom,
          authority: authority.parts,
        }),
      onContents: (contents) => lines.knows(contents),
      onMended: () => void this.scanNow(),
      onColumnsMended: () => {
        this.badges.load()
        this.#claims.load(lines)
      },
    })
    const publisher = new Publisher(opened, {
      database,
      reading,
      notary,
      guard: opened.guard,
      frontier: opened.frontier?.frontier ?? { size: 0, hashes: [] },
      identity: opened.settings.notary.identity,
      known: opened.known,
      notaryAsked:
        opened.left !== undefined || !check.notary.some(({ code }) => code === 'notary-unreachable'),
      onNotaryFindings: (findings) => this.#notaryFound(findings),
      onSigned: (size) => {
        this.services?.pokes.grown(trail.origin, size)
        this.feed.grown()
      },
      wall: deps.wall,
    })
    this.#anchoring = new Anchoring({
      publisher,
      notary,
      wall: deps.wall,
      note: deps.note,
      onForked: deps.onForked,
    })
    this.#stamper = new TimeStamper({
      rule: () => this.people?.rules().timeStamps ?? null,
      trail,
      database,
      guard: opened.guard,
      notary,
      post: postQuery,
      random: randomBytes,
      now: deps.now,
      wall: deps.wall,
      retryMilliseconds: (tries) => retryMilliseconds(tries, undefined, Math.random()),
      note: deps.note,
    })
  }

  #openOutgoing(relay: Draft['actor']): Outgoing {
    const { database, trail, keys, secrets, people } = this.opened
    const { version, wall, now, note } = this.#deps
    return new Outgoing({
      book: people.memory.subscriptions,
      secrets,
      database,
      lines: this.#committed,
      trail,
      key: keys.mac,
      recorder: this.recorder,
      relay,
      version,
      onGone: async (id) => this.services?.subscriptions.gone(id),
      now,
      wall,
      isBusy: () => this.#engine?.isInBurst ?? false,
      retryMilliseconds: (tries, asked) => retryMilliseconds(tries, asked, Math.random()),
      name: randomUUID,
      note,
    })
  }

  #openBags(): FolderBagMaker {
    const { folder, store, reading, doubts } = this.opened
    return new FolderBagMaker({
      data: folder.path,
      folder: this.#exports,
      vkeys: () => trailKeys(store.trails(), doubts).map(({ key }) => key),
      seal: (seal, { actor, evidence }) => sealExport(this, seal, actor, evidence),
      stamp: () => this.stampNow(),
      stamps: () => stampsToExport(reading, store.trails()),
      wall: this.#deps.wall,
      isHeld: () => this.recorder.held !== undefined,
      note: this.#deps.note,
    })
  }

  /** What was exported before this start. Where it cannot be removed, files are captured all the same. */
  #clearExports(): void {
    try {
      this.#exports.clear()
    } catch (error) {
      this.#deps.note('exports-not-removed', { error })
    }
  }

  /** Undefined while nobody can sign in. */
  get people(): People | undefined {
    return this.services?.people
  }

  /** What people do is recorded where it is done; this is what comes over time. While the disk is full, it waits. */
  #keepPeople(work: (people: People) => Promise<void>): void {
    if (this.people === undefined) return
    work(this.people).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'held')) this.#deps.note('people-failed', { error })
    })
  }

  get settings(): Settings {
    return this.#settings
  }

  get profiles(): readonly Profile[] {
    return this.#deps.profiles
  }

  get relayName(): string {
    return this.#settings.name
  }

  /** The record that the relay runs: what start-up found, and since when nobody was looking. */
  recordStart(): void {
    const { version, note, profiles } = this.#deps
    const { refused } = profiles
    for (const one of refused) note('profile-refused', { ...one })
    const { opened } = this
    const body = startedBody({ opened, version, refused, gap: this.#gap, at: this.#startedAt })
    this.#record('relay.started', body)
  }

  /**
   * Begins to capture, once what the scans go by is known to be what the records say: otherwise the first of them
   * would take a forged state for the truth, and record as new or gone what is neither.
   */
  async start({ http, app, ...run }: RunOptions): Promise<void> {
    this.#http = http
    this.#app = app
    const { trail, left, stateCheck } = this.opened
    const alive = this.#before
    const why: Late['why'] = left === undefined ? 'relay-not-running' : 'new-trail'
    const absent =
      alive === undefined
        ? undefined
        : {
            from: alive.at,
            to: this.#startedAt,
            why,
            ...(alive.oldest === undefined ? {} : { oldest: alive.oldest }),
          }
    this.recordStart()
    this.#clearExports()
    this.#outgoing.start()
    this.#every(ALIVE_MILLISECONDS, () => this.#noteAlive())
    if (stateCheck !== undefined) this.#isStateChecked = await this.#state.keep(false, stateCheck)
    this.#isChecked = this.#isStateChecked
    if (this.#stopped) return
    this.recorder.add({ apply: () => this.#units.removeStrays() })
    this.recorder.flush()
    this.#engine = new Engine({
      settings: this.#settings,
      units: this.#units,
      recorder: this.recorder,
      tree: this.#tree,
      profiles: this.#deps.profiles,
      context: {
        relay: relayActor(this.relayName),
        trails: this.#lines,
        trail: trail.id,
        resolve: (evidence) => this.#resolve(evidence),
        ownerOf: (path, uid) => this.#deps.accounts.ownerOf(path, uid),
      },
      now: this.#deps.now,
      wall: this.#deps.wall,
      absent,
      ...run,
      note: this.#deps.note,
      onAvailability: (watch, change) => this.#availability(watch, change),
    })
    void this.#pollSessions()
    this.#engine.start()
    this.#every(SESSIONS_MILLISECONDS, () => void this.#pollSessions())
    const clock = new ClockWatch(this.#deps.now, this.#deps.wall)
    this.#every(CLOCK_MILLISECONDS, () => {
      for (const event of clock.look()) this.#clockEvent(event)
    })
    this.#every(BADGES_MILLISECONDS, () => this.badges.sumUp())
    this.#every(SWEEP_MILLISECONDS, () => this.#keepPeople((people) => people.sweep()))
    this.#every(SUM_UP_MILLISECONDS, () => this.#keepPeople((people) => people.sumUp()))
    this.#every(NOTARY_AGAIN_MILLISECONDS, () => this.#anchoring.again())
    this.#every(NOTARY_LOOK_MILLISECONDS, () => void this.#anchoring.look())
    this.#every(TIME_STAMP_MILLISECONDS, () => this.#stamper.look())
    this.#every(KEYS_MILLISECONDS, () => void this.#lookAtKeys())
    this.#every(PROFILES_MILLISECONDS, () => this.lookAtProfiles())
    this.#every(STATE_AGAIN_MILLISECONDS, () => void this.#keepState())
    this.#every(STATE_RETRY_MILLISECONDS, () => {
      if (!this.#isStateChecked) void this.#keepState()
    })
  }

  async #keepState(): Promise<void> {
    this.#isStateChecked = true
    this.#isStateChecked = await this.#state.keep(true)
    this.#isChecked ||= this.#isStateChecked
  }

  /** In order: no more noticing, what is ready is recorded, the stop itself, the last checkpoint. */
  async stop(reason: string): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    const alive = this.#alive(true)
    this.services?.exports.close()
    await this.#engine?.stop()
    this.badges.close()
    await this.#closePeople()
    // What is being changed stands before the stop; what is asked from here on is refused.
    await within(
      this.#settingsInTurn.do(async () => {}),
      SETTINGS_AT_STOP_MILLISECONDS,
    )
    this.#record('relay.stopped', { reason })
    const at = this.#deps.wall()
    this.recorder.add({
      apply: () => this.#note(alive && (this.#hasLooked ? { ...alive, at } : alive)),
    })
    this.recorder.flush()
    this.#anchoring.end()
    await this.#outgoing.stop(OUTGOING_AT_STOP_MILLISECONDS)
    this.recorder.flush()
    await this.#anchoring.publishAtStop()
    this.close()
  }

  /** Nobody stays signed in over a stop, and that is a record. A disk that takes nothing does not hold it up. */
  async #closePeople(): Promise<void> {
    try {
      await within(this.people?.close() ?? Promise.resolve(), PEOPLE_AT_STOP_MILLISECONDS)
    } catch (error) {
      this.#deps.note('people-failed', { error })
    }
  }

  /**
   * Lets go of everything, without a word in the trail. `ends`: the process has nothing more to do, and does not wait
   * for a notary that hangs.
   */
  close(ends = true): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#anchoring.close()
    this.services?.pokes.close()
    this.services?.exports.close()
    this.feed.close()
    this.#outgoing.close()
    this.#stamper.close()
    this.recorder.close()
    this.#state.close()
    this.opened.closeNotary(ends)
    this.opened.reading.close()
    this.opened.database.close()
    this.opened.lock.release()
  }

  /** As `stop`, for a trail that must not be written to any more. */
  async abandon(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#engine?.stop()
    this.close(false)
  }

  async scanNow(): Promise<void> {
    await this.#engine?.scanNow()
  }

  /** True once everything that is watched was looked at, and all that was seen is recorded and in the notary's hands. */
  get settled(): boolean {
    // Nothing is on its way from a folder that cannot be looked at: that says nothing of what is in it.
    const isThere = () =>
      this.#engine?.status().watches.every(({ state }) => state !== 'unavailable') === true
    return this.#isAtRest && isThere()
  }

  /** True if there is nothing to do with what was seen so far. */
  get #isAtRest(): boolean {
    return (this.#engine?.settled ?? false) && this.recorder.held === undefined && !this.#anchoring.isBehind
  }

  /** True once what is beside the records was held against them, and mended, since the start. */
  get isChecked(): boolean {
    return this.#isChecked
  }

  get isReady(): boolean {
    return this.#engine?.isScanned === true && this.recorder.held === undefined
  }

  /** What is known: nothing is waited for, so that it is told also while a disk or a share does not answer. */
  status(): RelayStatus {
    const { trail, writer, check, left } = this.opened
    const { failed, absent, recorded } = this.#units.counts()
    const status = {
      relay: this.relayName,
      version: this.#deps.version,
      state: this.recorder.held !== undefined ? 'held' : this.isReady ? 'running' : 'starting',
      started: timestamp(this.#startedAt),
      trail: trail.origin,
      size: writer.head.size,
      key: trail.vkey,
      doubts: this.opened.doubts,
      ...(left === undefined ? {} : { left: left.origin }),
      before: this.#trailBefore,
      inDoubt: inDoubtNow(this.#inDoubtSince, this.#settings),
      ended: null,
      startUp: {
        findings: check.report.findings.length,
        // A notary that could be asked since then is what it was found to be later.
        notary: [
          ...check.notary.filter(({ code }) => code !== 'notary-unreachable' || !this.#anchoring.hasAnswered),
          ...this.#lateNotary,
        ],
        mended: this.#mended(),
      },
      held: this.recorder.held ?? null,
      altered: this.#altered.size,
      people: this.#peopleState(),
      identity: this.#identityState(),
      keys: this.#keyFaults,
      outgoing: this.#outgoing.status(),
      timeStamps: this.#stamper.status(),
      notary: this.#anchoring.status(),
      units: { recorded, ...unclaimedCounts(this.#captures), failed, absent },
      settled: this.settled,
      http: this.#http(),
      app: this.#app,
      /** Names of keys that the recovery file does not hold. */
      recoveryBehind: this.#recoveryBehind,
      refusedProfiles: this.#deps.profiles.refused,
      profilesChanged: this.#profilesChanged,
      capture: this.#engine?.status() ?? notCapturing(this.#settings, 'not watched yet'),
      badge: this.badges.person ?? null,
    } satisfies Omit<RelayStatus, 'needs'>
    return { ...status, needs: needsOf(status) }
  }

  #peopleState(): RelayStatus['people'] {
    const { memory, fault } = this.opened.people
    if (this.people === undefined) return { accounts: 0, fault: fault ?? null, standing: null }
    const now = this.#deps.wall()
    const standing = peopleStanding(memory, now)
    const concerned = peopleConcerned(memory, now)
    return { accounts: standing.accounts, fault: fault ?? null, standing, concerned }
  }

  /** Compares the profiles it runs with with those on the disk. */
  lookAtProfiles(): void {
    this.#profilesChanged = profilesOnDisk(this.opened.folder.profiles) !== this.#deps.profiles.digest
  }
  #profilesChanged = false

  #identityState(): RelayStatus['identity'] {
    const rule = this.people?.rules().identity ?? null
    if (rule === null) return null
    const { fault } = this.#identity
    return { issuer: rule.issuer, unreachableSince: fault === undefined ? null : timestamp(fault.since) }
  }

  /** A time stamp for what is to be exported, if the site has any: see `TimeStamper`. */
  async stampNow(): Promise<string | undefined> {
    await this.publish()
    return this.#stamper.stampNow()
  }

  /** Captures no person answers for: see `unclaimedCaptures`. */
  unclaimed(page: UnclaimedPage): Unclaimed | undefined {
    return unclaimedCaptures(this.#captures, page)
  }

  get #captures() {
    return { units: this.#units, store: this.#lines, claims: this.#claims }
  }

  /** Where it is asked from on this machine. */
  get http(): HttpState | null {
    return this.#http()
  }

  get recoveryBehind(): readonly string[] {
    return this.#recoveryBehind
  }

  /** Compares the keys of all trails with what the recovery file names. */
  lookAtRecovery(): void {
    this.#recoveryBehind = recoveryBehindIn(this.opened.folder, this.#lines)
  }

  /**
   * Records that a recovery file was written. Its keys are in the file by now, whoever wrote it. Where people are, it
   * is recorded in turn with what they do: which file counts is known of it at once, not from the next start on.
   */
  async recordRecovery(writing: RecoveryWriting, { actor, evidence }: Asking): Promise<number> {
    const who = actor ?? relayActor(this.relayName)
    const by = { by: evidence }
    const seq =
      this.people === undefined
        ? await this.recorder.record(() => recoveryDraft(who, writing, by, this.#deps.wall()))
        : await this.people.recoveryFiles.written(who, recoveryBody(writing, by))
    this.lookAtRecovery()
    return seq
  }

  /** The account that asks for something, and the person it stands for, if it stands for one. */
  whoIs({ uid, path }: Asker): {
    readonly account: Account | undefined
    readonly person: Person | undefined
  } {
    const { accounts } = this.#deps
    const account =
      path === undefined ? accounts.currentAccount() : accounts.accountOf(accounts.ownerOf(path, uid))
    const { persons, shared, order } = this.#settings
    const standing = judge(account, { persons, shared, order }, this.#deps.wall())
    return { account, person: 'code' in standing ? undefined : standing.person }
  }

  /**
   * A change of settings: recorded, durable, and only then in force. `make` is given the settings as they are when its
   * turn comes: two who change something at once lose nothing of each other's. Resolves with the place of its record, -1
   * if nothing is another. Rejects with `SettingsError`, with what `make` throws, and, where somebody waits `now`, with
   * `NotRecorded`.
   */
  changeSettings(
    make: (settings: Settings) => Settings,
    reason: string,
    by: Asking,
    waits?: 'now',
  ): Promise<number> {
    return this.#settingsInTurn.do(() => this.#changeSettings(make(this.#settings), reason, by, waits))
  }
  readonly #settingsInTurn = new OneAtATime()

  /** What a change is decided by, beside the settings. */
  actPlace(): ActPlace {
    const { profiles } = this
    return { profiles, dataFolder: this.opened.folder.path, now: timestamp(this.#deps.wall()) }
  }

  async #changeSettings(
    next: Settings,
    reason: string,
    by: Asking,
    waits: 'now' | undefined,
  ): Promise<number> {
    const before = this.#settings
    if (this.#stopped) throw new SettingsError('the relay is being stopped: nothing was changed')
    const changes = changesBetween(before, next)
    const settings = withChanges(before, changes)
    requireSoundRules(settings)
    if (changes.length === 0) return -1
    if (inParts(changes, CHANGES_BYTES_MAX).length > 1)
      throw new SettingsError(
        `this changes more at once than a record holds (${CHANGES_BYTES_MAX} bytes): do it in steps`,
      )
    const actor = by.actor ?? relayActor(this.relayName)
    const body = { changes: changes as unknown as Value, reason, by: by.evidence }
    const draft = () => ({ kind: 'settings.changed', actor, time: timestamp(this.#deps.wall()), body })
    const digest = settingsDigest(settings)
    const keep = () => {
      this.opened.host.setSettings(settings)
      // Whatever else is noted in this transaction is noted of these settings; undone with it, see `#storeFolders`.
      this.#digest = digest
      this.#note(this.#alive(this.#stopped))
    }
    const { recorder } = this
    const seq = await (waits === 'now' ? recorder.recordNow(draft, keep) : recorder.record(draft, keep))
    this.#settings = settings
    await this.#engine?.setSettings(settings)
    return seq
  }

  /** Signs and gives to the notary what is to be given. Never throws; what hinders it is state. */
  publish(): Promise<void> {
    return this.#anchoring.publish()
  }

  async #lookAtKeys(): Promise<void> {
    const { folder, store } = this.opened
    try {
      this.#keyFaults = await keyFaults(folder, store)
    } catch (error) {
      // The database does not answer: what was known of the keys stands, and the recorder says the rest.
      this.#deps.note('keys-unknown', { error: messageOf(error) })
    }
  }
  #keyFaults: readonly KeyFault[] = []

  #resolve(evidence: WriteEvidence): Resolution {
    const { persons, shared, order } = this.#settings
    return resolveActor(evidence, {
      rules: { persons, shared, order },
      sessions: this.#timeline.sessions(),
      sessionsWatched: (from, to) => this.#timeline.watched(from, to),
      // Who was signed in is found by columns: nobody was, before these are known to be right.
      badges: this.#isChecked ? this.badges.intervals : [],
      accountOf: (owner) => this.#deps.accounts.accountOf(owner),
    })
  }

  async #pollSessions(): Promise<void> {
    try {
      this.#timeline.observe(await this.#deps.accounts.sessions(), this.#deps.wall())
    } catch (error) {
      this.#deps.note('sessions-unknown', { error: messageOf(error) })
    }
  }

  #record(kind: string, body: Body): void {
    const actor = relayActor(this.relayName)
    this.recorder.add({ draft: () => ({ kind, actor, time: timestamp(this.#deps.wall()), body }) })
  }

  /** Once for each place: it is read again and again. */
  /** Kinds of the records that say what beside the trail was set right, or left, at this start and since. */
  #mended(): readonly string[] {
    const { mended, foundAtWork } = this.opened
    return [...new Set([...(mended?.drafts.map(({ kind }) => kind) ?? []), ...foundAtWork])]
  }

  #foundAltered(what: Altered): void {
    const name = JSON.stringify(what)
    if (this.#altered.has(name) || this.#altered.size >= ALTERED_MAX) return
    this.#altered.add(name)
    this.#deps.note('trail-altered', { ...what })
    this.#record('trail.altered', 'digest' in what ? what : this.#named(what))
    // Rows are made again from their lines.
    if ('digest' in what) void this.#keepState()
  }
  readonly #altered = new Set<string>()

  /** A place for a record, which names its trail if it stands in another. */
  #named({ trail, seq }: RecordPlace): Body {
    const { store, trail: written } = this.opened
    if (trail === written.id) return { seq }
    return { seq, trail: store.trails().find(({ id }) => id === trail)?.origin ?? `trail ${trail}` }
  }

  #notaryFound(findings: readonly NotaryFinding[]): void {
    this.#lateNotary = findings
    this.#deps.note('notary-found', { findings })
    this.#record('notary.found', { notary: notaryBody(findings) })
  }
  #lateNotary: readonly NotaryFinding[] = []

  #clockEvent(event: ReturnType<ClockWatch['look']>[number]): void {
    let body: Body
    if (event.kind === 'clock.stepped') {
      const { before, after, by } = event
      this.#engine?.clockStepped()
      body = { before: timestamp(before), after: timestamp(after), byMilliseconds: by }
    } else body = { from: timestamp(event.from), to: timestamp(event.to) }
    this.#record(event.kind, body)
    this.#deps.note(event.kind, { ...body })
  }

  #availability(watch: WatchSettings, { available, since, reason, replaced }: AvailabilityChange): void {
    this.#record(available ? 'watch.available' : 'watch.unavailable', {
      watch: watch.id,
      folder: watch.path,
      since: timestamp(since),
      ...(reason === undefined ? {} : { reason }),
      ...(replaced === true ? { replaced: true } : {}),
    })
    this.#deps.note(available ? 'watch-available' : 'watch-unavailable', { watch: watch.id, reason })
  }

  /** An empty transaction notes that the relay is alive. Where nothing else waits, the log is written back too. */
  #noteAlive(): void {
    const isIdle = this.recorder.waiting === 0 && this.#engine?.isInBurst !== true
    const isAtRest = this.isReady && this.#isAtRest
    this.recorder.add({
      done: () => {
        if (isIdle) writeBack(this.opened.database)
        if (isAtRest) this.#deps.onIdle()
      },
    })
  }

  /**
   * What is noted in every transaction. A relay that has not looked through everything yet, and ends, leaves the gap
   * before it as it was: the next one begins where the last look ended.
   */
  #alive(stopped: boolean): Alive | undefined {
    this.#hasLooked ||= this.#engine?.isScanned === true
    if (!this.#hasLooked) return this.#before && { ...this.#before, stopped }
    const oldest = this.#engine?.oldest()
    return { at: this.#deps.wall(), stopped, ...(oldest === undefined ? {} : { oldest }) }
  }
  #hasLooked = false

  #held(held: Held | undefined, error: unknown): void {
    if (held === undefined) return this.#deps.note('recording-again', {})
    this.#deps.note('not-recording', { reason: held.reason, tries: held.tries, error })
  }

  /** Within a transaction, whose records are written already. */
  #note(alive: Alive | undefined): void {
    const { host, writer, trail, keys } = this.opened
    const size = writer.sizeWithin
    host.setNote(sealedNote(keys.mac, { trail: trail.origin, size, settings: this.#digest, alive }))
  }
  /** Of the settings in force, and, within a transaction, of those that it puts in force. */
  #digest: string

  /** In every transaction: the folders that are new, and that the relay was alive. */
  #storeFolders(): { readonly undo: () => void } {
    const digest = this.#digest
    if (!this.#stopped) this.#note(this.#alive(false))
    const changes = this.#tree.takeChanges()
    for (const id of changes.removed) this.#units.removeFolder(id)
    for (const folder of changes.added) {
      const { id, watch, parent, name, fileId } = folder
      this.#units.putFolder({ id, watch, parent: parent?.id ?? 0, name, fileId })
      folder.stored = true
    }
    return {
      undo: () => {
        this.#digest = digest
        this.#units.forgetKept()
        for (const folder of changes.added) folder.stored = false
        this.#tree.putBack(changes)
      },
    }
  }

  #every(milliseconds: number, work: () => void): void {
    this.#timers.push(setInterval(work, milliseconds))
  }
}

function later(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds)
  return () => clearTimeout(timer)
}
