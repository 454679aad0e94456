import {
  type FolderView,
  Problem,
  requireAllowed,
  type SettingsAct,
  type SettingsChangedView,
  type SettingsView,
} from '../api/index.ts'
import type { Actor } from '../trail/index.ts'
import { isUsable } from './accounts/account.ts'
import type { Caller, People } from './people.ts'
import { actorOf } from './people-core.ts'
import { reasonOf } from './reason.ts'

/** Who asks for a change, why, and by which session. */
export interface SettingsAsked {
  readonly actor: Actor
  readonly session: string
  readonly reason: string
}

/** What a relay goes by, where it is kept: what can be set of it and how that is decided is its host's. */
export interface SettingsKept {
  readonly view: () => SettingsView
  readonly look: (folder: string) => Promise<FolderView>
  /**
   * Recorded, durable, and then in force. Rejects with `Problem`: `settings-refused` with what is wrong,
   * `nothing-changed`, or `held` while nothing can be recorded.
   */
  readonly change: (act: SettingsAct, asked: SettingsAsked) => Promise<SettingsChangedView>
}

/** What administrators set of their relay as themselves, each act with a reason, in turn with all that people do. */
export class SiteSettings {
  readonly #people: Pick<People, 'act'>
  readonly #kept: SettingsKept

  constructor(people: Pick<People, 'act'>, kept: SettingsKept) {
    this.#people = people
    this.#kept = kept
  }

  view(): SettingsView {
    return this.#kept.view()
  }

  look(folder: string): Promise<FolderView> {
    return this.#kept.look(folder)
  }

  /** Throws `Problem`. */
  change(by: Caller, act: SettingsAct, given: string): Promise<SettingsChangedView> {
    return this.#people.act(by, async (account) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'settings.change')
      const reason = reasonOf(given)
      return this.#kept.change(act, { actor: actorOf(account, 'password'), session: by.session.id, reason })
    })
  }
}
