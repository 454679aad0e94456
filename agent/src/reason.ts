import { isPlainLine } from '@compliance-relay/shared/relay'
import { UnusableInput } from './unusable-input.ts'

/** How long the reason of a change is: long enough to say something, short enough to be read. */
export const REASON_CHARACTERS = { least: 3, most: 500 } as const

/** The reason as it is going to stand in the record. Throws `UnusableInput`. */
export function requireReason(value: string | undefined): string {
  const reason = value?.trim() ?? ''
  const { least, most } = REASON_CHARACTERS
  if (reason.length < least || reason.length > most)
    throw new UnusableInput(
      `--reason says why, in ${least} to ${most} characters, and stands in the record: ${value === undefined ? 'it is missing' : `this one has ${reason.length}`}`,
    )
  // It stands in the record as it was typed: what cannot be seen there says nothing, and may hide what can.
  if (!isPlainLine(reason))
    throw new UnusableInput(
      '--reason has something in it that cannot be seen, or is no character: type it anew',
    )
  return reason
}
