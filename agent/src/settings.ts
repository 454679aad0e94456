import { shown } from '@compliance-relay/shared/trail'
import { z } from 'zod'

/*
 * What a site has decided: which folders, which projects, who is who. Settings live in the trail: each change is
 * a record with what was before, what is now, who and why. The copy the relay works with is the last record's.
 */

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'no control characters')

export const projectId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    '1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit',
  )

export const watchSettings = z.strictObject({
  id: z.string().regex(/^w[0-9]{1,6}$/),
  /** Absolute path of the folder. */
  path: text(4096),
  project: projectId,
  /** What people call the instrument. */
  device: text(100),
  /** Take everything for this profile's instrument; without it every profile is tried. */
  profile: z.optional(z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/)),
  /** How long nothing must have changed before a unit counts as at rest. */
  quietSeconds: z.int().min(1).max(3600),
  /** False: hints of the operating system are not used, e.g. on a network share. */
  hints: z.boolean(),
  /** Since when it is watched no more. It keeps its id, so that it can be taken up again where it was left. */
  ended: z.optional(text(24)),
})

export const settingsSchema = z.strictObject({
  org: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'a domain in lower-case letters, digits, dots and hyphens'),
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, dots and hyphens'),
  /** The folder of the notary, and the name it gave itself when it was made: a swapped one has another. */
  notary: z.strictObject({
    folder: text(4096),
    identity: text(100),
    /** True where only a copy that anybody can have written names it: it is not asked until somebody says which it is. */
    isInDoubt: z.optional(z.boolean()),
    /** True where somebody said which it is, after records that said so were lost: they may have said it wrong. */
    isNamed: z.optional(z.boolean()),
  }),
  projects: z.array(projectId).min(1).max(500),
  watches: z.array(watchSettings).max(100),
  persons: z
    .array(
      z.strictObject({
        id: text(100),
        name: text(200),
        disabled: z.optional(z.boolean()),
        since: z.optional(text(24)),
      }),
    )
    .max(500),
  shared: z.array(text(100)).max(200),
  order: z.array(z.enum(['file-owner', 'badge', 'os-session'], 'file-owner, badge or os-session')).min(1),
  /** Badges: SHA-256 of the code, and whose it is. */
  badges: z.array(z.strictObject({ person: text(100), hash: z.string().regex(/^[0-9a-f]{64}$/) })).max(500),
  /** Names that are no data, as patterns with `*`. */
  ignore: z.array(text(100)).max(50),
})

export type Settings = z.infer<typeof settingsSchema>
export type WatchSettings = Settings['watches'][number]

/** Names that operating systems and office programs leave behind: never data, and said so in the trail. */
export const IGNORED_BY_DEFAULT: readonly string[] = ['desktop.ini', 'Thumbs.db', '.DS_Store', '._*', '~$*']

export const QUIET_SECONDS = 3

/** The settings a value holds, or one plain sentence naming the field, as `nameOf` calls it. Throws `SettingsError`. */
export function parseSettings(
  value: unknown,
  nameOf = (path: readonly PropertyKey[]): string => path.join('.'),
): Settings {
  const parsed = settingsSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const found = path.reduce<unknown>((held, name) => (held as Record<PropertyKey, unknown>)?.[name], value)
  const what = typeof found === 'string' ? `${shown(found)} is not as it must be` : 'not as it must be'
  throw new SettingsError(`${nameOf(path) || 'settings'}: ${what}: ${issue?.message ?? 'another form'}`)
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

export function activeWatches({ watches }: Pick<Settings, 'watches'>): WatchSettings[] {
  return watches.filter(({ ended }) => ended === undefined)
}
