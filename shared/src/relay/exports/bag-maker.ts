import type { ExportFailure, ExportFilterView, ReportForm } from '../../api/index.ts'
import type { Actor, Body } from '../../trail/index.ts'

/** Who an export is for, as its record is going to say. */
export interface SealedFor {
  readonly actor: Actor
  readonly evidence: Body
}

export interface BagToMake {
  readonly id: string
  readonly filter: ExportFilterView
  readonly reason: string
  /** Asked at the moment of the seal. Throws `ExportFailed` `not-allowed` where whoever asked may not any more. */
  readonly sealedFor: () => SealedFor
  readonly onProgress: (stage: 'checking' | 'making', done: number, of: number) => void
}

export interface MadeBag {
  /** SHA-256 of the file, and of its manifest. */
  readonly sha256: string
  readonly manifest: string
  readonly sizeBytes: number
  readonly records: number
  readonly withheld: number
  readonly leftOut: readonly string[]
  /** Trails before whose end could not be held against the notary's, which was away. */
  readonly unasked: readonly string[]
  /** What came of a time stamp for the head that is exported; null where the site has none. */
  readonly timeStamp: string | null
}

/** What is kept of an export. */
export type ExportFile = 'bag' | ReportForm

/**
 * What makes bags, keeps them, and prints copies of them: beside the relay, so that nothing it does holds up a capture.
 * One thing is asked of it at a time.
 */
export interface BagMaker {
  /** The filter as the record is going to have it. Throws `Problem` `bad-request` for one that is none. */
  checked(filter: ExportFilterView): ExportFilterView
  /** Nothing can be recorded now. */
  isHeld(): boolean
  /** Rejects with `ExportFailed`: then there is no bag, not even half of one. */
  make(bag: BagToMake): Promise<MadeBag>
  /** Prints a copy of a bag that was made; how many bytes it has. Rejects with `ExportFailed`. */
  print(id: string, form: ReportForm): Promise<number>
  /** The bytes of what was made. */
  open(id: string, file: ExportFile): ReadableStream<Uint8Array>
  /** Removes all that is kept of an export. */
  remove(id: string): void
  /** Ends what is being made. */
  close(): void
}

/** There is no bag, and why. */
export class ExportFailed extends Error {
  override readonly name = 'ExportFailed'
  readonly code: ExportFailure
  readonly unmatched: { readonly list: string; readonly value: string } | undefined

  constructor(code: ExportFailure, unmatched?: ExportFailed['unmatched']) {
    super(code)
    this.code = code
    this.unmatched = unmatched
  }
}
