import { describe, expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

describe('other people’s text', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test.each([
    ['plain name.dat', 'plain name.dat'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['tab\there', 'tab\\u0009here'],
    ['two\nlines', 'two\\u000alines'],
    ['\ud800 lone', '\\ud800 lone'],
    ['a  b', 'a \\u0020b'],
    [' a ', '\\u0020a\\u0020'],
    ['a\u00a0b\u3000c', 'a\\u00a0b\\u3000c'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['filler\u3164', 'filler\\u3164'],
    ['e\u0301', 'e\\u0301'],
    ['\u00e9', '\u00e9'],
    ['\u0301stray', '\\u0301stray'],
    ['x\u0323\u0323\u0323\u0323', 'x\u0323\u0323\\u0323\\u0323'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['mark \u{110bd}', 'mark \\u{110bd}'],
    ['private \u{10fffd}', 'private \\u{10fffd}'],
    ['\\u{1f9ea} as letters', '\\u005cu{1f9ea} as letters'],
    ['heart \u2764\ufe0f', 'heart \u2764\\ufe0f'],
    ['private \ue000', 'private \\ue000'],
    ['\u05d3\u05d5\u05d3 and \u5c71', '\u05d3\u05d5\u05d3 and \u5c71'],
    ['=HYPERLINK("x")', '=HYPERLINK("x")'],
  ])('%j is printed as %j', (value, printed) => {
    expect(plainText(value)).toBe(printed)
  })
})
