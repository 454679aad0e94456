import type { TrailView } from '../../api/index.ts'

/** Trails as they are stored: what reading needs of them. Each call may throw what a disk throws. */
export interface StoredTrails {
  /** Oldest first, each with whether it is written to now, and the name of the one it goes on from. */
  list(): readonly ListedTrail[]
  /** The newest checkpoint, as it was stored. */
  checkpoint(origin: string): Uint8Array | undefined
  /** Entries from `from` up to `until`, in order; fewer where some are missing. */
  lines(
    origin: string,
    from: number,
    until: number,
  ): readonly { readonly seq: number; readonly line: Uint8Array }[]
}

export type ListedTrail = Pick<TrailView, 'origin' | 'vkey' | 'isWritten' | 'before'>
