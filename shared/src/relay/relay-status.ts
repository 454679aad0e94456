import { mayDo, type NeedView, type Role, type StatusView } from '../api/index.ts'

/** How a relay is, as it knows itself: before it is asked who is told. */
export interface RelayStatusNow extends Omit<StatusView, 'needs'> {
  readonly needs: (NeedView & {
    /** False of what wrong passwords can bring about: it would tell whose name is somebody's (ASVS 6.3.8). */
    readonly isTold: boolean
  })[]
}

/** What somebody of these roles is told of it. */
export function statusFor({ needs, waits, ...status }: RelayStatusNow, roles: readonly Role[]): StatusView {
  const seesAccounts = mayDo(roles, 'account.list')
  return {
    ...status,
    needs: needs.filter(({ isTold }) => isTold || seesAccounts).map(({ isTold: _, ...need }) => need),
    waits: seesAccounts ? waits : [],
  }
}

/** A sentence that ends with the command that answers it, as `relay status` has them, taken apart. */
export function needIn(sentence: string): Pick<NeedView, 'says' | 'todo'> {
  const at = sentence.lastIndexOf(': relay ')
  if (at < 0) return { says: sentence, todo: null }
  return { says: sentence.slice(0, at), todo: sentence.slice(at + 2) }
}
