import { badgeIntervals, openBadge } from '../badge-intervals.ts'
import { loadAllProfiles } from '../instruments/load-profiles.ts'
import { keyFaults } from '../key-faults.ts'
import { needsOf } from '../needs.ts'
import { ClaimBook } from '../people/claim-book.ts'
import { readSettings } from '../recorded-settings.ts'
import { recoveryBehindIn } from '../recovery.ts'
import { UnitStore } from '../sqlite/unit-store.ts'
import { notCapturing, type RelayStatus } from '../status.ts'
import { timestamp } from '../time-text.ts'
import { inDoubtNow, inDoubtSince, trailBefore } from '../trail-before.ts'
import {
  requirePlace,
  type Unclaimed,
  type UnclaimedPage,
  unclaimedCaptures,
  unclaimedCounts,
} from '../unclaimed.ts'
import { version } from '../version.ts'
import type { Reading } from './reading.ts'

/*
 * What is asked of a relay that does not run is read from its data folder and changes nothing there. Nothing is
 * verified for it: that is what `relay verify` and the next start are for, and the start acts on what it finds.
 */

export async function stoppedStatus({ folder, database, store, host, trail }: Reading): Promise<RelayStatus> {
  const units = new UnitStore(database)
  const settings = readSettings(host, trail)
  const size = store.size(trail.id)
  const alive = host.alive()
  const last = store.lastCheckpoint(trail.id)
  const owed = store.owed(trail.id, 1).length > 0 || last === undefined || last.size < size
  const { failed, absent, recorded } = units.counts()
  const status = {
    relay: settings.name,
    version,
    state: 'not running' as const,
    started: null,
    trail: trail.origin,
    size,
    key: trail.vkey,
    doubts: [],
    before: trailBefore(store, trail),
    inDoubt: inDoubtNow(inDoubtSince(store, trail), settings),
    ended: alive === undefined ? null : { at: timestamp(alive.at), orderly: alive.stopped },
    startUp: null,
    held: null,
    altered: 0,
    people: null,
    identity: null,
    outgoing: [],
    timeStamps: null,
    keys: await keyFaults(folder, store),
    notary: {
      place: `notary folder ${settings.notary.folder}`,
      state: 'not asked' as const,
      behind: owed,
      foreign: [],
      unanchoredSince: null,
    },
    units: {
      recorded,
      ...unclaimedCounts({ units, store, claims: new ClaimBook(store) }),
      failed,
      absent,
    },
    settled: false,
    http: null,
    app: null,
    recoveryBehind: recoveryBehindIn(folder, store),
    refusedProfiles: loadAllProfiles(folder.profiles).refused,
    profilesChanged: false,
    capture: notCapturing(settings, 'relay not running'),
    badge: openBadge(badgeIntervals(store, Date.now()), Date.now())?.person ?? null,
  }
  return { ...status, needs: needsOf(status) }
}

/** Of a relay that runs and cannot be asked, its disk being full. Whether it can record still is not known here. */
export async function unaskedStatus(data: Reading): Promise<RelayStatus> {
  const status = {
    ...(await stoppedStatus(data)),
    state: 'not asked' as const,
    ended: null,
    capture: notCapturing(readSettings(data.host, data.trail), 'relay not asked'),
  }
  return { ...status, needs: needsOf(status) }
}

export function stoppedUnclaimed({ database, store }: Reading, page: UnclaimedPage): Unclaimed {
  const stores = { units: new UnitStore(database), store, claims: new ClaimBook(store) }
  return requirePlace(unclaimedCaptures(stores, page))
}
