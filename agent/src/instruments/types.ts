import type { FieldSource } from './field-source.ts'
import type { Rule } from './rule.ts'

/** A file of a unit. `path` is relative to the unit, '/'-separated; for a single-file unit it is the file's name. */
export interface Member {
  readonly path: string
  readonly size: number
}

/** What recognition looks at: names only. `names(sub)` lists a folder relative to the candidate ('' is itself), [] if it is not there. */
export interface FolderGlance {
  readonly name: string
  names(sub: string): readonly { readonly name: string; readonly isFolder: boolean }[]
}

/** A settled unit as examination sees it. `read` gives up to `length` bytes from `offset` (fewer at the end of the file), undefined if it cannot be read. */
export interface UnitView {
  readonly name: string
  readonly kind: 'folder' | 'file'
  members(): readonly Member[]
  read(path: string, offset: number, length: number): Uint8Array | undefined
  /** Of a single file: the size in bytes of a file of that name in the same folder, whatever its case; undefined if there is none. */
  beside?(name: string): number | undefined
}

/** A digest the instrument itself recorded. `bytes` = only the first so many bytes. `digest` is lower-case hex. */
export interface Claim {
  readonly path: string
  readonly algorithm: 'md5' | 'sha1'
  readonly digest: string
  readonly bytes?: number
  /** The file that says so. */
  readonly from: string
}

export interface Examination {
  /** By the instrument's own rule; true where the profile has none (then the quiet window alone decides). */
  readonly complete: boolean
  /** Plain short phrases why not: 'audita.txt does not end with ##END='. Empty when complete. */
  readonly missing: readonly string[]
  /** True if the instrument says the run was ended early (stopped by user): complete, but said so. */
  readonly aborted?: boolean
  /** True if what it misses is a file that belongs beside it, which may come without a change of the unit itself. */
  readonly lacks?: boolean
  /** What identifies the run. Text as found; `acquired` is ISO 8601 only if the source has zone or epoch. */
  readonly fields: Readonly<Record<string, string>>
  /** Digests the instrument itself recorded: to be compared by the caller. */
  readonly claims: readonly Claim[]
  /** Metadata that could not be read, one phrase each, at most 10. */
  readonly notes: readonly string[]
  /** The profile that was applied, where the content is not what the given profile is for. */
  readonly profile?: string
}

/** The closed list of what identifies a run. */
export const FIELDS = [
  'sample',
  'title',
  'operator',
  'instrument',
  'serial',
  'acquired',
  'method',
  'experiment',
  'solvent',
  'origin',
  'software',
] as const
export type FieldName = (typeof FIELDS)[number]

/** One instrument's profile as read from its file: plain data, so that it can be handed to a worker. */
export interface Profile {
  readonly id: string
  readonly title: string
  readonly unit: 'folder' | 'file'
  /** Lower is asked first. Generic profiles come last. */
  readonly order: number
  /** True for what is kept for lack of anything better; asked after all others. */
  readonly generic: boolean
  /** Globs on the unit's own name. */
  readonly names: readonly string[]
  /** The folder is one if all patterns of any list are in it. */
  readonly recognise: readonly (readonly string[])[]
  /** The folder is becoming one if all patterns of any list hold. */
  readonly forming: readonly (readonly string[])[]
  /** What a file must begin with, any of these. Empty: nothing is asked. */
  readonly magic: readonly Magic[]
  /** True if programs of all kinds write files of such names, so that another content is nothing to speak of. */
  readonly commonName: boolean
  readonly complete: readonly Rule[]
  readonly raw: readonly string[]
  readonly fields: Readonly<Partial<Record<FieldName, readonly FieldSource[]>>>
  /** How long the unit must not have changed, in seconds, where the usual window is too short. */
  readonly quietSeconds?: number
  /** Where the magic does not hold: the other file profiles, to be asked in order. Set when profiles are loaded. */
  readonly others: readonly Profile[]
}

/** Bytes at a place: as text (the bytes of its UTF-8), as hex, or text anywhere in the first 4,096 bytes. */
export type Magic =
  | { readonly text: string; readonly at: number }
  | { readonly hex: string; readonly at: number }
  | { readonly within: string }
