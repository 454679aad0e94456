import { macKey } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { type Note, readNote, sealedNote } from './sealed-note.ts'

const key = macKey(new Uint8Array(32).fill(1))
const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const note: Note = {
  trail: origin,
  size: 7,
  settings: 'ab'.repeat(32),
  alive: { at: 1_772_000_000_000, stopped: false, oldest: 1_771_000_000_000 },
}
const kept = () => JSON.parse(JSON.stringify(sealedNote(key, note))) as { [name: string]: unknown }

test('a note is read as it was made, with what else is kept beside it', () => {
  expect(readNote(key, origin, kept())).toEqual(note)
  expect(readNote(key, origin, { ...kept(), pid: 1, beat: 2 })).toEqual(note)
  const first = { ...note, alive: undefined }
  expect(readNote(key, origin, { ...sealedNote(key, first) })).toEqual(first)
})

test.each<[string, { readonly [name: string]: unknown }]>([
  ['of another time', { at: 1_772_000_000_001 }],
  ['of an orderly stop', { stopped: true }],
  ['of fewer files on their way', { oldest: undefined }],
  ['of more records', { size: 8 }],
  ['of other settings', { settings: 'cd'.repeat(32) }],
  ['without a time', { at: undefined, stopped: undefined, oldest: undefined }],
  ['of another trail', { trail: `${origin}x` }],
  ['whose seal is none', { seal: 'ab'.repeat(32) }],
  ['whose seal has another form', { seal: 'AB' }],
  ['without a seal', { seal: undefined }],
  ['whose time is a text', { at: '1772000000000' }],
])('a note %s is not the one that was made', { tags: ['req/P11-10e-6', 'challenge'] }, (_, other) => {
  expect(readNote(key, origin, { ...kept(), ...other })).toBeUndefined()
})

test('a note under another key, of another trail, or of no form is none', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  expect(readNote(macKey(new Uint8Array(32).fill(2)), origin, kept())).toBeUndefined()
  expect(readNote(key, `${origin}x`, kept())).toBeUndefined()
  for (const none of [undefined, null, 'note', 7, [], {}]) expect(readNote(key, origin, none)).toBeUndefined()
})
