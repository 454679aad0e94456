import { z } from 'zod'
import type { Content, Route } from './route.ts'
import { passwordField, reasonField } from './schemas.ts'

/** Values of one field: they stand in one record. */
const values = z.array(z.string().min(1).max(300)).min(1).max(100)
const time = z.string()

/** The states in which files and data sets can be asked for. */
export const exportStateField = z.enum(['unsigned', 'reviewed', 'approved', 'rejected', 'held'])

/** Which records: of each field that is given, those that have one of its values. Without any, all. */
export const exportFilterField = z.strictObject({
  projects: values.optional(),
  devices: values.optional(),
  instruments: values.optional(),
  persons: values.optional(),
  kinds: values.optional(),
  states: z.array(exportStateField).min(1).max(5).optional(),
  /** From the first time on, and before the second: a day, or a time. */
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
})
export type ExportFilterView = z.infer<typeof exportFilterField>

/** Why there is no bag: one closed list, with what it says to people. */
const failures = {
  'nothing-asked-for': 'No record is what was asked for, so nothing was exported.',
  'trail-unsound':
    'The trail does not verify, so nothing is exported: relay verify --data says what is wrong.',
  'too-many-trails':
    'What is asked for and the names of all trails have no room in one record: ask for less.',
  'not-sealed': 'The relay has signed no head over the seal, so there is no export: relay status says why.',
  'not-allowed': 'Whoever asked may not export any more.',
  held: 'Nothing can be recorded at the moment, so nothing was exported: relay status says why.',
  'no-room':
    'The disk of the relay has too little room left, and captures come first: make room, or ask for less.',
  'too-large': 'The export is larger than the relay makes over this interface: relay export makes it.',
  internal: 'The export could not be made; the log of the relay says why.',
} as const
export type ExportFailure = keyof typeof failures
export const exportFailures = Object.keys(failures) as readonly ExportFailure[]

export function failureSentence(code: ExportFailure): string {
  return failures[code]
}

export const exportStages = ['waiting', 'checking', 'making', 'made', 'failed'] as const
export type ExportStage = (typeof exportStages)[number]

export const exportSchema = z.strictObject({
  /** Nobody can guess it; it opens nothing without a session that may. */
  id: z.string(),
  /** What the first steps are: waiting for others, every trail verified, the bag written. */
  state: z.enum(exportStages),
  /** How far that is, in records; null while there is nothing to count. */
  progress: z.strictObject({ done: z.int(), of: z.int() }).nullable(),
  by: z.strictObject({ id: z.string(), name: z.string() }),
  asked: time,
  reason: z.string(),
  filter: exportFilterField,
  made: z
    .strictObject({
      /** SHA-256 of the file, and of the manifest that the seal commits to. */
      sha256: z.string(),
      manifest: z.string(),
      sizeBytes: z.int(),
      /** Records in it, and those of which it has only the hash. */
      records: z.int(),
      withheld: z.int(),
      /** Trails of the relay that are not in it: they do not verify, or nobody signed a head of them. */
      leftOut: z.array(z.string()),
      /** Trails before of which the notary could not be asked whether it holds a later head. */
      unasked: z.array(z.string()),
      /** What came of a time stamp for the head that is exported; null where the site has no authority for it. */
      timeStamp: z.string().nullable(),
      /** Kept until then, or until there is no room for it. */
      until: time,
    })
    .nullable(),
  failed: z
    .strictObject({
      code: z.enum(exportFailures),
      says: z.string(),
      /** A value that no record has, and of which field. */
      unmatched: z.strictObject({ list: z.string(), value: z.string() }).nullable(),
    })
    .nullable(),
})
export type ExportView = z.infer<typeof exportSchema>

export const trailKeySchema = z.strictObject({
  /** The trail's name. */
  trail: z.string(),
  /** The key that signs its checkpoints, as a line of a policy has it. */
  key: z.string(),
  fingerprint: z.string(),
})
export type TrailKeyView = z.infer<typeof trailKeySchema>

export const reportForms = ['pdf', 'html'] as const
export type ReportForm = (typeof reportForms)[number]

const bytes = (...mediaTypes: readonly string[]) =>
  ({ mediaTypes, caching: [], isStream: false }) as const satisfies Content
const exporting = { action: 'trail.export' } as const
const asking = { ...exporting, method: 'GET', asksPassword: false, body: undefined } as const

/** What may leave as a sealed bag: the same as `relay keys`, `relay export` and `relay report`, for people. */
export const exportRoutes = {
  listTrailKeys: {
    method: 'GET',
    path: '/v1/trail-keys',
    action: 'trail.read',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ keys: z.array(trailKeySchema) }),
    problems: [],
    says:
      'The keys that sign what this relay says, each with its fingerprint. Print them and file them where the relay ' +
      'cannot reach them: exports are checked against that paper, and not against this answer.',
  },
  startExport: {
    ...exporting,
    method: 'POST',
    path: '/v1/exports',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, filter: exportFilterField }),
    result: z.strictObject({ export: exportSchema }),
    problems: ['reason-missing', 'busy'],
    says:
      'Has a sealed bag made of every record, or of those the filter takes. It answers before the bag is made: ask ' +
      'for it by its id. One is made after the other. The seal names whoever asked, and the reason.',
  },
  listExports: {
    ...asking,
    path: '/v1/exports',
    result: z.strictObject({ exports: z.array(exportSchema) }),
    problems: [],
    says: 'Exports of the last 24 hours, the newest first: one’s own; for QA and auditors, everybody’s.',
  },
  readExport: {
    ...asking,
    path: '/v1/exports/:export',
    result: z.strictObject({ export: exportSchema }),
    problems: ['export-unknown'],
    says: 'How far an export is, and what it has come to.',
  },
  readBag: {
    ...asking,
    path: '/v1/exports/:export/bag',
    result: bytes('application/zip'),
    problems: ['export-unknown', 'export-unmade', 'streams-full'],
    says: 'The bag, as a file to be saved: relay verify checks it. It ends short if the session ends meanwhile.',
  },
  readReport: {
    ...asking,
    path: '/v1/exports/:export/report',
    query: z.strictObject({
      form: z.enum(reportForms).optional().describe('`pdf`, a PDF/A, or `html`, a page; `pdf` without it.'),
    }),
    result: bytes('application/pdf', 'text/html; charset=utf-8'),
    problems: ['export-unknown', 'export-unmade', 'busy', 'streams-full', 'report-failed'],
    says:
      'A copy of the bag to read and print, made when it is first asked for. That can take minutes; who gives up and asks ' +
      'again waits for the same one. It is no evidence, ' +
      'the bag is, and every page names it. Always a file to be saved, never a page of this relay.',
  },
} as const satisfies { readonly [name: string]: Route }
