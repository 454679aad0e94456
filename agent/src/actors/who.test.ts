import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseWho } from './who.ts'

const sample = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', name), 'utf8')
/** `who` writes local times, to the minute. */
const local = (year: number, month: number, day: number, hour: number, minute: number): number =>
  new Date(year, month - 1, day, hour, minute).getTime()
const now = local(2026, 3, 2, 10, 0)
const told = (text: string) =>
  parseWho(text, now).map(({ account, id, kind, from }) => [account, id, kind, from])
const tags = ['req/P11-10e-7']

test('who of GNU: consoles, X displays, terminals and logins from elsewhere', { tags }, () => {
  expect(told(sample('who-gnu.txt'))).toEqual([
    ['jdoe', 'tty2', 'console', local(2026, 3, 2, 8, 0)],
    ['asmith', 'pts/0', 'remote', local(2026, 3, 2, 9, 0)],
    ['nmr', ':1', 'console', local(2026, 3, 2, 9, 30)],
    ['jdoe', 'pts/1', 'other', local(2026, 3, 2, 9, 41)],
    ['averyverylonguser', 'seat0', 'console', local(2026, 3, 2, 9, 45)],
  ])
})

test('not executed on this platform: parsed from a sample of recorded form: who of macOS', { tags }, () => {
  expect(told(sample('who-macos.txt'))).toEqual([
    ['jdoe', 'console', 'console', local(2026, 3, 2, 8, 0)],
    ['asmith', 'console', 'console', local(2026, 3, 2, 9, 15)],
    ['jdoe', 'ttys000', 'other', local(2026, 3, 2, 8, 7)],
    // The year does not stand there: the last such day.
    ['kmueller', 'ttys003', 'remote', local(2025, 12, 31, 23, 50)],
  ])
})

test('newer ones say how somebody came', { tags }, () => {
  expect(told('jdoe     sshd pts/0   2026-03-02 08:00 (192.0.2.17)\n')).toEqual([
    ['jdoe', 'pts/0', 'remote', local(2026, 3, 2, 8, 0)],
  ])
})

test('nobody is nobody', () => {
  expect(parseWho('', now)).toEqual([])
  expect(parseWho('\n \n', now)).toEqual([])
})

test.each([
  'USER       TTY            IDLE      TIME            HOST',
  'root       pts/0          00:00     Mar  2 08:02:13 192.0.2.17',
  'jdoe     tty2         02.03.2026 08:00',
  'jdoe',
])('a line of another form makes nobody invisible: %s', { tags: [...tags, 'challenge'] }, (line) => {
  expect(() => parseWho(`${line}\n`, now)).toThrow(/not in a form that is known/)
})

test.each([
  ['2026-13-45 08:00', 0],
  ['Xyz  2 08:00', 0],
])('a time that is none is no logon time: %s', (time, from) => {
  expect(parseWho(`jdoe     tty2         ${time}\n`, now)).toMatchObject([{ account: 'jdoe', from }])
})
