import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type AccountLookup, accountKnown, type Known } from './account-known.ts'
import { enrolmentWarnings } from './enrolment-warnings.ts'
import type { Commands } from './run-command.ts'
import { WindowsError } from './windows-calls.ts'

const folder = mkdtempSync(join(tmpdir(), 'relay-exists-'))
const passwd = join(folder, 'passwd')
writeFileSync(passwd, 'jdoe:x:1000:1000:Jane Doe:/home/jdoe:/bin/bash\n')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const says = (code: number | null, text = ''): Commands => ({
  now: () => ({ code, text }),
  run: async () => ({ code, text }),
})

const isThere = (known: Known) => (known === undefined ? undefined : known !== false)
const accountExists = (name: string, lookup: AccountLookup) => isThere(accountKnown(name, lookup))

describe('an account', () => {
  test.each([
    [0, 'jdoe:x:1000:1000:Jane Doe:/home/jdoe:/bin/bash\n', true],
    [0, 'other:x:1000:1000::/:/bin/sh\n', false],
    [2, '', false],
    [null, '', true],
  ])('of Linux is there if getent knows it by this name (%s)', (code, text, expected) => {
    expect(accountExists('jdoe', { platform: 'linux', commands: says(code, text), passwd })).toBe(expected)
  })

  test('is not said to be missing where nobody could be asked', () => {
    expect(accountExists('rroe', { platform: 'linux', commands: says(null), passwd })).toBe(undefined)
    expect(accountExists('rroe', { platform: 'linux', commands: says(1), passwd: folder })).toBe(undefined)
    expect(accountExists('jdoe', { platform: 'darwin', commands: says(null) })).toBe(undefined)
    const sidOf = () => {
      throw new WindowsError('LookupAccountNameW', 1789)
    }
    expect(accountExists('LAB\\jdoe', { platform: 'win32', sidOf })).toBe(undefined)
  })

  test('of macOS or Windows is asked for in its way', () => {
    const text = 'name: jdoe\npassword: *\nuid: 501\ngid: 20\ndir: /Users/jdoe\nshell: /bin/zsh\n'
    expect(accountExists('jdoe', { platform: 'darwin', commands: says(0, text) })).toBe(true)
    expect(accountExists('jdoe', { platform: 'darwin', commands: says(0) })).toBe(false)
    expect(accountExists('LAB\\jdoe', { platform: 'win32', sidOf: () => 'S-1-5-21-1' })).toBe(true)
    expect(accountExists('LAB\\jdoe', { platform: 'win32', sidOf: () => undefined })).toBe(false)
  })
})

test('who is enrolled with an account of a service is told that no file of it is theirs', () => {
  const games = 'games:x:5:60:games:/usr/games:/usr/sbin/nologin\n'
  const known = accountKnown('games', { platform: 'linux', commands: says(0, games), passwd })
  expect(known).toMatchObject({ service: 'nobody can log in to it (/usr/sbin/nologin)' })
  expect(accountKnown('NT AUTHORITY\\SYSTEM', { platform: 'win32', sidOf: () => 'S-1-5-18' })).toEqual({
    service: 'LocalSystem',
  })
  const gus = { id: 'games', name: 'Gus Ames' }
  const [warning, ...others] = enrolmentWarnings({ persons: [gus], shared: [] }, () => known)
  expect(warning).toBe(
    'the account "games" is no person\'s: nobody can log in to it (/usr/sbin/nologin). What it writes stays nobody\'s (service-account), and none of it is recorded as "Gus Ames"\'s',
  )
  expect(others).toEqual([])
  const daemon = { service: 'system account (uid 2)', byNumber: true }
  expect(enrolmentWarnings({ persons: [gus], shared: [] }, () => daemon)).toEqual([])
})

test('who is enrolled with an account that is not there, or by no name, is warned of', () => {
  const jane = { id: 'jdoe', name: 'Jane Doe' }
  expect(enrolmentWarnings({ persons: [jane], shared: ['nmr'] }, () => ({}))).toEqual([])
  expect(enrolmentWarnings({ persons: [jane], shared: ['nmr'] }, () => undefined)).toEqual([])
  const warnings = enrolmentWarnings(
    { persons: [jane, { id: 'root', name: 'root' }], shared: ['nmr'] },
    (id) => id === 'root' && { service: 'system account (uid 0)', byNumber: true },
  )
  expect(warnings).toEqual([
    expect.stringContaining('there is no account "jdoe" on this machine'),
    expect.stringContaining("only the account's name"),
    expect.stringContaining('there is no account "nmr" on this machine'),
  ])
})
