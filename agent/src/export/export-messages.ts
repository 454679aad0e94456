import { type ExportFailure, exportFailures } from '@compliance-relay/shared/api'
import type { ExportFilter } from '@compliance-relay/shared/bag'
import type { Body } from '@compliance-relay/shared/trail'
import { z } from 'zod'
import type { PrintedForm } from './print-export.ts'
import type { StampsToExport } from './trails-to-export.ts'

/** What a relay gives a process that works on exports for it. Nothing in it says who asked. */
export type ExportTask =
  | (WhatToExport & { readonly make: 'bag'; readonly file: string })
  /** What another process says is to be sealed, made again from the records. */
  | (WhatToExport & {
      readonly make: 'seal'
      readonly trails: readonly { readonly trail: string; readonly size: number }[]
      readonly leftOut: readonly string[]
      readonly stamps: StampsToExport
    })
  | { readonly make: 'check'; readonly bag: string; readonly fingerprints: readonly string[] }
  | {
      readonly make: 'report'
      readonly bag: string
      readonly file: string
      readonly form: PrintedForm
      /** Of the keys of the relay, as it has them itself. */
      readonly fingerprints: readonly string[]
    }

export interface WhatToExport {
  readonly data: string
  readonly filter: ExportFilter
  readonly reason: string
  /** UTC: 2026-03-02. */
  readonly day: string
}

export type ToExportProcess =
  | { readonly task: ExportTask }
  | { readonly stamps: StampsToExport }
  | { readonly sealed: number }
  | { readonly refused: ExportFailure }

const text = z.string().max(4_096)
const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What such a process may say. Of each question one, and of the words it ends with one. */
export const wordOfProcess = z.union([
  z.strictObject({ stage: z.enum(['checking', 'making']), done: count, of: count }),
  /** The head that is exported is to be stamped by an authority, if the site has one. */
  z.strictObject({ stamp: z.literal(true) }),
  z.strictObject({ seal: z.record(z.string(), z.unknown()) }),
  z.strictObject({ made: z.literal(true) }),
  z.strictObject({ toSeal: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    checked: z.strictObject({
      findings: z.array(text).max(10),
      /** Where the seal stands; null if it does not hold. */
      seal: z.nullable(z.strictObject({ trail: text, seq: count })),
      sha256,
      sizeBytes: count,
    }),
  }),
  z.strictObject({ printed: count }),
  z.strictObject({
    failed: z.strictObject({
      code: z.enum(exportFailures as [ExportFailure, ...ExportFailure[]]),
      unmatched: z.optional(z.strictObject({ list: text, value: text })),
      /** For the log. */
      says: text,
    }),
  }),
])

export type FromExportProcess =
  | Exclude<z.infer<typeof wordOfProcess>, { seal: unknown } | { toSeal: unknown }>
  | { readonly seal: Body }
  | { readonly toSeal: Body }

export type Failed = Extract<FromExportProcess, { failed: unknown }>['failed']
/** With which a task ends. */
export type LastWord = Extract<
  FromExportProcess,
  { made: unknown } | { toSeal: unknown } | { checked: unknown } | { printed: unknown } | { failed: unknown }
>
