import { type Account, isUsable, isUsableBy } from '../accounts/account.ts'
import type { Session } from './sessions.ts'

/**
 * Whether a session is still one, with its account as it is now. One that a provider opened stands as long as the
 * account is linked to whom it named, at the provider that the site has now (`issuer`), and as long as nobody set or
 * took away the account's password: that is what an account does when something may be wrong with it.
 */
export function stands({ epoch, external }: Session, account: Account, issuer: string | undefined): boolean {
  if (epoch !== (account.credential?.epoch ?? 0)) return false
  if (external === undefined) return isUsable(account)
  return external.issuer === issuer && isUsableBy(external, account)
}
