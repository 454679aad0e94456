import type { PasswordChange, PasswordFault } from './password-change.ts'

/* Beside the schema, so that a page has the sentence without it. */

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
