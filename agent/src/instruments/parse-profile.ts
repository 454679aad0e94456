import { z } from 'zod'
import { UnusableInput } from '../unusable-input.ts'
import { fieldSource } from './field-source.ts'
import { rule } from './rule.ts'
import { glob } from './schema-parts.ts'
import { FIELDS, type Profile } from './types.ts'

export const PROFILE_BYTES_MAX = 65_536
const ORDER_USUAL = 500

/** A profile cannot be used. One plain sentence that names the file and the field. */
export class ProfileError extends UnusableInput {}

const at = z.int().min(0).max(4_096).default(0)
const magic = z.union([
  z.strictObject({ text: z.string().min(1).max(64), at }),
  z.strictObject({ hex: z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/), at }),
  z.strictObject({ within: z.string().min(1).max(64) }),
])

/** All of these: `name:*.fid` the folder's own name, `empty:` nothing in it, `!x` no x in it, `x/` a folder. */
const patternList = z.array(glob).min(1).max(16)

const profile = z.strictObject({
  id: z
    .string()
    .max(40)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by -'),
  title: z.string().min(1).max(100),
  unit: z.enum(['folder', 'file']),
  order: z.int().min(0).max(10_000).default(ORDER_USUAL),
  generic: z.boolean().default(false),
  names: z.array(glob).min(1).max(64).default(['*']),
  recognise: z.array(patternList).max(32).default([]),
  forming: z.array(patternList).max(32).default([]),
  magic: z.array(magic).max(16).default([]),
  commonName: z.boolean().default(false),
  complete: z.array(rule).max(32).default([]),
  raw: z.array(glob).max(64).default(['**']),
  fields: z.partialRecord(z.enum(FIELDS), z.array(fieldSource).min(1).max(8)).default({}),
  quietSeconds: z.int().min(0).max(86_400).optional(),
})

/** Reads one profile. `from` is what the file is called, for the message. Throws ProfileError. */
export function parseProfile(text: string, from: string): Profile {
  if (text.length > PROFILE_BYTES_MAX) throw new ProfileError(`${from} is larger than a profile may be`)
  let json: unknown
  try {
    json = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch {
    throw new ProfileError(`${from} is not JSON`)
  }
  const parsed = profile.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue?.path.join('.') ?? ''
    throw new ProfileError(
      `${from}: ${field === '' ? 'the profile' : field}: ${issue?.message ?? 'is not valid'}`,
    )
  }
  const { quietSeconds, ...rest } = parsed.data
  if (rest.unit === 'file' && rest.recognise.length + rest.forming.length > 0)
    throw new ProfileError(`${from}: recognise: a file is recognised by names and magic only`)
  if (rest.unit === 'folder' && rest.magic.length > 0)
    throw new ProfileError(`${from}: magic: only a file begins with something`)
  return { ...rest, ...(quietSeconds === undefined ? {} : { quietSeconds }), others: [] }
}
