import { accountKinds, type PersonRecord, subscriptionKinds } from '@compliance-relay/shared/relay'
import { readEntry } from '@compliance-relay/shared/trail'

/** Says which secret the passwords of this relay are hashed with, so that another one is noticed. */
export const PEOPLE_OPENED = 'people.opened'

const kinds = new Set([
  ...accountKinds,
  ...subscriptionKinds,
  PEOPLE_OPENED,
  'rules.changed',
  'rules.carried',
  'account.recovery-announced',
  'account.recovery-refused',
  'recovery.written',
  'recovery.carried',
  'recovery.confirmed',
  'recovery.waited',
  'access.reviewed',
  'access.review-carried',
  'access.review-overdue',
  'session.started',
  'session.ended',
  'session.refused',
  'session.throttled',
  'key.enrolled',
  'key.revoked',
  'lease.issued',
  'signature.applied',
  'signature.held',
  'signature.refused',
  'signature.decided',
  'feed.token-issued',
  'feed.token-revoked',
  'feed.token-carried',
  'capture.claimed',
])
const KIND = Buffer.from('"kind":"')
const PREFIXES = [
  'account.',
  'signer.',
  'session.',
  'people.',
  'key.',
  'lease.',
  'signature.',
  'recovery.',
  'access.',
  'rules.',
  'feed.',
  'subscription.',
  'capture.claimed',
].map((text) => Buffer.from(text))

/**
 * The record in a line, if it says something of people. The line has been verified; a record's keys are sorted, so the
 * last "kind" in it is its own. Nearly all lines are of files, and are told from these without being read.
 */
export function personRecordIn(line: Uint8Array): PersonRecord | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.length)
  const at = bytes.lastIndexOf(KIND)
  const begin = at + KIND.length
  if (at === -1 || !PREFIXES.some((one) => bytes.subarray(begin, begin + one.length).equals(one)))
    return undefined
  const { record } = readEntry(line)
  return kinds.has(record.kind) ? record : undefined
}
