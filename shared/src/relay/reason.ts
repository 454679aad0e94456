import { Problem } from '../api/index.ts'
import { isPlainLine } from './plain-line.ts'

/** How long a reason is: long enough to say something, short enough to be read. */
export const REASON_CHARACTERS = { least: 10, most: 1_000 } as const
/** So many different letters or digits: fewer are a key that was held down. */
export const REASON_LETTERS_MIN = 4

/** What is wrong with a reason: its length, that it says nothing, or that something in it cannot be seen. */
export type ReasonFault = 'length' | 'letters' | 'hidden'

/** The one rule for what somebody says a change is for, whoever is told it and wherever. `text` is trimmed. */
export function reasonFault(text: string): ReasonFault | undefined {
  if (text.length < REASON_CHARACTERS.least || text.length > REASON_CHARACTERS.most) return 'length'
  // It stands in the record as it was typed: what cannot be seen there says nothing, and may hide what can.
  if (!isPlainLine(text)) return 'hidden'
  const letters = new Set(text.toLowerCase().match(/[\p{L}\p{N}]/gu) ?? [])
  return letters.size < REASON_LETTERS_MIN ? 'letters' : undefined
}

/** The reason as it is going to stand in the record. Throws `Problem` `reason-missing`. */
export function reasonOf(typed: string): string {
  const reason = typed.trim()
  if (reasonFault(reason) !== undefined) throw new Problem('reason-missing')
  return reason
}
