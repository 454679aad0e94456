import { fingerprintOf } from '@compliance-relay/shared/bag'
import type { LogStanding } from '../log/log-worker.ts'

/** Fingerprints of the trails on this device, by the keys it was given when it first met each. Pure. */
export function knownKeys(
  standing: Pick<LogStanding, 'trails'> | undefined,
): readonly { readonly trail: string; readonly fingerprint: string }[] {
  return (standing?.trails ?? []).map(({ name, vkey }) => ({ trail: name, fingerprint: fingerprintOf(vkey) }))
}

/** As they are printed: eight groups of eight digits. */
export function grouped(fingerprint: string): string {
  return fingerprint.replace(/\s/g, '').replace(/(.{8})(?=.)/g, '$1 ')
}
