import { expect, test } from 'vitest'
import { FormatError } from './format-error.ts'
import { readStrictJson } from './strict-json.ts'

function codeOf(text: string): string {
  try {
    readStrictJson(text)
  } catch (error) {
    if (error instanceof FormatError) return error.code
    throw error
  }
  return 'none'
}

test.each(['', ' ', '\n\t\r '.repeat(40)])(
  'a key named twice is seen through %j before its colon',
  (space) => {
    expect(codeOf(`{"a"${space}:1,"a"${space}:2}`)).toBe('duplicate-key')
    expect(codeOf(`{"a"${space}:1,"\\u0061"${space}:2}`)).toBe('duplicate-key')
    expect(codeOf(`{"a"${space}:1,"b"${space}:["a","a"]}`)).toBe('none')
  },
)

/*
 * A mebibyte each, as large as a request may be. Looking for escaped keys once took a minute for a tenth of the first:
 * every escaped quote was taken for the beginning of a string.
 */
test.each([
  ['escaped quotes', `["${'\\"'.repeat(500_000)}"]`],
  ['escaped backslashes', `["${'\\\\'.repeat(500_000)}"]`],
  ['short strings with escapes', `[${Array.from({ length: 150_000 }, () => '"\\n"').join(',')}]`],
  ['space behind a string', `["\\n"${' '.repeat(1_000_000)}]`],
  ['space behind a key', `{"\\n"${' '.repeat(1_000_000)}:1}`],
  ['keys', `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join(',')}}`],
])('a megabyte of %s is read in a moment', { tags: ['challenge'], timeout: 20_000 }, (_, text) => {
  expect(codeOf(text)).toBe('none')
})
