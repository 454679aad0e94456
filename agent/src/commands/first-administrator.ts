import { Problem } from '@compliance-relay/shared/api'
import type { FirstAccount, People } from '@compliance-relay/shared/relay'
import type { Actor } from '@compliance-relay/shared/trail'

export interface FirstCode {
  readonly user: string
  /** Good once and for a quarter of an hour; nowhere else. */
  readonly code: string
}

/** Who runs a relay to try it out, where what they are called at this machine is no person's name. */
const UNNAMED: FirstAccount = { id: 'first-admin', name: 'First administrator' }

/**
 * The one-time code of the first administrator: of whoever was named at the set-up, else of whoever runs this.
 * Undefined where somebody has set a password, or there are others: then an administrator gives codes. Throws `Problem`
 * while nothing can be recorded.
 */
export async function firstCode(
  people: Pick<People, 'accounts' | 'addFirst'>,
  by: Actor,
  whoRuns: FirstAccount,
): Promise<FirstCode | undefined> {
  const [only] = people.accounts()
  for (const { id, name } of only === undefined ? [whoRuns, UNNAMED] : [only])
    try {
      return { code: await people.addFirst(by, { id, name }), user: userOf(people) ?? id }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'forbidden') return undefined
      if (only !== undefined || !notAName.has(error.code)) throw error
    }
  return undefined
}

const notAName: ReadonlySet<string> = new Set(['user-id-form', 'user-id-reserved', 'name-form'])

/** As the account is called: a user id has one form, however it was given. */
function userOf(people: Pick<People, 'accounts'>): string | undefined {
  return people.accounts()[0]?.id
}
