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
