import { type Lease, readLease } from '@compliance-relay/shared/api'
import { parseVkey, utf8 } from '@compliance-relay/shared/trail'

const HOUR = 3_600_000
/** Another lease is asked for once so much of one is used. Each is a record of the trail, so not at every sync. */
const RENEW_BELOW_HOURS = 48
const RENEW_BELOW_SIGNATURES = 150

/** The lease in a note. Throws `FormatError` unless it is signed by this key, the relay's. */
export function leaseIn(note: string, relayKey: string): Lease {
  return readLease(utf8(note), parseVkey(relayKey))
}

/** How many signatures it still covers, after the n-th of the device. Pure. */
export function signaturesLeft({ countMax }: Lease, count: number): number {
  return Math.max(0, countMax - count)
}

export function isLeaseOver({ notAfter }: Lease, now: number): boolean {
  return now > Date.parse(notAfter)
}

export function isRenewalDue(lease: Lease, count: number, now: number): boolean {
  return (
    Date.parse(lease.notAfter) - now < RENEW_BELOW_HOURS * HOUR ||
    signaturesLeft(lease, count) < RENEW_BELOW_SIGNATURES
  )
}
