import type { Captures } from './captures.ts'
import type { Pending, Stage } from './pending.ts'
import type { Watch } from './watch.ts'

export interface EngineStatus {
  readonly watches: readonly {
    readonly id: string
    readonly path: string
    readonly state: 'watching' | 'scanning' | 'unavailable'
    readonly reason?: string
    /** Wall clock, milliseconds. */
    readonly since?: number
    /** `on`, `off`, or why they are not to be relied on. */
    readonly hints: string
    /** Units of it on their way. */
    readonly pending: number
  }[]
  /** Units on their way, and the oldest of them. */
  readonly pending: number
  readonly oldest: readonly {
    readonly path: string
    readonly watch: string
    readonly stage: Stage
    readonly since: number
    readonly open?: boolean
    /** At rest, and not read before others of its size are. */
    readonly waits?: boolean
    readonly missing?: readonly string[]
    readonly failure?: string
  }[]
  /** Units of more than 16 MiB that are being read, those that have been longest first. */
  readonly large: {
    readonly total: number
    /** So many of them for more than an hour. */
    readonly long: number
    /** The first of them, `LARGE_SHOWN_MAX` at most. */
    readonly shown: readonly LargeStatus[]
  }
  /** Recorded units that were not found at the last look. */
  readonly missing: number
  readonly unreadableFolders: readonly { readonly path: string; readonly code: string }[]
}

export interface LargeStatus {
  readonly watch: string
  readonly path: string
  /** How many bytes were read, and of how many. */
  readonly bytes: number
  readonly ofBytes: number
  /** When it was given to the reader, wall clock, milliseconds. */
  readonly since: number
}

const OLDEST_SHOWN_MAX = 20
const LARGE_SHOWN_MAX = 20
/** An hour: more than a terabyte from a disk. What is read for longer is no run of an instrument, or comes from a very slow share. */
const READ_LONG_MILLISECONDS = 3_600_000

/** What an engine says of itself. `now` and `wall`: the monotonic and the wall clock, milliseconds. */
export function engineStatus(
  watches: Iterable<Watch>,
  captures: Captures,
  clocks: { readonly now: number; readonly wall: number },
): EngineStatus {
  const pending = [...captures.units()]
  const ofWatches = new Map<string, number>()
  for (const { folder } of pending) ofWatches.set(folder.watch, (ofWatches.get(folder.watch) ?? 0) + 1)
  return {
    watches: [...watches].map((watch) => watchStatus(watch, ofWatches.get(watch.settings.id) ?? 0)),
    pending: pending.length,
    oldest: pending
      .sort((a, b) => a.firstSeen - b.firstSeen)
      .slice(0, OLDEST_SHOWN_MAX)
      .map(pendingStatus),
    large: largeStatus(captures, clocks),
    missing: captures.missingCount,
    unreadableFolders: captures
      .unreadableFolders()
      .map(({ folder, code }) => ({ path: folder.relative, code })),
  }
}

function watchStatus(
  { settings, gone, hintsFault, scanned, hints }: Watch,
  pending: number,
): EngineStatus['watches'][number] {
  return {
    id: settings.id,
    path: settings.path,
    state: gone !== undefined ? 'unavailable' : scanned === undefined ? 'scanning' : 'watching',
    ...(gone === undefined ? {} : { reason: gone.reason, since: gone.since }),
    hints: hints === undefined ? 'off' : (hintsFault ?? 'on'),
    pending,
  }
}

function pendingStatus(one: Pending): EngineStatus['oldest'][number] {
  return {
    path: pathOf(one),
    watch: one.folder.watch,
    stage: one.stage,
    since: one.firstSeen,
    ...(one.open ? { open: true } : {}),
    ...(one.waits ? { waits: true } : {}),
    ...(one.missing.length > 0 ? { missing: one.missing } : {}),
    ...(one.failureCode === undefined ? {} : { failure: one.failureCode }),
  }
}

function largeStatus(
  captures: Captures,
  { now, wall }: { readonly now: number; readonly wall: number },
): EngineStatus['large'] {
  const large = captures.large().toSorted((a, b) => a.since - b.since)
  return {
    total: large.length,
    long: large.filter(({ since }) => now - since > READ_LONG_MILLISECONDS).length,
    shown: large.slice(0, LARGE_SHOWN_MAX).map(({ pending, bytes, ofBytes, since }) => ({
      watch: pending.folder.watch,
      path: pathOf(pending),
      bytes,
      ofBytes,
      since: Math.round(wall - (now - since)),
    })),
  }
}

/** Below its watched folder. */
function pathOf({ kind, folder, name }: Pending): string {
  return kind === 'file' ? folder.relativeOf(name) : folder.relative
}
