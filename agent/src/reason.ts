import {
  REASON_CHARACTERS,
  REASON_LETTERS_MIN,
  type ReasonFault,
  reasonFault,
} from '@compliance-relay/shared/asking'
import { UnusableInput } from './unusable-input.ts'

/** The reason as it is going to stand in the record. Throws `UnusableInput`. */
export function requireReason(value: string | undefined): string {
  const reason = value?.trim() ?? ''
  const fault = reasonFault(reason)
  if (fault !== undefined)
    throw new UnusableInput(`--reason ${reasonSentence(fault, reason, value === undefined)}`)
  return reason
}

/** What is to be said of a reason that is none, after the word for it. */
export function reasonSentence(fault: ReasonFault, reason: string, isMissing = false): string {
  const { least, most } = REASON_CHARACTERS
  const found = isMissing ? 'it is missing' : `this one has ${reason.length}`
  const sentences: { readonly [F in ReasonFault]: string } = {
    length: `says why, in ${least} to ${most} characters, and stands in the record: ${found}`,
    letters: `says why, and has at least ${REASON_LETTERS_MIN} different letters or digits`,
    hidden: 'has something in it that cannot be seen, or is no character: type it anew',
  }
  return sentences[fault]
}
