import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { logindSessions, parseLogindSession } from './logind.ts'

const samples = join(import.meta.dirname, 'samples/logind')
const folder = mkdtempSync(join(tmpdir(), 'relay-logind-'))
afterAll(() => rmSync(folder, { recursive: true }))
const nameOf = (uid: number): string | undefined => (uid === 1004 ? 'kmüller' : undefined)
const tags = ['req/P11-10e-7']

test('sessions of people are listed with state, kind and logon; greeters and jobs are not', { tags }, () => {
  const sessions = new Map(logindSessions(samples, nameOf)?.map((one) => [one.id, one]))
  expect([...sessions.keys()].sort()).toEqual(['2', '5', '7', '8'])
  expect(sessions.get('2')).toEqual({
    id: '2',
    account: 'jdoe',
    accountId: 'uid:1000',
    from: Date.parse('2026-03-02T08:00:00.123Z'),
    kind: 'console',
    state: 'active',
  })
  expect(sessions.get('5')).toMatchObject({ account: 'asmith', kind: 'remote', state: 'active' })
})

test('a session that another one took the screen from is disconnected, and still there', {
  tags: [...tags, 'challenge'],
}, () => {
  expect(logindSessions(samples, nameOf)?.find(({ id }) => id === '7')).toMatchObject({
    account: 'nmr',
    kind: 'console',
    state: 'disconnected',
  })
})

test('a session without a user name has the one of its uid, or the uid', { tags }, () => {
  const text = 'UID=1004\nCLASS=user\nSTATE=closing\n'
  expect(parseLogindSession('8', text, nameOf)).toMatchObject({
    account: 'kmüller',
    from: 0,
    state: 'closing',
  })
  expect(parseLogindSession('8', text, () => undefined)).toMatchObject({ account: 'uid 1004' })
})

test.each(['', 'CLASS=user\n', 'UID=1000\n', 'UID=x\nCLASS=user\n', 'UID=1000\nCLASS=manager\n', '\0\0'])(
  '%j is no session of a person',
  { tags },
  (text) => {
    expect(parseLogindSession('1', text, nameOf)).toBe(undefined)
  },
)

test.each(['x', '-1', '1e400', '99999999999999999999999'])('REALTIME=%s is no logon time', (time) => {
  const text = `UID=1000\nUSER=jdoe\nCLASS=user\nREALTIME=${time}\n`
  expect(parseLogindSession('1', text, nameOf)?.from).toBe(0)
})

test('without logind it is not said that nobody is logged in', { tags: [...tags, 'challenge'] }, () => {
  expect(logindSessions(join(folder, 'none'), nameOf)).toBe(undefined)
})

test('what is no session file is not read, and one that cannot be read is not passed over', {
  tags: [...tags, 'challenge'],
}, () => {
  const place = join(folder, 'sessions')
  mkdirSync(place)
  writeFileSync(join(place, '3'), 'UID=1000\nUSER=jdoe\nCLASS=user\n')
  writeFileSync(join(place, '3.ref'), 'UID=1001\nUSER=asmith\nCLASS=user\n')
  expect(logindSessions(place, nameOf)?.map(({ account }) => account)).toEqual(['jdoe'])
  mkdirSync(join(place, '4'))
  expect(() => logindSessions(place, nameOf)).toThrow()
})
