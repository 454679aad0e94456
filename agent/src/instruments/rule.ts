import { z } from 'zod'
import { fieldSource } from './field-source.ts'
import { fileGlob, glob, text } from './schema-parts.ts'

/**
 * When a unit is complete: all rules of its profile must hold. The first kinds serve any profile; the others know one
 * vendor's format and are named after it. `onlyIf` and `unless` say of which file's presence it depends that a rule
 * counts.
 */
const when = { onlyIf: glob.optional(), unless: glob.optional() }
/** For the kinds that know a format: which file it is in. In a single-file unit it is that file. */
const file = glob.default('*')

export const rule = z.discriminatedUnion('rule', [
  /** A file of each pattern is there, and not empty. */
  z.strictObject({ rule: z.literal('present'), files: z.array(glob).min(1).max(32), ...when }),
  /** No file of these patterns larger than so many bytes is there. */
  z.strictObject({
    rule: z.literal('absent'),
    files: z.array(glob).min(1).max(32),
    overBytes: z.int().min(-1).default(-1),
    ...when,
  }),
  /** For each file `of` there is one of the same stem `needs`, be it empty: `*.cd` and `*.cg`. Of a single file: beside it, and not empty. */
  z.strictObject({ rule: z.literal('partner'), of: fileGlob, needs: fileGlob, ...when }),
  /** The file ends with one of these texts, blanks aside. `within`: it need only be in the last so many bytes. */
  z.strictObject({
    rule: z.literal('ends'),
    file: glob,
    with: z.array(text).min(1).max(16),
    within: z.int().min(1).max(65_536).optional(),
    ...when,
  }),
  /** All phrases are in the file; if one of `aborted` is, the run was ended early and that is its end. */
  z.strictObject({
    rule: z.literal('phrases'),
    file: glob,
    all: z.array(text).max(16),
    aborted: z.array(text).max(16).default([]),
    /** Only what follows the last occurrence of this counts. */
    since: text.optional(),
    ...when,
  }),
  /** A value in the metadata is one of these. `optional`: it may be absent. */
  z.strictObject({
    rule: z.literal('value'),
    of: fieldSource,
    is: z.array(text).min(1).max(16),
    aborted: z.array(text).max(16).default([]),
    optional: z.boolean().default(false),
    ...when,
  }),
  z.strictObject({ rule: z.literal('bruker-acquisition'), ...when }),
  z.strictObject({ rule: z.literal('bruker-size'), ...when }),
  z.strictObject({ rule: z.literal('bruker-frames'), ...when }),
  z.strictObject({ rule: z.literal('varian-acquisition'), ...when }),
  z.strictObject({ rule: z.literal('prospa-size'), file, ...when }),
  z.strictObject({ rule: z.literal('jeol-size'), file, ...when }),
  z.strictObject({ rule: z.literal('jcamp-end'), file, ...when }),
  z.strictObject({ rule: z.literal('zip-directory'), file, ...when }),
  z.strictObject({ rule: z.literal('ole2-size'), file, ...when }),
  z.strictObject({ rule: z.literal('netcdf-size'), file, ...when }),
  z.strictObject({ rule: z.literal('mzml-end'), file, ...when }),
  z.strictObject({ rule: z.literal('thermo-header'), file, ...when }),
  z.strictObject({ rule: z.literal('chromeleon-rows'), file, ...when }),
  z.strictObject({ rule: z.literal('sqlite-size'), file, ...when }),
  z.strictObject({ rule: z.literal('opus-blocks'), file, ...when }),
  z.strictObject({ rule: z.literal('wdf-blocks'), file, ...when }),
  z.strictObject({ rule: z.literal('abif-directory'), file, ...when }),
  z.strictObject({ rule: z.literal('json-whole'), file, ...when }),
  z.strictObject({ rule: z.literal('waters-functions'), ...when }),
  z.strictObject({ rule: z.literal('masshunter-devices'), ...when }),
  z.strictObject({ rule: z.literal('chemstation-signals'), ...when }),
])

export type Rule = z.infer<typeof rule>
