import type { z } from 'zod'
import { Problem } from '../../api/index.ts'

/**
 * What stands behind the question mark, by the schema of its route: each name once, and no other. Throws `Problem`
 * `bad-request` with the name that it is about, if the route has it: what was sent is not repeated.
 */
export function readQuery(request: Request, schema: z.ZodObject | undefined): unknown {
  if (schema === undefined) return undefined
  const given = [...new URL(request.url).searchParams]
  const names = given.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refused(schema, twice)
  const read = schema.safeParse(Object.fromEntries(given))
  if (!read.success) throw refused(schema, read.error.issues[0]?.path[0])
  return read.data
}

function refused(schema: z.ZodObject, name: PropertyKey | undefined): Problem {
  const known = Object.keys(schema.shape).find((one) => one === name)
  return new Problem('bad-request', known === undefined ? {} : { pointer: `/${known}` })
}
