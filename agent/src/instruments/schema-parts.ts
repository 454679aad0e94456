import { z } from 'zod'
import { PATTERN_LENGTH_MAX } from './glob.ts'

/** A pattern of names: see `glob.ts`. */
export const glob = z.string().min(1).max(PATTERN_LENGTH_MAX)

/** The same for files in the unit, or beside it: a pattern that leads out of there is a mistake. */
export const fileGlob = glob.refine(
  (pattern) => !pattern.startsWith('/') && !pattern.split(/[/\\]/).includes('..'),
  'a pattern of names below the folder, without ".." and no absolute path',
)

/** Text looked for in a file. */
export const text = z.string().min(1).max(200)
