import { expect, test } from 'vitest'
import { Problem } from '../api/index.ts'
import { reasonFault, reasonOf } from './reason.ts'

test.each([
  ['', 'length'],
  ['because', 'length'],
  ['new study', 'length'],
  [`as agreed ${'y'.repeat(991)}`, 'length'],
  ['          ', 'length'],
  ['..........', 'letters'],
  ['aaaaaaaaaaaaaaa', 'letters'],
  ['abc abc abc abc', 'letters'],
  ['AaBbCc AaBbCc', 'letters'],
  ['as agreed \u202e with QA', 'hidden'],
  ['as agreed\nwith QA', 'hidden'],
  ['as agreed \ud800 with QA', 'hidden'],
])('%j is no reason: %s', { tags: ['challenge'] }, (text, fault) => {
  expect(reasonFault(text.trim())).toBe(fault)
  expect(() => reasonOf(text)).toThrow(Problem)
})

test.each([
  'mended it.',
  ' as agreed with QA ',
  `as agreed ${'y'.repeat(990)}`,
  '承認済みの変更依頼書に従う',
])('%j is a reason', (text) => {
  expect(reasonOf(text)).toBe(text.trim())
})
