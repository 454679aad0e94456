import { recordIn } from '@compliance-relay/shared/trail'
import type { CheckedEnd } from './gap.ts'
import type { Note } from './sealed-note.ts'
import type { HostStore } from './sqlite/host-store.ts'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'

/**
 * What a start finds of the time before it, of the trail as it was found: what this start writes says nothing of it.
 * `note`: undefined if there is none that is sealed. `lines`: how many the trail has.
 */
export function lastAtWork(
  store: TrailStore,
  host: HostStore,
  trail: { readonly id: number; readonly lines: number },
  note: Note | undefined,
): CheckedEnd {
  const last = readRecordIn(store, trail.id, trail.lines - 1)
  const stoppedAt = last?.kind === 'relay.stopped' ? Date.parse(last.time) : undefined
  const said = host.alive()
  if (note?.alive !== undefined) {
    // Put back from before the last start: how the relay ended since, it does not know.
    const stopped = note.alive.stopped && !hasStartedSince(store, trail.id, note.size)
    return { alive: { ...note.alive, stopped }, lastRecord: last && Date.parse(last.time), stoppedAt }
  }
  return {
    alive: undefined,
    lastRecord: wasAtWork(store, trail.id) ? newestTime(store, trail.id) : undefined,
    stoppedAt,
    ...(said === undefined ? {} : { unsealed: said.at }),
  }
}

/** Looked for only where the note is gone: it goes through all records. The lines say so, not the columns beside them. */
function wasAtWork(store: TrailStore, trail: number): boolean {
  for (const line of store.linesWith(trail, '"kind":"relay.started"'))
    if (recordIn(line)?.kind === 'relay.started') return true
  return false
}

function hasStartedSince(store: TrailStore, trail: number, from: number): boolean {
  for (const { line } of store.lines(trail, from)) if (recordIn(line)?.kind === 'relay.started') return true
  return false
}

/** Of the newest record that can be read and is believed: those after it may be damaged. */
function newestTime(store: TrailStore, trail: number): number | undefined {
  for (let seq = store.size(trail) - 1; seq >= 0; seq--) {
    const record = readRecordIn(store, trail, seq)
    if (record !== undefined) return Date.parse(record.time)
  }
  return undefined
}
