import type { DatabaseSync } from 'node:sqlite'
import type { StoredCredential } from '@compliance-relay/shared/relay'
import { rowOf } from './database.ts'

/**
 * Hashes of passwords, the present one of each account. Which of them counts the trail says, by its digest: one that
 * was put here past the relay opens nothing.
 */
export class CredentialStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Within the transaction of the record that names it. */
  set({ account, phc }: StoredCredential): void {
    this.#database
      .prepare(
        'INSERT INTO credential (account, phc) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET phc = excluded.phc',
      )
      .run(account, phc)
  }

  get(account: string): string | undefined {
    const read = this.#database.prepare('SELECT phc FROM credential WHERE account = ?')
    return rowOf<{ phc: string }>(read, account)?.phc
  }
}
