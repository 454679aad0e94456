import { type StatusView, TRAILS_TOLD_MAX } from '@compliance-relay/shared/api'
import { needIn, type RelayStatusNow, trailId } from '@compliance-relay/shared/relay'
import { healthOf } from '../http.ts'
import { activeWatches, type Settings } from '../settings.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import type { RelayStatus } from '../status.ts'
import { timestamp } from '../time-text.ts'
import { waiting } from './people-needs.ts'

/** How a running relay is, for people who ask as themselves: the same that `relay status` says. `now`: milliseconds. */
export function statusViewOf(
  status: RelayStatus,
  settings: Settings,
  trails: StatusView['trails'],
  now: number,
): RelayStatusNow {
  const { capture, held, notary, units } = status
  return {
    relay: status.relay,
    version: status.version,
    time: timestamp(now),
    started: status.started ?? timestamp(now),
    state: stateOf(status),
    ready: healthOf(status).ready,
    needs: status.needs.map(({ code, says, hinders, isTold }) => ({
      code,
      ...needIn(says),
      hinders,
      isTold,
    })),
    waits: waiting(status.people?.standing ?? null).map(needIn),
    watches: watchesOf(capture.watches, settings),
    capture: {
      waiting: capture.pending,
      oldest: capture.oldest.map(({ path, watch, stage, since, open, missing, failure }) => ({
        path,
        watch,
        stage,
        since: timestamp(since),
        open: open === true,
        missing: [...(missing ?? [])],
        failure: failure ?? null,
      })),
      large: {
        ...capture.large,
        shown: capture.large.shown.map(({ since, ...one }) => ({ ...one, since: timestamp(since) })),
      },
      held: held === null ? null : { since: timestamp(held.since), reason: held.reason },
      settled: status.settled,
    },
    files: { ...units },
    notary: {
      state: notary.state === 'unreachable' ? 'unreachable' : 'reachable',
      since: notary.since === undefined ? null : timestamp(notary.since),
      reason: notary.reason ?? null,
      unanchoredSince: notary.unanchoredSince,
    },
    trails,
    sync: null,
    badge: status.badge,
  }
}

/** The newest trails, and how far each of them is in the notary, as it was seen there. */
export function trailStates(store: TrailStore, written: number): StatusView['trails'] {
  const newest = store.trails().slice(-TRAILS_TOLD_MAX).reverse()
  return newest.map(({ id, origin }) => {
    const anchored = store.lastNotarised(id)
    return {
      id: trailId(origin),
      origin,
      isWritten: id === written,
      size: store.size(id),
      anchored: anchored === undefined ? null : { size: anchored.size, time: anchored.notarised },
    }
  })
}

function stateOf({ state }: RelayStatus): StatusView['state'] {
  return state === 'running' || state === 'held' ? state : 'starting'
}

function watchesOf(watches: RelayStatus['capture']['watches'], settings: Settings): StatusView['watches'] {
  const set = new Map(activeWatches(settings).map((watch) => [watch.id, watch]))
  return watches.map((watch) => ({
    id: watch.id,
    path: watch.path,
    project: set.get(watch.id)?.project ?? '?',
    device: set.get(watch.id)?.device ?? '?',
    state: isLooking(watch.state) ? watch.state : 'starting',
    reason: watch.reason ?? null,
    since: 'since' in watch && watch.since !== undefined ? timestamp(watch.since) : null,
    hints: watch.hints,
    waiting: watch.pending,
  }))
}

function isLooking(state: string): state is 'watching' | 'scanning' | 'unavailable' {
  return state === 'watching' || state === 'scanning' || state === 'unavailable'
}
