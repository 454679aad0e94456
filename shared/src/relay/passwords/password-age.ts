import type { SiteRules } from '../../api/index.ts'
import type { Account } from '../accounts/account.ts'

const DAY_MILLISECONDS = 86_400_000
/** So long before its end somebody is told at signing in, not on the morning it is over. */
export const WARNED_MILLISECONDS = 14 * DAY_MILLISECONDS

/**
 * Until when a password may be used by the rules in force, wall clock, milliseconds; undefined where it may be for as
 * long as there is no reason against it (NIST SP 800-63B-4, 3.1.1.2), or where there is none.
 */
export function passwordEnd(
  { credential }: Pick<Account, 'credential'>,
  { maxAgeDays }: SiteRules['passwords'],
): number | undefined {
  if (credential === undefined || maxAgeDays === null) return undefined
  return Date.parse(credential.since) + maxAgeDays * DAY_MILLISECONDS
}
