import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { whyUnreadable } from '../system-faults.ts'
import { UnusableInput } from '../unusable-input.ts'

/** The passphrase in a file: its text, without the newline an editor puts at the end. */
export function readPassphrase(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new UnusableInput(`the passphrase file ${file} cannot be read: ${whyUnreadable(error)}`)
  }
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A new passphrase of 128 bits that people can write down: 26 letters of 31. */
export function newPassphrase(): string {
  const letters: string[] = []
  while (letters.length < 26) {
    for (const byte of randomBytes(64)) {
      // Bytes that would favour some letters are thrown away.
      if (byte < 248 && letters.length < 26) letters.push(LETTERS[byte % 31] as string)
    }
  }
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-')
}
