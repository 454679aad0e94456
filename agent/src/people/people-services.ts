import { randomBytes } from 'node:crypto'
import type { TrailKeyView } from '@compliance-relay/shared/api'
import {
  type BagMaker,
  Claims,
  commonPasswords,
  DEFAULT_COST,
  Exports,
  FeedTokens,
  IssuerKeys,
  type OpenIdConnect,
  People,
  Presence,
  Signing,
  Subscriptions,
  TrailPokes,
} from '@compliance-relay/shared/relay'
import type { Actor } from '@compliance-relay/shared/trail'
import type { BadgeDesk } from '../badge-desk.ts'
import type { Recorder } from '../capture/recorder.ts'
import { trailKeys } from '../export/trail-keys.ts'
import type { Note } from '../log.ts'
import type { OpenedRelay } from '../open-relay.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { projectsEver } from '../projects-ever.ts'
import type { Settings } from '../settings.ts'
import { CredentialStore } from '../sqlite/credential-store.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import type { ClaimBook } from './claim-book.ts'
import { PeopleTrail } from './people-trail.ts'
import { usedTokens, WorkstationPresence } from './presence-desk.ts'
import { SignedRecords } from './signed-records.ts'
import { wordsOf } from './site-words.ts'
import { UnclaimedStore } from './unclaimed-store.ts'

export interface PeopleServicesOptions {
  readonly opened: OpenedRelay
  readonly recorder: Recorder
  readonly relay: Actor
  readonly badges: BadgeDesk
  /** The trails as a relay at work reads them: see `WrittenLines`. */
  readonly lines: TrailStore
  readonly units: UnitStore
  readonly claims: ClaimBook
  readonly identity: OpenIdConnect
  readonly outgoing: Outgoing
  readonly bags: BagMaker
  readonly settings: () => Settings
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
  readonly note: Note
}

/** All that people do at a workstation's relay. */
export interface PeopleServices {
  readonly people: People
  readonly claims: Claims
  readonly signing: Signing
  readonly presence: Presence
  readonly pokes: TrailPokes
  readonly feedTokens: FeedTokens
  readonly subscriptions: Subscriptions
  readonly exports: Exports
  readonly trailKeys: () => readonly TrailKeyView[]
  /** Those the relay has, or once had. */
  readonly projects: () => readonly string[]
}

/** Over the relay's own trail; undefined, and said, while nobody can sign in: files are captured all the same. */
export function openPeopleServices(options: PeopleServicesOptions): PeopleServices | undefined {
  const { opened, lines, recorder, relay, identity, settings, wall, now, note } = options
  const { memory, pepper, fault } = opened.people
  if (pepper === undefined || fault !== undefined) {
    note('people-unusable', { reason: fault })
    return undefined
  }
  const people = new People({
    store: new PeopleTrail({ recorder, credentials: new CredentialStore(opened.database), wall, note }),
    relay,
    pepper,
    memory,
    cost: DEFAULT_COST,
    words: () => wordsOf(settings()),
    isCommon: commonPasswords,
    identity,
    wall,
    now,
  })
  const projects = () => projectsEver(lines)
  return {
    people,
    claims: new Claims(
      people,
      new UnclaimedStore(lines, options.units, { claimants: memory.claimants, claims: options.claims }),
    ),
    signing: signingOf(people, options),
    presence: new Presence({
      people,
      desk: new WorkstationPresence(options.badges, settings),
      keys: new IssuerKeys({ fetch, now }),
      used: usedTokens(lines, wall()),
      wall,
      now,
    }),
    pokes: new TrailPokes({ people, every }),
    feedTokens: new FeedTokens({ people, book: memory.feeds, projects, wall, now }),
    subscriptions: subscriptionsOf(people, options, projects),
    exports: new Exports({
      people,
      maker: options.bags,
      random,
      wall,
      now,
      every,
      onError: (error) => note('export-failed', { error }),
    }),
    trailKeys: () => trailKeys(opened.store.trails(), opened.doubts),
    projects,
  }
}

function random(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size))
}

function signingOf(
  people: People,
  { opened, relay, lines, units, claims, settings, wall, now }: PeopleServicesOptions,
): Signing {
  const { trail, keys } = opened
  return new Signing({
    people,
    book: opened.people.memory.signing,
    trail: new SignedRecords(lines, units, trail, {
      claimants: opened.people.memory.claimants,
      claims,
      nameNow: (account) => settings().persons.find(({ id }) => id === account)?.name,
      isDoubted: opened.doubts.length > 0,
    }),
    signer: keys.signer,
    relay,
    org: settings().org,
    rules: () => people.rules(),
    wall,
    now,
  })
}

function subscriptionsOf(
  people: People,
  { opened, outgoing }: PeopleServicesOptions,
  projects: () => readonly string[],
): Subscriptions {
  const { writer, trail, secrets } = opened
  return new Subscriptions({
    people,
    book: opened.people.memory.subscriptions,
    secrets,
    deliveries: outgoing,
    projects,
    trail: {
      trail: trail.origin,
      get size() {
        return writer.head.size
      },
    },
    random,
  })
}

function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds)
  return () => clearInterval(timer)
}
