import type { PasswordsTouched, SiteRules } from '../../api/index.ts'
import type { Account } from '../accounts/account.ts'
import { passwordEnd } from '../passwords/password-age.ts'

type PasswordRules = SiteRules['passwords']

/**
 * Whom a change of the rules for passwords touches. How old a password is, a record says; how long it is and what is in
 * it, nobody knows until its owner types it. `now`: wall clock, milliseconds. Pure.
 */
export function passwordsTouched(
  accounts: readonly Account[],
  { before, after }: { readonly before: PasswordRules; readonly after: PasswordRules },
  now: number,
): PasswordsTouched {
  // Who is locked comes back with the same password; who is disabled or was reset does not sign in with one.
  const people = accounts.filter(({ state, credential }) => state === 'active' && credential !== undefined)
  const tooOld = people.filter((one) => now >= (passwordEnd(one, after) ?? Number.POSITIVE_INFINITY)).length
  const isTighter =
    after.lengthMin > before.lengthMin || (after.composition !== 'none' && before.composition === 'none')
  return { people: people.length, tooOld, seenAtSignIn: isTighter ? people.length - tooOld : 0 }
}
