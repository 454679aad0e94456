import type { PasswordChange, PasswordFault, SiteRules } from '../../api/index.ts'
import type { Credential } from '../accounts/account.ts'
import type { PasswordRulesSince } from '../rules/rules-book.ts'
import { leastOf } from './password-rules.ts'

/** What is said of a fault to whoever has to set another password: which rule it is, and since when. Pure. */
export function passwordChangeFor(
  because: PasswordFault,
  { since: set }: Credential,
  rules: SiteRules['passwords'],
  since: PasswordRulesSince,
): PasswordChange {
  switch (because) {
    case 'password-old':
      return { because, asks: rules.maxAgeDays, since: since.maxAgeDays ?? null, set }
    case 'password-short':
      return { because, asks: leastOf(rules), since: since.lengthMin ?? null, set }
    case 'password-composition':
      return { because, asks: null, since: since.composition ?? null, set }
    default:
      return { because, asks: null, since: null, set }
  }
}
