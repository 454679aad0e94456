import { wholeNumber } from './options.ts'

/** Where a relay answers unless told otherwise. */
export const PORT = 7411

/** 0: nowhere. Throws `UnusableInput`. */
export function portOf(option: string | undefined): number {
  return wholeNumber(option, '--port', 0, 65_535) ?? PORT
}
