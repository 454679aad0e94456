import { opendir } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import {
  detailSentence,
  type FolderView,
  Problem,
  type SettingsAct,
  type SettingsChangedView,
  type SettingsView,
} from '@compliance-relay/shared/api'
import type { SettingsAsked, SettingsKept } from '@compliance-relay/shared/relay'
import { knownHere } from '../actors/account-known.ts'
import { enrolmentWarnings } from '../actors/enrolment-warnings.ts'
import { accountsLinked } from '../actors/linked-names.ts'
import { NotRecorded } from '../capture/recorder.ts'
import type { Profile } from '../instruments/types.ts'
import type { Relay } from '../relay.ts'
import { activeWatches, type Settings, SettingsError, type WatchSettings } from '../settings.ts'
import { settingsAfter } from '../settings-acts.ts'
import { UnusableInput } from '../unusable-input.ts'
import { realPath, requireApart, requireWatchable } from '../watch-places.ts'
import { LATE, within } from '../within.ts'

/** A folder that has not answered for so long is said not to. */
const LOOK_MILLISECONDS = 5_000

type Changing = Pick<Relay, 'settings' | 'profiles' | 'changeSettings' | 'actPlace' | 'people'>

/** The settings of a workstation's relay for people who ask as themselves: decided as they are for its commands. */
export class SettingsDesk implements SettingsKept {
  readonly #relay: Changing

  constructor(relay: Changing) {
    this.#relay = relay
  }

  view = (): SettingsView => settingsViewOf(this.#relay.settings, this.#relay.profiles)

  look = async (folder: string): Promise<FolderView> => {
    const answers = !isAbsolute(folder) || (await this.#answers(folder))
    const { settings } = this.#relay
    const path = answers ? realPath(folder) : folder
    const known = settings.watches.find((watch) => watch.path === path)
    const fault = answers ? faultOf(folder, settings, this.#relay.actPlace().dataFolder) : 'folder-failed'
    const isAway = fault === 'folder-relative' || fault === 'folder-not-there' || fault === 'folder-failed'
    return {
      path: fault === 'folder-relative' ? folder : path,
      isThere: !isAway,
      isReadable: !isAway && fault !== 'folder-unreadable' && fault !== 'folder-is-none',
      canBeWatched: fault === undefined,
      detail: fault ?? null,
      says: fault === undefined ? null : detailSentence(fault),
      watch: known?.id ?? null,
    }
  }

  change = async (
    act: SettingsAct,
    { actor, session, reason }: SettingsAsked,
  ): Promise<SettingsChangedView> => {
    // A command is typed in a folder; here there is none that a path could begin in.
    if (act.what === 'watch.add' && !isAbsolute(act.folder)) throw refusal('folder-relative')
    if (act.what === 'watch.add' && !(await this.#answers(act.folder))) throw refusal('folder-failed')
    const make = (settings: Settings) => settingsAfter(settings, act, this.#relay.actPlace())
    const seq = await inPlainWords(
      this.#relay.changeSettings(make, reason, { actor, evidence: { session } }, 'now'),
    )
    if (seq < 0) throw new Problem('nothing-changed')
    return { settings: this.view(), warnings: [...warningsOf(act, this.#relay.people?.accounts() ?? [])] }
  }

  /**
   * Whether the disk or share of a folder says anything, if only that it is not there: what is decided by it stops all
   * else meanwhile. A call that hangs keeps one of Node's few threads, so there is one at a time.
   */
  async #answers(folder: string): Promise<boolean> {
    if ((await within(this.#asked, LOOK_MILLISECONDS)) === LATE) return false
    const done = () => {}
    this.#asked = this.#asked.then(() => opendir(folder).then((opened) => opened.close())).then(done, done)
    return (await within(this.#asked, LOOK_MILLISECONDS)) !== LATE
  }
  #asked: Promise<void> = Promise.resolve()
}

type Fault = NonNullable<FolderView['detail']>

/** Why a folder cannot be put under watch; undefined if it can. */
function faultOf(folder: string, settings: Settings, data: string): Fault | undefined {
  if (!isAbsolute(folder)) return 'folder-relative'
  try {
    const path = requireWatchable(folder, settings)
    requireApart(data, settings.notary.folder, { watches: [{ path } as WatchSettings] })
    return undefined
  } catch (error) {
    if (error instanceof UnusableInput) return error.detail ?? 'folder-failed'
    throw error
  }
}

function refusal(detail: Fault): Problem {
  return new Problem('settings-refused', { detail })
}

/** What a command is told in words of its own is told here by the list of what a relay says. */
async function inPlainWords<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof UnusableInput) throw refusal(error.detail ?? 'settings-form')
    if (error instanceof SettingsError) throw refusal('settings-form')
    if (error instanceof NotRecorded) throw new Problem('held')
    throw error
  }
}

function warningsOf(act: SettingsAct, accounts: Parameters<typeof accountsLinked>[1]): readonly string[] {
  if (act.what !== 'person.add') return []
  const persons = [{ id: act.id, name: act.name }]
  return [
    ...enrolmentWarnings({ persons, shared: [] }, knownHere),
    ...persons.flatMap((person) => accountsLinked(person, accounts)),
  ]
}

function settingsViewOf(settings: Settings, profiles: readonly Profile[]): SettingsView {
  const { org, name, notary, projects, watches, persons, shared, order, badges } = settings
  return {
    org,
    name,
    notary: notary.folder,
    projects: [...projects],
    // What is watched first.
    watches: [...activeWatches(settings), ...watches.filter(({ ended }) => ended !== undefined)].map(
      ({ profile, ended, ...watch }) => ({ ...watch, profile: profile ?? null, ended: ended ?? null }),
    ),
    persons: persons.map(({ id, name: fullName, since, disabled }) => ({
      id,
      name: fullName,
      since: since ?? null,
      disabled: disabled === true,
      badge: badges.some(({ person }) => person === id),
    })),
    shared: [...shared],
    order: [...order],
    profiles: profiles.map(({ id, title, unit }) => ({ id, title, unit })),
  }
}
