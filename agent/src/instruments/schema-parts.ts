import { z } from 'zod'
import { PATTERN_LENGTH_MAX } from './glob.ts'

/** A pattern of names: see `glob.ts`. */
export const glob = z.string().min(1).max(PATTERN_LENGTH_MAX)

/** Text looked for in a file. */
export const text = z.string().min(1).max(200)
