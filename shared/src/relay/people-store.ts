import type { Actor, Body } from '../trail/index.ts'

/** What people's acts need of the trail they are recorded in. */
export interface PeopleStore {
  /**
   * Appends a record and, in the same transaction, keeps the hash of a password if one is given. When it resolves,
   * both are durable; when it rejects, neither is, or the relay finds out at its next start. Not to be repeated.
   */
  append(
    draft: { readonly actor: Actor; readonly kind: string; readonly body: Body },
    credential?: StoredCredential,
  ): Promise<{ readonly seq: number; readonly time: string }>
  /** The hash of an account's password as it is kept; which one counts, the trail says. May be called again. */
  credential(account: string): Promise<string | undefined>
}

export interface StoredCredential {
  /** User id. */
  readonly account: string
  /** In PHC form. */
  readonly phc: string
}
