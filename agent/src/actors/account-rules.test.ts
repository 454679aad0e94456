import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { requireSoundRules } from './account-rules.ts'
import type { AccountRules } from './types.ts'

const sound: AccountRules = {
  persons: [
    { id: 'jdoe', name: 'Jane Doe' },
    { id: 'LAB\\asmith', name: 'Adam Smith', since: '2026-03-02T08:00:00.000Z' },
  ],
  shared: ['nmr', 'LAB\\instrument'],
  order: ['badge', 'file-owner'],
}

test('lists that do not contradict themselves are taken', () => {
  expect(() => requireSoundRules(sound)).not.toThrow()
})

test.each<[string, Partial<AccountRules>, RegExp]>([
  ['a person that is shared too', { shared: ['jdoe'] }, /listed as shared/],
  ['the same on Windows, in other case', { shared: ['lab\\ASMITH'] }, /listed as shared/],
  ['a person twice', { persons: [...sound.persons, { id: 'jdoe', name: 'John Doe' }] }, /twice/],
  ['the same on Windows', { persons: [...sound.persons, { id: 'lab\\Asmith', name: 'A' }] }, /twice/],
  ['Windows itself', { persons: [{ id: 'NT AUTHORITY\\SYSTEM', name: 'Sy Stem' }] }, /service's/],
  ['a managed service', { persons: [{ id: 'LAB\\gmsaEmpower$', name: 'Em Power' }] }, /service's/],
  ['a time that is none', { persons: [{ id: 'x', name: 'Xenia', since: 'soon' }] }, /no time/],
  ['an account no record can hold', { persons: [{ id: 'x\ud800', name: 'Xenia' }] }, /can hold/],
  ['a name no record can hold', { persons: [{ id: 'x', name: 'X\udc00' }] }, /can hold/],
  ['no order', { order: [] }, /order/],
  ['a way twice', { order: ['badge', 'badge'] }, /order/],
])('%s is refused', { tags: ['req/P11-10e-7', 'challenge'] }, (_, change, sentence) => {
  const check = (): void => requireSoundRules({ ...sound, ...change })
  expect(check).toThrow(UnusableInput)
  expect(check).toThrow(sentence)
})

test('accounts of Linux differ by case', () => {
  expect(() => requireSoundRules({ ...sound, shared: ['JDOE'] })).not.toThrow()
})
