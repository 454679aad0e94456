import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteArgument, quotePath, quoteProgram } from './systemd-quote.ts'

test.each([
  ['/srv/data', '"/srv/data"'],
  ['/srv/my data', '"/srv/my data"'],
  ['/srv/100%', '"/srv/100%%"'],
  ['/srv/%h', '"/srv/%%h"'],
  ['/srv/a"b', '"/srv/a\\"b"'],
  ["/srv/it's", '"/srv/it\'s"'],
  ['/srv/a\\b', '"/srv/a\\\\b"'],
  ['/srv/a\\', '"/srv/a\\\\"'],
  ['/srv/a\\x41', '"/srv/a\\\\x41"'],
  ['/srv/a;b', '"/srv/a;b"'],
  ['/srv/$HOME', '"/srv/$HOME"'],
  ['/srv/Übung 1', '"/srv/Übung 1"'],
])('the path %s is written %s', (path, written) => {
  expect(quotePath(path)).toBe(written)
  expect(quoteProgram(path)).toBe(written)
})

test('a prefix of systemd stands inside the quotes', () => {
  expect(quotePath('/mnt/the notary', '-')).toBe('"-/mnt/the notary"')
})

test.each([
  ['$HOME', '"$$HOME"'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd has such variables too
  ['a${B}$', '"a$${B}$$"'],
  ['', '""'],
  [';', '";"'],
  ['100%', '"100%%"'],
])('the argument %s is written %s', (word, written) => {
  expect(quoteArgument(word)).toBe(written)
})

const words = fc.array(fc.string({ unit: fc.constantFrom(...'ab/ \\"\'%$;:-{}üx4'), maxLength: 12 }), {
  maxLength: 6,
})
const pathsOfWords = words.map((all) => all.map((word) => `/${word}`))

test('what is written as arguments is read as those arguments', () => {
  fc.assert(
    fc.property(words, (all) => {
      const line = all.map(quoteArgument).join(' ')
      expect(readWords(line).map((word) => withVariables(withSpecifiers(word)))).toEqual(all)
    }),
    { numRuns: 5_000 },
  )
})

test('what is written as paths is read as those paths', () => {
  fc.assert(
    fc.property(pathsOfWords, (all) => {
      expect(readWords(all.map((path) => quotePath(path)).join(' ')).map(withSpecifiers)).toEqual(all)
    }),
    { numRuns: 5_000 },
  )
})

/** systemd.syntax(7): words apart by spaces, quotes around a word, C escapes. Only what our words can have. */
function readWords(line: string): string[] {
  const found: string[] = []
  let at = 0
  while (at < line.length) {
    if (line[at] === ' ') {
      at++
      continue
    }
    let word = ''
    let quote = ''
    for (; at < line.length && (quote !== '' || line[at] !== ' '); at++) {
      const character = line[at] as string
      if (character === '\\') {
        at++
        if (!['\\', '"', "'"].includes(line[at] ?? ''))
          throw new Error(`an escape that means something else: \\${line[at]}`)
        word += line[at]
      } else if (quote === '' && (character === '"' || character === "'")) quote = character
      else if (character === quote) quote = ''
      else word += character
    }
    if (quote !== '') throw new Error('quotes that do not end')
    found.push(word)
  }
  return found
}

/** systemd.unit(5): `%%` is a percent sign, any other `%` brings in something. */
function withSpecifiers(word: string): string {
  if (/%/.test(word.replaceAll('%%', ''))) throw new Error(`a specifier in ${word}`)
  return word.replaceAll('%%', '%')
}

/** systemd.service(5): `$$` is a dollar sign, any other `$` brings in something. */
function withVariables(word: string): string {
  if (/\$/.test(word.replaceAll('$$', ''))) throw new Error(`a variable in ${word}`)
  return word.replaceAll('$$', '$')
}
