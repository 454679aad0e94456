import { z } from 'zod'
import { glob, text } from './schema-parts.ts'

/** The ways metadata is read. What `key` means to each is said in the file of that name in `readers`. */
export const READERS = [
  'text',
  'pairs',
  'ldr',
  'xml',
  'xml-field',
  'json',
  'zip-xml',
  'bruker-audit',
  'varian',
  'jeol',
  'thermo',
  'netcdf',
  'sqlite',
  'opus',
  'chemstation',
  'shimadzu',
  'stamp',
  'run-log',
] as const
export type ReaderName = (typeof READERS)[number]

/** Where a value is: which reader, which file, and what the reader calls it. */
export const fieldSource = z.strictObject({
  reader: z.enum(READERS),
  /** The first file of this pattern, by path. In a single-file unit it is that file. */
  file: glob.default('*'),
  key: z.string().max(200).default(''),
  /** Keys of further values, joined to the first by a blank: a date and a time. */
  and: z.array(text).max(3).default([]),
  /** For `pairs`: what stands before each key, and between key and value. */
  prefix: z.string().max(20).default(''),
  separator: z.string().min(1).max(5).default('='),
  /** For `zip-xml`: the file inside the archive. */
  inside: glob.optional(),
  /** The value is a number of seconds since 1970. */
  epoch: z.boolean().default(false),
  /** Only the part after the last of these: `\` makes a path its last part. */
  after: z.string().max(5).optional(),
  /** Only if there is one such file, or in XML one such value: of many samples none is the one. */
  alone: z.boolean().default(false),
  /** A value without this text does not count. */
  mustHave: text.optional(),
})

export type FieldSource = z.infer<typeof fieldSource>
