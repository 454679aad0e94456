import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrivingName, matchesAny } from './glob.ts'

test.each([
  ['*.d', 'Sample 1.D', true],
  ['*.d', 'a.d/b', false],
  ['*.d', '.d', true],
  ['fid|ser', 'SER', true],
  ['fid|ser', 'fids', false],
  ['pdata/*/1r', 'pdata/12/1r', true],
  ['pdata/*/1r', 'pdata/1/2/1r', false],
  ['pdata/**', 'pdata/1/2/1r', true],
  ['**', 'a/b/c', true],
  ['**/x', 'a/b/x', true],
  ['_func#.dat', '_FUNC001.DAT', true],
  ['_func#.dat', '_func.dat', false],
  ['acqu#s', 'acqu2s', true],
  ['acqu#s', 'acqus', false],
  ['#', '10', true],
  ['#', '10a', false],
  ['?.txt', 'a.txt', true],
  ['?.txt', '/.txt', false],
  ['a.b', 'axb', false],
  ['(a+)+$', '(a+)+$', true],
  ['*a*b*c', 'xxaxxbxxc', true],
  ['*a*b*c', 'xxaxxcxxb', false],
])('%s matches %s: %s', (pattern, name, expected) => {
  expect(matchesAny([pattern], name)).toBe(expected)
})

test('no pattern makes matching slow', () => {
  const started = performance.now()
  expect(matchesAny([`${'*a'.repeat(100)}b`], 'a'.repeat(4_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('ten profiles full of the worst patterns do not hold up a scan at one name', {
  tags: ['req/P11-10e-2', 'challenge'],
}, () => {
  const patterns = Array.from({ length: 3_200 }, (_, i) => `${['*a', '*?', 'a#'][i % 3]}`.repeat(98) + i)
  const started = performance.now()
  expect(matchesAny(patterns, 'a'.repeat(255))).toBe(false)
  expect(performance.now() - started).toBeLessThan(1_500)
})

test('what a pattern matches is what the same regular expression does', () => {
  const part = fc.constantFrom('*', '**', '?', '#', 'a', '1', '/', '.')
  const char = fc.constantFrom('a', '1', '2', '/', '.', 'b')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(char, { maxLength: 10 }), (parts, chars) => {
      const pattern = parts.join('')
      const source = pattern.replaceAll(/\*\*|[*?#.]/g, (one) => as[one] ?? one)
      expect(matchesAny([pattern], chars.join(''))).toBe(
        new RegExp(`^(?:${source})$`, 's').test(chars.join('')),
      )
    }),
    { numRuns: 3_000 },
  )
})

const as: { readonly [part: string]: string } = {
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '#': '[0-9]+',
  '.': '\\.',
}

test.each([
  ['.fid.Ab12Cd', 'fid'],
  ['._HEADER.TXT.x9Y2zz', '_HEADER.TXT'],
  ['data.ms.filepart', 'data.ms'],
  ['x.part', 'x'],
  ['.part', undefined],
  ['.gitignore', undefined],
  ['._precom.output', undefined],
  ['.eslintrc.config', undefined],
  ['fid', undefined],
  ['..Ab12Cd', undefined],
])('%s will be %s', (name, expected) => {
  expect(arrivingName(name)).toBe(expected)
})
