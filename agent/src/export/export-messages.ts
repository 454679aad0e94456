import type { ExportFailure } from '@compliance-relay/shared/api'
import type { ExportFilter } from '@compliance-relay/shared/bag'
import type { MadeBag } from '@compliance-relay/shared/relay'
import type { Body } from '@compliance-relay/shared/trail'
import type { PrintedForm } from './print-export.ts'

/** What a relay gives the process that makes an export for it. Nothing in it says who asked. */
export type ExportTask =
  | {
      readonly make: 'bag'
      readonly data: string
      readonly file: string
      readonly filter: ExportFilter
      readonly reason: string
    }
  | {
      readonly make: 'report'
      readonly bag: string
      readonly file: string
      readonly form: PrintedForm
      /** Of the keys of the relay, as it has them itself. */
      readonly fingerprints: readonly string[]
    }

export type ToExportProcess =
  | { readonly task: ExportTask }
  | { readonly stamped: string | null }
  | { readonly sealed: number }
  | { readonly refused: ExportFailure }

export type FromExportProcess =
  | { readonly stage: 'checking' | 'making'; readonly done: number; readonly of: number }
  /** The head that is exported is to be stamped by an authority, if the site has one. */
  | { readonly stamp: true }
  | { readonly seal: Body }
  | { readonly made: MadeBag }
  | { readonly printed: number }
  | { readonly failed: Failed }

export interface Failed {
  readonly code: ExportFailure
  readonly unmatched?: { readonly list: string; readonly value: string }
  /** For the log. */
  readonly says: string
}
