import { z } from 'zod'

/** What is wrong with a password that is somebody's, so that they have to set another: one closed list. */
export const passwordFaults = [
  'password-old',
  'password-short',
  'password-composition',
  'password-common',
  'password-context',
  'password-repeats',
] as const

export type PasswordFault = (typeof passwordFaults)[number]

/** Why nothing can be done before another password is set. */
export const passwordChangeSchema = z.strictObject({
  because: z.enum(passwordFaults),
  /** Of `password-old` the days, of `password-short` the characters that the rule asks for; null of the others. */
  asks: z.int().min(1).max(10_000).nullable(),
  /** Since when the site asks for it; null where every relay does, or where a trail before says so. */
  since: z.iso.datetime({ precision: 3 }).nullable(),
  /** When the present one was set. */
  set: z.iso.datetime({ precision: 3 }),
})

export type PasswordChange = z.infer<typeof passwordChangeSchema>
