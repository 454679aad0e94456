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

/** For whoever has to set another. */
export function passwordChangeSentence({ because, asks, since, set }: PasswordChange): string {
  const rule = since === null ? '' : `, as this site asks since ${dayOf(since)}`
  return `The present one, of ${dayOf(set)}, ${says(because, asks)}${rule}.`
}

function says(because: PasswordFault, asks: number | null): string {
  switch (because) {
    case 'password-old':
      return `is older than ${asks} days`
    case 'password-short':
      return `has fewer than ${asks} characters`
    case 'password-composition':
      return 'lacks a kind of character: capital and small letters, digits, and others'
    case 'password-common':
      return 'is on a list of common passwords by now, or very like one that is'
    case 'password-context':
      return 'has the user id, the name, or a word of this site in it, such as its domain, a project or a device'
    case 'password-repeats':
      return 'repeats the same few characters'
  }
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}
