import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import {
  BADGE_MILLISECONDS,
  badgeHash,
  badgeIn,
  badgeOut,
  checkBadge,
  endedBadge,
  newBadge,
} from './badge.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const badge = newBadge(new Uint8Array(16).fill(0x5a))
const plain = badge.code.replaceAll('-', '')
const tags = ['req/P11-10e-7']

test('a code has 128 bits, a check letter, and is not what is kept', { tags }, () => {
  expect(badge.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{9}-[0-9A-HJKMNP-TV-Z]{9}-[0-9A-HJKMNP-TV-Z]{9}$/)
  expect(badge.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(badgeHash(badge.code)).toBe(badge.hash)
  const many = Array.from({ length: 500 }, () => newBadge(new Uint8Array(randomBytes(16))))
  expect(new Set(many.map(({ hash }) => hash)).size).toBe(500)
  expect(many.every(({ code, hash }) => badgeHash(code) === hash)).toBe(true)
  expect(() => newBadge(new Uint8Array(15))).toThrow(RangeError)
})

test('every bit of the random bytes is in the code', { tags }, () => {
  const codes = new Set<string>()
  for (let bit = 0; bit < 128; bit++) {
    const bytes = new Uint8Array(16)
    bytes[bit >> 3] = 1 << (bit & 7)
    codes.add(newBadge(bytes).code)
  }
  expect(codes.size).toBe(128)
})

test('hyphens, spaces, small letters and letters taken for digits do not matter', { tags }, () => {
  expect(badgeHash(` ${badge.code.toLowerCase()}\n`)).toBe(badge.hash)
  const zero = newBadge(new Uint8Array(16))
  expect(badgeHash(zero.code.replaceAll('0', 'o'))).toBe(zero.hash)
  const one = newBadge(Uint8Array.from({ length: 16 }, () => 0x84))
  expect(one.code).toContain('1')
  expect(badgeHash(one.code.replaceAll('1', 'l'))).toBe(one.hash)
})

test('any one wrong letter is called misread', { tags: [...tags, 'challenge'] }, () => {
  for (let i = 0; i < plain.length; i++)
    for (const letter of LETTERS)
      if (letter !== plain[i])
        expect(() => badgeHash(plain.slice(0, i) + letter + plain.slice(i + 1))).toThrow(/misread/)
})

test('any two letters that changed places are called misread', { tags: [...tags, 'challenge'] }, () => {
  const code = newBadge(Uint8Array.from({ length: 16 }, (_, i) => (i * 37 + 11) & 255)).code.replaceAll(
    '-',
    '',
  )
  for (let i = 0; i < code.length; i++)
    for (let j = i + 1; j < code.length; j++) {
      if (code[i] === code[j]) continue
      const letters = [...code]
      letters[i] = code[j] as string
      letters[j] = code[i] as string
      expect(() => badgeHash(letters.join(''))).toThrow(/misread/)
    }
})

test.each([
  '',
  'x',
  plain.slice(1),
  `${plain}0`,
  `ß${plain.slice(1)}`,
  `U${plain.slice(1)}`,
  '💾'.repeat(27),
])('%j is no badge code', { tags }, (typed) => {
  expect(() => badgeHash(typed)).toThrow(UnusableInput)
  expect(() => badgeHash(typed)).toThrow(/not a badge code/)
})

test('a badge is its person’s; unknown, orphaned and disabled ones are told apart from misread', {
  tags,
}, () => {
  const persons = [
    { id: 'jdoe', name: 'Jane Doe' },
    { id: 'leaver', name: 'Lea Ver', disabled: true },
  ]
  const owned = (person: string) => ({ persons, badges: [{ person, hash: badge.hash }] })
  expect(checkBadge(badge.code, owned('jdoe'))).toEqual(persons[0])
  expect(() => checkBadge(badge.code, { persons, badges: [] })).toThrow(/not known here/)
  expect(() => checkBadge(badge.code, owned('gone'))).toThrow(/not known here/)
  expect(() => checkBadge(badge.code, owned('leaver'))).toThrow(/Lea Ver is disabled/)
})

test('one person at a time: who signs in signs out whoever was signed in', { tags }, () => {
  const first = badgeIn([], 'jdoe', 'a', 1_000)
  const second = badgeIn(first, 'asmith', 'b', 5_000)
  expect(second).toEqual([
    { person: 'jdoe', ref: 'a', from: 1_000, to: 5_000 },
    { person: 'asmith', ref: 'b', from: 5_000 },
  ])
  expect(badgeOut(second, 9_000).every(({ to }) => to !== undefined)).toBe(true)
  expect(badgeOut(badgeOut(second, 9_000), 12_000)).toEqual(badgeOut(second, 9_000))
})

test('a badge left signed in ends by itself after eight hours', { tags }, () => {
  const left = { person: 'jdoe', ref: 'a', from: 1_000 }
  const end = 1_000 + BADGE_MILLISECONDS
  expect(endedBadge(left, end - 1)).toEqual(left)
  expect(endedBadge(left, end)).toEqual({ ...left, to: end })
  expect(badgeOut([left], end + 5_000)).toEqual([{ ...left, to: end }])
  expect(endedBadge({ ...left, to: end + 5_000 }, 0)).toEqual({ ...left, to: end })
  expect(endedBadge(left, 61_000, 60_000)).toEqual({ ...left, to: 61_000 })
})

test('a clock that is set back makes no interval that ends before it begins', {
  tags: [...tags, 'challenge'],
}, () => {
  expect(badgeOut([{ person: 'jdoe', ref: 'a', from: 1_000 }], 500)).toEqual([
    { person: 'jdoe', ref: 'a', from: 1_000, to: 1_000 },
  ])
})
