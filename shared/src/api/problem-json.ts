import { z } from 'zod'
import { passwordChangeSchema } from './password-change.ts'
import { roles } from './policy.ts'
import { isProblemCode, Problem, type ProblemCode, problemCodes, sentenceOf, statusOf } from './problem.ts'
import { detailOf, detailSentence } from './problem-detail.ts'
import { decidedSchema } from './signatures.ts'

/** The media type of a refusal (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json'

/** Names of projects and kinds, and nothing that says anything else. */
const thereSchema = z.object({
  names: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._*-]{0,63}$/)).max(10),
  more: z.int().min(0),
})

const leastSchema = z.int().min(1).max(1_000)

/** RFC 9457, section 3.1, and the code for programs. `type` is a reference that stays the same for ever. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(problemCodes),
  /** The field it is about (RFC 6901). */
  pointer: z.string().optional(),
  /** What it is about this time, in words. */
  detail: z.string().optional(),
  /** Of `forbidden`: the roles that may do it. */
  roles: z.array(z.enum(roles)).optional(),
  /** Of `password-short`: the characters it takes, by the rules of the site. */
  least: leastSchema.optional(),
  /** Of `password-change-needed`: why. */
  passwordChange: passwordChangeSchema.optional(),
  /** Of a name that nothing has: those there are, the nearest first, and how many more. */
  there: thereSchema.optional(),
  /** Of `held-decided`: what was decided, by whom and when. */
  decided: decidedSchema.optional(),
})

export function problemJson({ code, details }: Problem): z.infer<typeof problemSchema> {
  const { pointer, detail, least, passwordChange, there, decided } = details
  const allowed = roles.filter((role) => details.roles?.includes(role))
  return {
    type: problemTypeOf(code),
    title: sentenceOf(code),
    status: statusOf(code),
    code,
    ...(pointer === undefined ? {} : { pointer }),
    ...(detail === undefined ? {} : { detail: detailSentence(detail) }),
    ...(allowed.length === 0 ? {} : { roles: allowed }),
    ...(least === undefined ? {} : { least }),
    ...(passwordChange === undefined ? {} : { passwordChange }),
    ...(there === undefined ? {} : { there: { names: [...there.names], more: there.more } }),
    ...(decided === undefined ? {} : { decided }),
  }
}

/** What a refusal says besides its text. A 401 names how to sign in, and a wait its length (RFC 9110, 11.6.1, 10.2.3). */
export function problemHeaders({ code, details }: Problem): Readonly<Record<string, string>> {
  return {
    'content-type': PROBLEM_TYPE,
    ...(statusOf(code) === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(details.retryAfterSeconds === undefined ? {} : { 'retry-after': String(details.retryAfterSeconds) }),
  }
}

export function problemTypeOf(code: ProblemCode): string {
  return `/problems/${code}`
}

/**
 * The refusal an answer is; undefined if it is none that this version knows. Members it does not know are passed over,
 * as RFC 9457 asks of readers.
 */
export function readProblem(json: unknown, retryAfter: string | null): Problem | undefined {
  const read = readable.safeParse(json)
  if (!read.success || !isProblemCode(read.data.code)) return undefined
  const { code, pointer } = read.data
  const there = thereSchema.safeParse(read.data.there)
  const least = leastSchema.safeParse(read.data.least)
  const change = passwordChangeSchema.safeParse(read.data.passwordChange)
  const decided = decidedSchema.safeParse(read.data.decided)
  const detail = detailOf(read.data.detail)
  const allowed = roles.filter((role) => read.data.roles?.includes(role))
  const seconds = /^[0-9]{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
  return new Problem(code, {
    ...(pointer === undefined ? {} : { pointer }),
    ...(detail === undefined ? {} : { detail }),
    ...(allowed.length === 0 ? {} : { roles: allowed }),
    ...(least.success ? { least: least.data } : {}),
    ...(change.success ? { passwordChange: change.data } : {}),
    ...(there.success ? { there: there.data } : {}),
    ...(decided.success ? { decided: decided.data } : {}),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  })
}

const readable = z.object({
  code: z.string(),
  pointer: z.string().optional(),
  detail: z.string().optional(),
  roles: z.array(z.string()).optional(),
  least: z.unknown().optional(),
  passwordChange: z.unknown().optional(),
  there: z.unknown().optional(),
  decided: z.unknown().optional(),
})
