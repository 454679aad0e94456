import { expect, test } from 'vitest'
import { readFingerprints } from './fingerprints.ts'

const one = '0123456789abcdef'.repeat(4)
const other = 'fe'.repeat(32)

test('fingerprints are read in groups, lines and either case, one after the other', () => {
  expect(readFingerprints('')).toEqual([])
  expect(readFingerprints(` ${one.toUpperCase().replace(/(.{8})/g, '$1 ')}\n`)).toEqual([one])
  expect(readFingerprints(one.replace(/(.{2})(?=.)/g, '$1:'))).toEqual([one])
  expect(readFingerprints(`${one.slice(0, 32)}\n${one.slice(32)}\n${other}`)).toEqual([one, other])
})

test('a digit too few, too many or of another kind is no fingerprint, and never a shorter one', {
  tags: ['challenge'],
}, () => {
  for (const text of [one.slice(1), `${one}0`, `${one.slice(1)}g`, `${one}, ${other}`, 'abc'])
    expect(readFingerprints(text), text).toBeUndefined()
})
