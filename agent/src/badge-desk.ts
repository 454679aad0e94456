import { OneAtATime } from '@compliance-relay/shared/keeping'
import type { Actor, Body } from '@compliance-relay/shared/trail'
import type { BadgeRefused } from './actors/badge.ts'
import { type BadgeAttempt, BadgeRefusals } from './actors/badge-refusals.ts'
import type { BadgeInterval } from './actors/types.ts'
import { badgeIntervals, openBadge } from './badge-intervals.ts'
import { NotRecorded, type Recorder } from './capture/recorder.ts'
import { formerBearer } from './former-bearer.ts'
import type { OpenedRelay } from './open-relay.ts'
import type { Settings } from './settings.ts'
import type { TrailStore } from './sqlite/trail-store.ts'
import { timestamp } from './time-text.ts'

export interface BadgeDeskOptions {
  /** The trails as a relay at work reads them: see `WrittenLines`. */
  readonly lines: TrailStore
  readonly trail: OpenedRelay['trail']
  readonly recorder: Recorder
  /** The relay itself as an actor. */
  readonly relay: Actor
  readonly settings: () => Settings
  readonly wall: () => number
}

/** How it was known who they are: by their badge, or by a token that the site's issuer signed. */
type Via = 'badge' | 'token'

interface Change {
  readonly ref: string
  readonly evidence: Body
  readonly via: Via
  /** Wall clock, milliseconds. */
  readonly at: number
}

/** Where people sign in at the workstation, and out: each time a record. */
export class BadgeDesk {
  readonly #options: BadgeDeskOptions
  readonly #refusals = new BadgeRefusals()
  readonly #turn = new OneAtATime()
  #intervals: readonly BadgeInterval[] = []

  constructor(options: BadgeDeskOptions) {
    this.#options = options
    this.load()
  }

  /** Of the last days. */
  get intervals(): readonly BadgeInterval[] {
    return this.#intervals
  }

  /** Id of the person who is signed in now. */
  get person(): string | undefined {
    return openBadge(this.#intervals, this.#options.wall())?.person
  }

  /** Somebody signs in, or out (`undefined`). One at a time: who was signed in before is signed out. */
  set(person: string | undefined, ref: string, evidence: Body, via: Via = 'badge'): Promise<void> {
    return this.#inTurn(via, (at) => this.#set(person, { ref, evidence, via, at }))
  }

  /** Signs out this person, and nobody else: false if it is not them who is signed in. */
  leave(person: string, ref: string, evidence: Body, via: Via): Promise<boolean> {
    return this.#inTurn(via, async (at) => {
      if (this.person !== person) return false
      await this.#set(undefined, { ref, evidence, via, at })
      return true
    })
  }

  /** With the time at which it was asked, however long its turn takes. */
  async #inTurn<Result>(via: Via, work: (at: number) => Promise<Result>): Promise<Result> {
    const { recorder, wall } = this.#options
    const at = wall()
    // Software that waits is told if nothing can be recorded, and asks again; a person reads their badge once.
    if (via === 'token' && recorder.held !== undefined) throw new NotRecorded(recorder.held.reason)
    return this.#turn.do(() => work(at))
  }

  async #set(person: string | undefined, { ref, evidence, via, at }: Change): Promise<void> {
    const { recorder, relay, settings } = this.#options
    const open = this.#intervals.filter(({ to }) => to === undefined)
    const named = settings().persons.find(({ id }) => id === (person ?? open[0]?.person))
    if (person !== undefined && named === undefined) throw new Error(`there is no person ${person}`)
    const actor = named === undefined ? relay : { id: named.id, name: named.name, via }
    const body = {
      ...evidence,
      ...(open.length > 0 ? { ended: open.map((one) => ({ person: one.person, ref: one.ref })) } : {}),
      ref,
    }
    const kind = person === undefined ? 'badge.out' : 'badge.in'
    const draft = () => ({ kind, actor, time: timestamp(at), body })
    await (via === 'token' ? recorder.recordNow(draft) : recorder.record(draft))
    this.load()
  }

  /** Records that a badge signed nobody in, or counts it: see `BadgeRefusals`. */
  refuse({ reason, hash, person }: BadgeRefused, by: Body): void {
    const { lines: store, trail } = this.#options
    const whose = person ?? (hash === undefined ? undefined : formerBearer({ store, trail: trail.id }, hash))
    const why = person === undefined && whose !== undefined ? 'badge-taken-back' : reason
    this.refuseFor({ by, person: whose ?? null, reason: why })
  }

  /** The same, where it is known whose it is. */
  refuseFor(attempt: BadgeAttempt): void {
    this.#recordRefusal(this.#refusals.add(attempt, this.#options.wall()))
  }

  /** Records it by itself and at once, with what it says of a token: to be known after a restart. */
  async refuseNow({ by, person, reason }: BadgeAttempt): Promise<void> {
    const { recorder, relay, wall } = this.#options
    const body = { by, person, reason }
    await recorder.recordNow(() => ({ kind: 'badge.refused', actor: relay, time: timestamp(wall()), body }))
  }

  /** Records the sum of refusals that were counted, once their minute is over. */
  sumUp(): void {
    this.#recordRefusal(this.#refusals.due(this.#options.wall()))
  }

  /** Records what was counted until now: the relay stops. */
  close(): void {
    this.#recordRefusal(this.#refusals.rest(this.#options.wall()))
  }

  #recordRefusal(body: Body | undefined): void {
    if (body === undefined) return
    const { recorder, relay, wall } = this.#options
    recorder.add({ draft: () => ({ kind: 'badge.refused', actor: relay, time: timestamp(wall()), body }) })
  }

  /** Reads anew who was signed in. */
  load(): void {
    this.#intervals = badgeIntervals(this.#options.lines, this.#options.wall())
  }
}
