import { type Action, mayDo, type Role } from '@compliance-relay/shared/api'
import type { Session } from './session.ts'

/**
 * Whether somebody's roles allow it, as far as this device knows: what they may not do is not shown to them. The relay
 * judges for itself, each time, by the same table.
 */
export function may(session: Session | undefined, action: Action): boolean {
  return session !== undefined && mayDo(session.account.roles as readonly Role[], action)
}
