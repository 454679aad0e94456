import { z } from 'zod'
import { Problem } from '../../api/index.ts'
import { FormatError, fromUtf8, readStrictJson, type Value } from '../../trail/index.ts'

export const BODY_BYTES_MAX = 1_048_576
/** From whoever is not signed in: a name, a password and a code, however they are escaped. */
export const OPEN_BODY_BYTES_MAX = 16_384
/** Far above what any request needs (ASVS 1.5.3). */
export const BODY_DEPTH_MAX = 16

/**
 * The body of a request, as its schema has it. Refused before it is read any further: what is too large, whatever
 * length was declared, what is not UTF-8, what one reader takes for this and another for that (`readStrictJson`), what
 * is nested too deeply, and whatever the schema does not name. Throws `Problem`, which names the field and repeats
 * nothing that was sent: it may have been a password in the wrong place.
 */
export async function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  bytesMax = BODY_BYTES_MAX,
): Promise<z.infer<Schema>> {
  const value = jsonOf(await readBytes(request, bytesMax))
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const path = issue?.path ?? []
  const names = issue === undefined ? [] : namesFor(issue, schema, path)
  // Of an unknown key the path is that of the object it is in, with the fields it takes: our words, never theirs.
  throw new Problem('bad-request', {
    pointer: pointerOf(path),
    ...(names.length === 0
      ? {}
      : { there: { names: names.slice(0, NAMED_MAX), more: Math.max(0, names.length - NAMED_MAX) } }),
  })
}

/** So many fields or values are named in place of one that is none. */
const NAMED_MAX = 10

/** What there is in place of a field or a value that is none, where the schema has a list of them. */
function namesFor(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  path: readonly PropertyKey[],
): readonly string[] {
  if (issue.code === 'unrecognized_keys') return fieldsAt(schema, path)
  return issue.code === 'invalid_value' ? issue.values.map(String) : []
}

function fieldsAt(schema: z.ZodType, [step, ...more]: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return fieldsAt(schema.unwrap() as z.ZodType, step === undefined ? [] : [step, ...more])
  if (!(schema instanceof z.ZodObject)) return []
  if (step === undefined) return Object.keys(schema.shape)
  const inner = (schema.shape as Record<PropertyKey, z.ZodType>)[step]
  return inner === undefined ? [] : fieldsAt(inner, more)
}

/** For what takes no body. Throws `Problem` if there is one. */
export async function readNoBody(request: Request): Promise<void> {
  if ((await readBytes(request, OPEN_BODY_BYTES_MAX)).length > 0) throw new Problem('body-unreadable')
}

async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw new Problem('body-too-large')
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const part = await nextPart(reader)
    if (part === undefined) return Buffer.concat(parts, size)
    size += part.length
    parts.push(part)
    if (size <= bytesMax) continue
    // The rest is left where it is; that its sender may not like it, is no matter.
    reader.cancel().catch(() => {})
    throw new Problem('body-too-large')
  }
}

/** Undefined at the end. A body that breaks off has nobody left to be told, but is no fault of the relay. */
async function nextPart(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value
  } catch {
    throw new Problem('body-unreadable')
  }
}

function jsonOf(bytes: Uint8Array): Value {
  try {
    const value = readStrictJson(fromUtf8(bytes))
    if (isDeeper(value, BODY_DEPTH_MAX)) throw new Problem('body-unreadable')
    return value
  } catch (error) {
    if (error instanceof FormatError) throw new Problem('body-unreadable')
    throw error
  }
}

/** Whether a value has more than so many levels. `readStrictJson` has bounded them already, so this may recurse. */
function isDeeper(value: Value, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((member) => isDeeper(member, levels - 1))
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
