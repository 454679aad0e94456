import { expect, test } from 'vitest'
import { keptOf, lossOf } from './kept-marker.ts'
import { outboxStanding } from './outbox-standing.ts'

const empty = outboxStanding([], [], 1)
const before = { at: 1_000, signers: ['jdoe'], unsent: 2 }

test('an outbox that had a signer and is empty was cleared', () => {
  expect(lossOf(before, empty)).toEqual(before)
})

test('nothing is missed of an outbox that does not open, had no signer, or still has one', () => {
  expect(lossOf(before, { ...empty, fault: 'it is locked' })).toBeUndefined()
  expect(lossOf(undefined, empty)).toBeUndefined()
  expect(lossOf(keptOf(empty, 5), empty)).toBeUndefined()
  const signer = { user: 'jdoe' } as (typeof empty.enrolments)[number]
  expect(lossOf(before, { ...empty, enrolments: [signer] })).toBeUndefined()
})
