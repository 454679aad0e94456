import { isHarmless } from './ask-notary.ts'
import { NOT_OURS } from './mending.ts'
import { isTold, type PeopleNeed, peopleNeeds } from './people/people-needs.ts'
import type { RelayStatus } from './status.ts'

/** Something a relay lacks, or somebody has to see to. */
export interface Need {
  readonly code: NeedCode
  /** One sentence without names and paths. */
  readonly says: string
  /** True if the relay cannot do its duty meanwhile: what instruments write is not noticed, or not durable. */
  readonly hinders: boolean
  /** True if every user of the machine may read it, at /readyz. */
  readonly isTold: boolean
}

/** Without these what instruments write is not noticed, or not durable: the relay is not ready. */
const hindering = {
  'not-running': 'the relay is not running: nothing is noticed until it is started',
  starting: 'not every watched folder has been looked through since the start',
  'not-asked':
    'the disk of the data folder is full: the relay runs and cannot be asked, and cannot record once its last room is used',
  'not-recording': 'nothing can be recorded: what is noticed waits until the disk takes it',
  'nothing-watched': 'no folder is watched: relay watch add',
  'no-watch-available': 'no watched folder is there',
} as const

/** With these it goes on, and somebody should look. */
const degrading = {
  'trail-altered':
    'a line or a row of the database was not the one that the relay wrote there when it was read back: nothing was decided by it: relay verify --data',
  'watch-unavailable': 'a watched folder is not there',
  'not-seen':
    'files that were recorded are not there, since another folder stands in place of theirs: relay verify --files',
  'folder-unreadable': 'a folder below a watched one cannot be read',
  'not-readable': 'there are files that cannot be read',
  'read-long':
    'a file has been read for more than an hour, and has no record before it is read: relay status names it',
  'notary-unreachable':
    'the notary cannot be asked: records wait to be anchored; if its folder was moved: relay notary set FOLDER',
  'not-anchored': 'the notary was not given the last records',
  'notary-differs': 'the notary is not as it was left',
  'trail-left': 'the trail could not be gone on with at this start: a new one was begun',
  'trail-doubted':
    'a trail that was left is not what it was, or cannot be told from another: nothing in it is believed, and approvals are held: relay status names it, relay verify --data says more',
  'persons-in-doubt':
    'records are lost that may have said who is a person and whose badge is whose: nobody is one until somebody says so again: relay person add, relay badge new',
  'notary-in-doubt':
    'which notary was the one of the trail before is not known: nothing about its end is proven by one, and none is given records now: relay notary set FOLDER',
  'people-unusable': 'nobody can sign in: the status of the relay says why',
  'identity-unreachable':
    'the identity provider cannot be asked: people sign in by their password of this relay: relay rules',
  'key-unusable':
    'a key of the trail is missing, another, or not to be used as it lies there: the next start needs it: relay recover',
  'not-delivered':
    'what is to leave the relay by itself has not been taken for ten minutes, or cannot be sent: relay subscription list',
  'not-time-stamped':
    'the time-stamping authority cannot be asked, or does not answer as it should: checkpoints wait for their stamps: relay rules',
  'set-right': 'something beside the trail was not as the relay left it, and was set right',
  'not-ours': "the database holds something that is not the relay's: it was found, and left as it is",
  'profiles-changed':
    'the instrument profiles on disk are not those that were read at the start: they count from the next start on',
  'profile-refused': 'an instrument profile cannot be used: its files are taken as those of any other',
  'recovery-behind': 'the recovery file does not hold all keys: relay recovery',
  'http-not-listening': 'health cannot be asked at the port it was to be: another program may have it',
} as const

type OwnNeed = keyof typeof hindering | keyof typeof degrading
export type NeedCode = OwnNeed | PeopleNeed

/** What the status of a relay shows to be wanting, what hinders it first. Pure. */
export function needsOf(status: Omit<RelayStatus, 'needs'>): readonly Need[] {
  const {
    state,
    held,
    altered,
    people,
    identity,
    capture,
    units,
    notary,
    startUp,
    left,
    doubts,
    inDoubt,
    keys,
    outgoing,
    timeStamps,
    recoveryBehind,
    http,
    refusedProfiles,
    profilesChanged,
  } = status
  const isRunning = state !== 'not running'
  const away = capture.watches.filter((watch) => watch.state === 'unavailable').length
  const isNoneThere = away > 0 && away === capture.watches.length
  const shows: Readonly<Record<OwnNeed, boolean>> = {
    'not-running': !isRunning,
    starting: state === 'starting',
    'not-asked': state === 'not asked',
    'not-recording': held !== null,
    'nothing-watched': capture.watches.length === 0,
    'no-watch-available': isNoneThere,
    'watch-unavailable': away > 0 && !isNoneThere,
    'not-seen': units.absent > 0,
    'folder-unreadable': capture.unreadableFolders.length > 0,
    'not-readable': units.failed > 0,
    'read-long': capture.large.long > 0,
    'notary-unreachable': notary.state === 'unreachable',
    'not-anchored': !isRunning && notary.behind,
    // What is graver had the trail left, and is said as that.
    'notary-differs':
      notary.foreign.length > 0 ||
      (startUp?.notary ?? []).some((one) => isHarmless(one) && one.code !== 'notary-unreachable'),
    'trail-altered': altered > 0,
    'trail-left': left !== undefined,
    'trail-doubted': doubts.length > 0,
    'persons-in-doubt': inDoubt.includes('persons'),
    'notary-in-doubt': inDoubt.includes('notary'),
    'people-unusable': (people?.fault ?? null) !== null,
    'identity-unreachable': (identity?.unreachableSince ?? null) !== null,
    'key-unusable': keys.length > 0,
    'not-delivered': outgoing.some(({ isOverdue }) => isOverdue),
    'not-time-stamped': (timeStamps?.fault ?? null) !== null,
    'set-right': (startUp?.mended ?? []).some((kind) => kind !== NOT_OURS),
    'not-ours': (startUp?.mended ?? []).includes(NOT_OURS),
    'profiles-changed': profilesChanged,
    'profile-refused': refusedProfiles.length > 0,
    'recovery-behind': recoveryBehind.length > 0,
    'http-not-listening': http?.state === 'not listening',
  }
  const needs = { ...hindering, ...degrading }
  const own = (Object.keys(needs) as OwnNeed[])
    .filter((code) => shows[code])
    .map((code) => ({ code, says: needs[code] }))
  return [...own, ...peopleNeeds(people?.standing ?? null, units.claimable)].map((need) => ({
    ...need,
    hinders: need.code in hindering,
    isTold: isTold(need.code),
  }))
}

/** How `relay status` ends. */
export const STATUS_EXIT = { well: 0, attention: 3, notRunning: 4 } as const

/** 4 if the relay does not run, 3 if it runs and has a need, 0 otherwise. */
export function statusExitCode({ state, needs }: Pick<RelayStatus, 'state' | 'needs'>): number {
  if (state === 'not running') return STATUS_EXIT.notRunning
  return needs.length > 0 ? STATUS_EXIT.attention : STATUS_EXIT.well
}
