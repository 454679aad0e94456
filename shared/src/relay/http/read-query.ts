import type { z } from 'zod'
import { Problem } from '../../api/index.ts'

/**
 * What stands behind the question mark, by the schema of its route: each name once, and no other. Throws `Problem`
 * `bad-request`, which repeats nothing that was sent.
 */
export function readQuery(request: Request, schema: z.ZodObject | undefined): unknown {
  if (schema === undefined) return undefined
  const given = [...new URL(request.url).searchParams]
  if (new Set(given.map(([name]) => name)).size < given.length) throw new Problem('bad-request')
  const read = schema.safeParse(Object.fromEntries(given))
  if (!read.success) throw new Problem('bad-request')
  return read.data
}
