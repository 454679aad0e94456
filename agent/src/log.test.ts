import { expect, test } from 'vitest'
import { wordNotes } from './log.ts'

test('in a terminal an event that somebody has to look at is a line of words, and others are none', () => {
  let said = ''
  const note = wordNotes(
    (text) => {
      said += text
    },
    () => Date.parse('2026-03-02T08:00:00.000Z'),
  )
  note('started', { trail: 't', size: 6 })
  expect(said).toBe('')
  note('alert', { kind: 'account.reset', seq: 6, says: 'a new password was allowed for asmith' })
  note('watch-unavailable', { watch: 'w1', reason: 'ENOENT\u001b[2J' })
  note('not-signed', { error: new Error('the disk is full') })
  note('lock-taken-again', {})
  expect(said.split('\n')).toEqual([
    '  08:00:00 alert: a new password was allowed for asmith',
    expect.stringMatching(/^ {2}08:00:00 watch unavailable: ENOENT\P{Cc}* \(w1\)$/u),
    '  08:00:00 not signed: the disk is full',
    '  08:00:00 lock taken again',
    '',
  ])
})
