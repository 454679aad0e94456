import type { PeopleStanding, peopleConcerned } from '@compliance-relay/shared/relay'
import type { NotaryFinding } from './ask-notary.ts'
import type { AppState } from './built-app.ts'
import type { EngineStatus } from './capture/engine-status.ts'
import type { Held } from './capture/recorder.ts'
import type { RefusedProfile } from './instruments/load-profiles.ts'
import type { KeyFault } from './key-faults.ts'
import type { Doubt } from './left-trails.ts'
import type { Need } from './needs.ts'
import type { InDoubt } from './new-trail.ts'
import type { OutgoingStatus } from './outgoing/outgoing.ts'
import { activeWatches, type Settings } from './settings.ts'
import type { TimeStampsStatus } from './time-stamps/time-stamper.ts'

/** Where health is told, or why it is not. */
export type HttpState = { readonly port: number } & (
  | { readonly state: 'listening' }
  | { readonly state: 'not listening'; readonly reason: string }
)

/** What `relay status` says, also of a relay that does not run. */
export interface RelayStatus {
  readonly relay: string
  readonly version: string
  /** `not asked`: it runs, and its disk has no room for a question: what follows is what its folder says. */
  readonly state: 'running' | 'starting' | 'held' | 'not running' | 'not asked'
  /** ISO 8601; null if it does not run, or was not asked. */
  readonly started: string | null
  /** Origin of the trail written to, and number of its records. */
  readonly trail: string
  readonly size: number
  /** The line of its key, to be kept elsewhere: with it anybody can check the trail. */
  readonly key: string
  /** Trails that were left and are not what they were, as the start found: nothing of them is believed. */
  readonly doubts: readonly Doubt[]
  /** The trail that was left at start for this one. */
  readonly left?: string
  /** The trail that this one goes on from, since when, and why; null if it is the first. */
  readonly before: { readonly trail: string; readonly since: string; readonly reason: string } | null
  /** What of the trail before cannot be gone by, for records of it are lost, and nobody has said since how it is. */
  readonly inDoubt: readonly InDoubt[]
  /** When it was last at work, if it does not run and that is known. */
  readonly ended: { readonly at: string; readonly orderly: boolean } | null
  /** What the start found; null if it does not run, and so nothing was verified. */
  readonly startUp: {
    readonly findings: number
    readonly notary: readonly NotaryFinding[]
    /** Kinds of the records that say what beside the trail was set right. */
    readonly mended: readonly string[]
  } | null
  readonly held: Held | null
  /** Lines and rows of the database that were not the relay's when they were read back, since the start. */
  readonly altered: number
  /** Accounts there are, and why nobody can sign in; null if it does not run. */
  readonly people: {
    readonly accounts: number
    readonly fault: string | null
    /** What waits for somebody; null while nobody can sign in. */
    readonly standing: PeopleStanding | null
    /** Whose accounts and devices those are; not told over HTTP. */
    readonly concerned?: ReturnType<typeof peopleConcerned>
  } | null
  /** The site's identity provider, and since when it cannot be asked, as it was found last; null if there is none. */
  readonly identity: { readonly issuer: string; readonly unreachableSince: string | null } | null
  /** Keys of the trail that a start would not go on with. */
  readonly keys: readonly KeyFault[]
  /** Who is sent records, and what hinders that; empty if it does not run. */
  readonly outgoing: readonly OutgoingStatus[]
  /** Time stamps on checkpoints; null if the site has none, or it does not run. */
  readonly timeStamps: TimeStampsStatus | null
  readonly notary: {
    readonly place: string
    readonly state: 'reachable' | 'unreachable' | 'not asked'
    readonly since?: number
    readonly reason?: string
    readonly behind: boolean
    readonly foreign: readonly number[]
    readonly unanchoredSince: string | null
  }
  /** Of those that nobody answers for, some were not read, and stay so: nobody can claim them. */
  readonly units: Readonly<
    Record<'recorded' | 'unclaimed' | 'claimable' | 'claimed' | 'failed' | 'absent', number>
  >
  /** Everything that is watched was looked at, and all that was seen is recorded and given to the notary. */
  readonly settled: boolean
  readonly http: HttpState | null
  /** The review app it serves; null if it serves none, or does not run. */
  readonly app: AppState | null
  /** Names of keys that the recovery file does not hold. */
  readonly recoveryBehind: readonly string[]
  /** Profiles in the data folder that are not used, each with a sentence that says why. */
  readonly refusedProfiles: readonly RefusedProfile[]
  /** The profiles on disk are not those it runs with. */
  readonly profilesChanged: boolean
  readonly capture: EngineStatus | NotCapturing
  /** Id of the person signed in at the workstation. */
  readonly badge: string | null
  /** What is wanting, what hinders it first; empty if all is well. */
  readonly needs: readonly Need[]
}

/** What a relay that only answers, or has not begun yet, says in place of its engine. */
export interface NotCapturing extends Omit<EngineStatus, 'watches'> {
  readonly watches: readonly {
    readonly id: string
    readonly path: string
    readonly state: 'relay not running' | 'relay not asked' | 'not watched yet'
    readonly reason?: undefined
    readonly hints: string
    readonly pending: number
  }[]
}

export function notCapturing(
  settings: Settings,
  state: NotCapturing['watches'][number]['state'],
): NotCapturing {
  const watches = activeWatches(settings).map(({ id, path }) => ({
    id,
    path,
    state,
    hints: 'off',
    pending: 0,
  }))
  const large = { total: 0, long: 0, shown: [] }
  return { watches, pending: 0, oldest: [], large, missing: 0, unreadableFolders: [] }
}
