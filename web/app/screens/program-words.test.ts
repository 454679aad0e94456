import { expect, test } from 'vitest'
import { destinationText, scopeText, tokenState, wayText, wordsIn } from './program-words.ts'

const token = {
  id: '0123456789abcdef',
  name: 'LIMS',
  kinds: ['file.created', 'signature.*'],
  projects: null,
  since: '2026-03-01T00:00:00Z',
  expires: '2026-06-01T12:00:00Z',
  revoked: null,
  lastUse: null,
}
const subscription = {
  subscription: '1',
  what: 'records',
  kinds: null,
  projects: ['P-17'],
  to: { webhook: 'https://lims.example.com/records' },
  since: '2026-03-01T00:00:00Z',
  by: 'asmith',
  ended: null,
  delivery: { next: 5, behind: 0, lastDelivery: null, fault: null },
} as const

test('what a program is given is said by kinds and projects', () => {
  expect(scopeText(token)).toBe('File created, signature.*, all projects')
  expect(scopeText(subscription)).toBe('Every kind, P-17')
  expect(wordsIn(' P-17, P-18 ,,P-19 ')).toEqual(['P-17', 'P-18', 'P-19'])
})

test('a token is good until its end, unless it was revoked', () => {
  const end = Date.parse(token.expires)
  expect(tokenState(token, end - 1).look).toBe('good')
  expect(tokenState(token, end)).toEqual({ look: 'plain', text: 'Ended' })
  expect(tokenState({ ...token, revoked: '2026-04-01T00:00:00Z' }, 0)).toEqual({
    look: 'plain',
    text: 'Revoked',
  })
})

test('a subscription says what hinders it, before how far it is', () => {
  const { delivery } = subscription
  expect(wayText(subscription)).toEqual({ look: 'good', text: 'Nothing was to be sent yet' })
  expect(wayText({ ...subscription, delivery: { ...delivery, behind: 3 } }).text).toBe('3 records to go')
  const fault = { since: '2026-03-01T00:00:00Z', says: 'The host is unknown.', tries: 4 }
  expect(wayText({ ...subscription, delivery: { ...delivery, behind: 3, fault } })).toEqual({
    look: 'bad',
    text: expect.stringMatching(/^The host is unknown\. Since .*, 4 tries\.$/),
  })
  expect(wayText({ ...subscription, ended: '2026-03-02T00:00:00Z', delivery: null }).text).toBe('Ended')
})

test('where something is sent to is said in one line', () => {
  expect(destinationText(subscription.to)).toBe('https://lims.example.com/records')
  expect(destinationText({ syslog: { host: '2001:db8::1', port: 6514, transport: 'tls' } })).toBe(
    'syslog [2001:db8::1]:6514 (tls)',
  )
})
