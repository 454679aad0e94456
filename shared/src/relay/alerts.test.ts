import { expect, test } from 'vitest'
import { alertOf } from './alerts.ts'
import { relay } from './people-site.test-support.ts'

const says = (kind: string, count: number) => {
  const body = { account: 'jdoe', device: 'tablet-1', action: 'account.add', count }
  return alertOf({ kind, actor: relay, body })?.says
}

test('one of something is told as one', () => {
  expect(says('session.throttled', 1)).toMatch(/^1 try to sign in as /)
  expect(says('session.throttled', 2)).toMatch(/^2 tries to sign in as /)
  expect(says('access.refused', 1)).toContain(' asked 1 time for ')
  expect(says('signature.throttled', 1)).toMatch(/^1 more statement that is no signature was given by /)
  expect(says('signature.throttled', 3)).toMatch(/^3 more statements that are no signatures were given by /)
})
