import type { BagReport, Claim, LaterVersion, ProvenBound } from '@compliance-relay/shared/bag'

/** What the page asks of its worker. Files are handed over as they are: the worker reads them piece by piece. */
export type Ask =
  | { readonly ask: 'verify'; readonly bag: File; readonly given: Given }
  /** Of a bag that was unpacked: its files, several times some. */
  | {
      readonly ask: 'verify-folder'
      readonly files: readonly DroppedFile[]
      readonly isLast: boolean
      readonly given: Given
    }
  | { readonly ask: 'find'; readonly files: readonly DroppedFile[]; readonly isLast: boolean }
  /** Ends the finding, not the checking: that ends with the worker. */
  | { readonly ask: 'stop' }

/** What is known from outside of the bag. */
export interface Given {
  readonly fingerprints: string
  readonly policy: File | undefined
  /** A newer head than the bag may know of. */
  readonly checkpoint: File | undefined
  /** Certificates of whose time stamps count. */
  readonly tsaCertificate: File | undefined
}

/** A file to be looked for. `path`: below what was dropped, '/'-separated, its folder's name first. */
export interface DroppedFile {
  readonly path: string
  readonly file: File
}

/** What the worker tells. */
export type Told =
  | { readonly told: 'progress'; readonly progress: Progress }
  /** It cannot begin: one plain sentence. */
  | { readonly told: 'unusable'; readonly why: string }
  | { readonly told: 'report'; readonly result: Checked }
  | { readonly told: 'answers'; readonly answers: Answers }

export interface Progress {
  readonly doneBytes: number
  readonly ofBytes: number
  /** Records, or files, done of all; undefined until their number is known. */
  readonly done?: number
  readonly of?: number
}

export interface Checked {
  readonly file: string
  readonly report: BagReport
  /** SHA-256 of the bag's manifest: which bag it is. Undefined if it has none that can be read. */
  readonly manifest: string | undefined
  /** What it was held against, in words. */
  readonly heldAgainst: readonly string[]
  /** Something was given from outside of the bag. */
  readonly isTrustGiven: boolean
  /** What was given, and nothing else, vouches for the bag: so its records say which file is which. */
  readonly isEvidence: boolean
}

export interface Answers {
  readonly items: readonly Answer[]
  readonly files: number
  /** It was stopped before every file was read. */
  readonly isStopped: boolean
}

/** What a bag says of a file, or of a folder as a data set. */
export interface Answer {
  readonly path: string
  readonly what: 'file' | 'folder'
  readonly sizeBytes: number
  /** SHA-256 of the file, or of the manifest of the folder; undefined if it could not be read. */
  readonly digest: string | undefined
  /** Why it could not be read. */
  readonly unreadable?: string
  readonly matches: readonly Match[]
  /** Records with this content beyond those given one by one. */
  readonly more: number
}

export interface Match {
  readonly as: 'file' | 'data-set' | 'raw-data' | 'member'
  /** Of a file in a data set: its paths there, of which one content can have several. */
  readonly members?: readonly string[]
  readonly trail: string
  readonly seq: number
  readonly kind: string
  /** By the clock of the relay. */
  readonly time: string
  readonly actor: { readonly id: string; readonly name: string; readonly via: string }
  readonly path: string
  readonly project: string
  readonly device: string
  /** By when it was there, by clocks that are not the relay’s. */
  readonly proven: readonly ProvenBound[]
  /** How many time stamps of its trail were not checked. */
  readonly unchecked: number
  /** The record by which somebody answers for it, where it is a refusal. */
  readonly claim: Claim | undefined
  /** The next versions of the same file or data set. */
  readonly after: readonly LaterVersion[]
  /** Of it, and of its claim. */
  readonly signatures: readonly Signature[]
}

export interface Signature {
  readonly seq: number
  readonly name: string
  readonly user: string
  readonly meaning: string
  readonly reason: string
  /** By the clock of the device. */
  readonly at: string
  /** The relay's own times around it: it was made between them, by the clock of the relay. */
  readonly notBefore: string | undefined
  readonly recorded: string
  /** The record that withdraws it. */
  readonly withdrawn: number | undefined
  /** That what was signed is not the newest version, in words. */
  readonly changed: string | undefined
}
