import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parsePasswd, parsePasswdLine } from './passwd.ts'

const accounts = parsePasswd(readFileSync(join(import.meta.dirname, 'samples/passwd.txt'), 'utf8'))
const tags = ['req/P11-10e-7']

test.each([
  [1000, 'jdoe', 'Jane Doe'],
  [1001, 'asmith', 'Adam Smith'],
  [1002, 'nmr', 'NMR spectrometer'],
  [1004, 'kmüller', 'Käthe Müller'],
])('%i can be a person: %s, %s', { tags }, (uid, name, fullName) => {
  expect(accounts.get(uid)).toEqual({ uid, id: `uid:${uid}`, name, fullName })
})

test.each([
  [1, /nologin/, undefined],
  [4, /sync/, undefined],
  [33, /nologin/, undefined],
  [120, /false/, undefined],
  [1003, /nologin/, undefined],
  [1005, /machine/, undefined],
  [65_534, /nobody/, undefined],
  [0, /uid 0/, true],
  [990, /uid 990/, true],
])('%i is no person’s: %s; only its number says so: %s', { tags }, (uid, reason, byNumber) => {
  expect(accounts.get(uid)?.service).toMatch(reason)
  expect(accounts.get(uid)?.byNumber).toBe(byNumber)
})

test('of two lines with one number the first is the account', { tags: [...tags, 'challenge'] }, () => {
  expect(accounts.get(1000)?.name).toBe('jdoe')
  expect([...accounts.values()].some(({ name }) => name === 'jane')).toBe(false)
})

test.each([
  '',
  ':',
  ':x:1000:1000::/:/bin/sh',
  '+@staff::::::',
  '-jdoe:x:1000:1000::/:/bin/sh',
  'jdoe',
  'jdoe:x::1000::/:/bin/sh',
  'jdoe:x:-1:1000::/:/bin/sh',
  'jdoe:x:1e3:1000::/:/bin/sh',
  'jdoe:x:10000000000:1000::/:/bin/sh',
])('%j is no account', { tags: [...tags, 'challenge'] }, (line) => {
  expect(parsePasswdLine(line)).toBe(undefined)
})

test('an account without a shell has the usual one; a full name that is the account’s is none', () => {
  expect(parsePasswdLine('jdoe:x:1000:1000:jdoe:/home/jdoe:')).toEqual({
    uid: 1000,
    id: 'uid:1000',
    name: 'jdoe',
  })
})
