import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FormatError, type FormatErrorCode } from '@compliance-relay/shared/trail'

/** A file of vectors, as it was made. */
// biome-ignore lint/suspicious/noExplicitAny: the vectors are data; each test says what it reads from them
export function vectors(name: string): any {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
}

interface Repeated {
  readonly repeat?: { readonly of: string; readonly as: string; readonly times: number }
}

/** The text of a vector that is too long to be written out. */
export function written(text: string, { repeat }: Repeated): string {
  return repeat === undefined ? text : text.replace(repeat.of, repeat.as.repeat(repeat.times))
}

/** The code with which something is refused; fails the test if it is not refused, or by another error. */
export function codeOf(read: () => unknown): FormatErrorCode {
  try {
    read()
  } catch (error) {
    if (error instanceof FormatError) return error.code
    throw error
  }
  throw new Error('this was accepted')
}
