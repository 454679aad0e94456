import type { z } from 'zod'
import { Problem } from '../../api/index.ts'

/**
 * What stands behind the question mark, by the schema of its route: each name once, and no other. Throws `Problem`
 * `bad-request` with the name that it is about, if the route has it, and which values that takes, if they are a few: what
 * was sent is not repeated.
 */
export function readQuery(request: Request, schema: z.ZodObject | undefined): unknown {
  if (schema === undefined) return undefined
  const given = [...new URL(request.url).searchParams]
  const names = given.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refused(schema, twice)
  const read = schema.safeParse(Object.fromEntries(given))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw refused(schema, issue?.path[0], issue?.code === 'invalid_value' ? issue.values.map(String) : [])
}

/** `there`: the values there are, where it takes one of a few. */
function refused(schema: z.ZodObject, name: PropertyKey | undefined, there: readonly string[] = []): Problem {
  const known = Object.keys(schema.shape).find((one) => one === name)
  return new Problem('bad-request', {
    ...(known === undefined ? {} : { pointer: `/${known}` }),
    ...(there.length === 0 ? {} : { there: { names: there, more: 0 } }),
  })
}
