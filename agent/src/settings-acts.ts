import type { SettingsAct } from '@compliance-relay/shared/api'
import { requireFullName } from './actors/person-option.ts'
import type { Settings } from './settings.ts'
import {
  ANY_PROFILE,
  requireProfile,
  withChangedWatch,
  withNewPerson,
  withoutWatch,
  withProject,
  withWatch,
} from './settings-edits.ts'
import { requireApart } from './watch-places.ts'

/** What a change is decided by, beside the settings. */
export interface ActPlace {
  readonly profiles: readonly { readonly id: string }[]
  /** Of the relay's data. */
  readonly dataFolder: string
  /** Timestamp. */
  readonly now: string
}

/**
 * The settings as they are to be, by whatever way a change is asked for: a command, or somebody in the app. Looks at the
 * folders it is about, and changes nothing. Throws `UnusableInput`.
 */
export function settingsAfter(settings: Settings, act: SettingsAct, place: ActPlace): Settings {
  switch (act.what) {
    case 'project.add':
      return withProject(settings, act.project)
    case 'watch.add': {
      requireProfileAsked(act, place)
      const next = withWatch(settings, act)
      requireApart(place.dataFolder, settings.notary.folder, next)
      return next
    }
    case 'watch.change':
      requireProfileAsked(act, place)
      return withChangedWatch(settings, act)
    case 'watch.remove':
      return withoutWatch(settings, act.watch, place.now)
    case 'person.add':
      requireFullName(act)
      return withNewPerson(settings, act, place.now)
  }
}

function requireProfileAsked(
  { profile }: { readonly profile?: string | undefined },
  { profiles }: ActPlace,
): void {
  if (profile !== ANY_PROFILE) requireProfile(profiles, profile)
}
