import { Problem } from '@compliance-relay/shared/api'
import { alertOf, type PeopleStore, type StoredCredential } from '@compliance-relay/shared/relay'
import { NotRecorded, type Recorder } from '../capture/recorder.ts'
import type { Note } from '../log.ts'
import type { CredentialStore } from '../sqlite/credential-store.ts'
import { timestamp } from '../time-text.ts'

type Draft = Parameters<PeopleStore['append']>[0]

export interface PeopleTrailOptions {
  readonly recorder: Pick<Recorder, 'recordNow'>
  readonly credentials: CredentialStore
  /** Wall clock, milliseconds. */
  readonly wall: () => number
  /** What somebody should know of soon stands in the log as well, for a site without a subscription. */
  readonly note: Note
}

/**
 * What people do, as records of the relay's own trail: in the order of everything else that is recorded there, and in
 * one transaction with the password they set. Rejects with `Problem` `held` while nothing can be recorded.
 */
export class PeopleTrail implements PeopleStore {
  readonly #options: PeopleTrailOptions

  constructor(options: PeopleTrailOptions) {
    this.#options = options
  }

  async append(
    { actor, kind, body }: Draft,
    credential?: StoredCredential,
  ): Promise<{ readonly seq: number; readonly time: string }> {
    const { recorder, credentials, wall, note } = this.#options
    let time = ''
    const draft = () => {
      time = timestamp(wall())
      return { actor, kind, time, body }
    }
    try {
      const seq = await recorder.recordNow(
        draft,
        credential === undefined ? undefined : () => credentials.set(credential),
      )
      const alert = alertOf({ kind, body, actor })
      if (alert !== undefined) note('alert', { kind, seq, ...alert })
      return { seq, time }
    } catch (error) {
      if (error instanceof NotRecorded) throw new Problem('held')
      throw error
    }
  }

  async credential(account: string): Promise<string | undefined> {
    return this.#options.credentials.get(account)
  }
}
