import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { parsePersonOption, personWarning } from './person-option.ts'

test.each([
  ['jdoe=Jane Doe', 'jdoe', 'Jane Doe'],
  [' LAB\\jdoe = Jane Doe ', 'LAB\\jdoe', 'Jane Doe'],
  ['x=A=B', 'x', 'A=B'],
  ['kmüller=Käthe Müller', 'kmüller', 'Käthe Müller'],
  ['wang=王小明', 'wang', '王小明'],
  ["o=Conan O'Brien-Smith, Jr.", 'o', "Conan O'Brien-Smith, Jr."],
  ['root=root', 'root', 'root'],
  ['lab1=Ada Lab', 'lab1', 'Ada Lab'],
])('%s is a person', (text, id, name) => {
  expect(parsePersonOption(text)).toEqual({ id, name })
})

test.each([
  ['', /OSUSER="Full Name"/],
  ['jdoe', /OSUSER="Full Name"/],
  ['jdoe=', /OSUSER="Full Name"/],
  ['=Jane Doe', /OSUSER="Full Name"/],
  [' = ', /OSUSER="Full Name"/],
  ['jdoe=Jane\u0007Doe', /control characters/],
  ['jdoe=\u202eeoD enaJ', /control characters/],
  ['jd\noe=Jane Doe', /control characters/],
  ['jdoe=Jane\ud800', /control characters/],
  [`${'j'.repeat(101)}=Jane Doe`, /at most 100/],
  [`jdoe=${'J'.repeat(201)}`, /at most 100/],
  ['jdoe=12345', /no letter/],
  ['jdoe=Admin', /full name/],
  ['jdoe=QC Lab', /full name/],
  ['jdoe=test-user 2', /full name/],
])('%j is refused', { tags: ['req/P11-10e-7', 'challenge'] }, (text, sentence) => {
  expect(() => parsePersonOption(text)).toThrow(UnusableInput)
  expect(() => parsePersonOption(text)).toThrow(sentence)
})

test('an account is given by its user id, and otherwise in the same way', () => {
  expect(parsePersonOption(' jdoe = Jane Doe ', 'ID')).toEqual({ id: 'jdoe', name: 'Jane Doe' })
  expect(() => parsePersonOption('jdoe', 'ID')).toThrow('a person is given as ID="Full Name", not "jdoe"')
  expect(() => parsePersonOption('jdoe=QC Lab', 'ID')).toThrow('full name')
})

test('what a terminal would obey is not repeated', () => {
  expect(() => parsePersonOption('\u001b[2J')).toThrow('not "\\u001b[2J"')
})

test('a name that is only the account, and an account that sounds shared, get a warning', () => {
  expect(personWarning({ id: 'root', name: 'root' })).toMatch(/only the account's name/)
  expect(personWarning({ id: 'LAB\\jdoe', name: 'jdoe' })).toMatch(/only the account's name/)
  expect(personWarning({ id: 'WS-1\\lab', name: 'Jane Doe' })).toMatch(/several people/)
  expect(personWarning({ id: 'qc2', name: 'Jane Doe' })).toMatch(/several people/)
  expect(personWarning({ id: 'jdoe', name: 'Jane Doe' })).toBe(undefined)
})
