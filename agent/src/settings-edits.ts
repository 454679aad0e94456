import { shown } from '@compliance-relay/shared/trail'
import { sameAccount } from './actors/account-rules.ts'
import { activeWatches, projectId, QUIET_SECONDS, type Settings, type WatchSettings } from './settings.ts'
import { UnusableInput } from './unusable-input.ts'
import { realPath, requireWatchable } from './watch-places.ts'

/*
 * What can be changed of settings: each takes the settings as they are and gives them as they are to be, or throws
 * `UnusableInput` with why that cannot be. Recording the change is not theirs.
 */

/** In place of a profile's id: all of them are tried. */
export const ANY_PROFILE = 'any'

export function requirePerson(settings: Settings, id: string) {
  const person = settings.persons.find((one) => one.id === id)
  if (person === undefined) throw new UnusableInput(`there is no person ${id}`)
  return person
}

export function withPerson(settings: Settings, person: Settings['persons'][number]): Settings {
  return { ...settings, persons: settings.persons.map((one) => (one.id === person.id ? person : one)) }
}

/**
 * Which notary it is can be said only where records that said so are lost, and said otherwise only where somebody said it
 * since: whoever could take another would not be found out by the one before. The same one can lie elsewhere: it is known by
 * the name it gave itself. Throws `UnusableInput`.
 */
export function requireNotaryOpen({ notary }: Settings, identity: string): void {
  if (notary.isInDoubt !== true && notary.isNamed !== true && notary.identity !== identity)
    throw new UnusableInput(
      `the notary of this relay is known, and stays: the one that was set up in ${notary.folder}; what it holds would not be missed in another. If it was moved, name the folder it was moved to`,
    )
}

export function withNotary(settings: Settings, folder: string, identity: string): Settings {
  requireNotaryOpen(settings, identity)
  const { isInDoubt, isNamed } = settings.notary
  return {
    ...settings,
    notary: { folder, identity, ...(isInDoubt === true || isNamed === true ? { isNamed: true } : {}) },
  }
}

/** A project that watched folders are under is needed; so is the last one. */
export function withoutProject(settings: Settings, project: string): Settings {
  if (!settings.projects.includes(project))
    throw new UnusableInput(`there is no project ${project}; relay settings lists them`)
  const used = activeWatches(settings).find((watch) => watch.project === project)
  if (used !== undefined)
    throw new UnusableInput(
      `the project ${project} is in use by the watched folder ${used.path}: put that under another first, relay watch change ${used.id} --project ID`,
    )
  if (settings.projects.length === 1)
    throw new UnusableInput(`${project} is the only project: add another first, relay project add ID`)
  return { ...settings, projects: settings.projects.filter((one) => one !== project) }
}

export function withProject(settings: Settings, project: string): Settings {
  requireProjectId(project)
  if (settings.projects.includes(project))
    throw new UnusableInput(`there is a project ${project} already`, { detail: 'project-there' })
  return { ...settings, projects: [...settings.projects, project] }
}

/** Enrolled from `since` on, a timestamp: what the account wrote before is not theirs. */
export function withNewPerson(
  settings: Settings,
  { id, name }: { readonly id: string; readonly name: string },
  since: string,
): Settings {
  const known = settings.persons.find((one) => one.id === id)
  if (known !== undefined)
    throw new UnusableInput(
      `there is a person ${known.id} already, ${known.name}: relay person ${known.disabled === true ? 'enable' : 'rename'}`,
      { detail: 'person-there' },
    )
  return { ...settings, persons: [...settings.persons, { id, name, since }] }
}

/** Throws `UnusableInput` for what cannot name a project. */
export function requireProjectId(project: string): void {
  const [issue] = projectId.safeParse(project).error?.issues ?? []
  if (issue !== undefined)
    throw new UnusableInput(`${shown(project)} cannot name a project: one has ${issue.message}`, {
      detail: 'project-form',
    })
}

function requireProject(settings: Settings, project: string): void {
  if (!settings.projects.includes(project))
    throw new UnusableInput(
      `there is no project ${project}: relay project add ${project} --data DIR --reason TEXT`,
      { detail: 'project-not-there' },
    )
}

/** An account that stands for somebody does not stand for nobody, too. */
export function withShared(settings: Settings, account: string): Settings {
  const person = settings.persons.find(({ id }) => sameAccount(id, account))
  if (person !== undefined && person.disabled !== true)
    throw new UnusableInput(
      `the account ${account} is enrolled as ${person.name}: it cannot be listed as shared too; relay person disable ${person.id} first`,
    )
  if (settings.shared.some((one) => sameAccount(one, account))) return settings
  return { ...settings, shared: [...settings.shared, account] }
}

export function withoutShared(settings: Settings, account: string): Settings {
  const shared = settings.shared.filter((one) => !sameAccount(one, account))
  if (shared.length === settings.shared.length)
    throw new UnusableInput(
      `the account ${account} is not listed as shared; relay settings lists those that are`,
    )
  return { ...settings, shared }
}

/** How a folder is watched; what is left out stays as it is, or is what is usual. */
interface HowWatched {
  readonly profile?: string | undefined
  readonly device?: string | undefined
  readonly quietSeconds?: number | undefined
}

export interface NewWatch extends HowWatched {
  readonly folder: string
  readonly project: string
  readonly hints?: boolean | undefined
}

export function withWatch(settings: Settings, asked: NewWatch): Settings {
  requireProject(settings, asked.project)
  const path = requireWatchable(asked.folder, settings)
  const last = Math.max(0, ...settings.watches.map(({ id }) => Number(id.slice(1))))
  // A folder that was watched before is taken up where it was left, as it was set.
  const before = settings.watches.find((watch) => watch.path === path)
  const { ended: _, ...asBefore } = before ?? {
    id: `w${last + 1}`,
    path,
    device: settings.name,
    quietSeconds: QUIET_SECONDS,
    hints: true,
  }
  const { project, hints = asBefore.hints } = asked
  const watch = watchedSo({ ...asBefore, project, hints }, asked)
  return { ...settings, watches: [...settings.watches.filter((one) => one !== before), watch] }
}

/** Another project, profile, device or quiet window for a folder that is watched: for what is recorded from now on. */
export function withChangedWatch(
  settings: Settings,
  asked: HowWatched & { readonly watch: string; readonly project?: string | undefined },
): Settings {
  const found = requireWatch(settings, asked.watch)
  const { project = found.project } = asked
  requireProject(settings, project)
  const changed = watchedSo({ ...found, project }, asked)
  return { ...settings, watches: settings.watches.map((watch) => (watch === found ? changed : watch)) }
}

/** `ended`: timestamp. It keeps its place in the list, so that it can be taken up again where it was left. */
export function withoutWatch(settings: Settings, watch: string, ended: string): Settings {
  const found = requireWatch(settings, watch)
  return { ...settings, watches: settings.watches.map((one) => (one === found ? { ...one, ended } : one)) }
}

function watchedSo(watch: WatchSettings, { profile, device, quietSeconds }: HowWatched): WatchSettings {
  const { profile: before, ...rest } = watch
  const now = profile === ANY_PROFILE ? undefined : (profile ?? before)
  return {
    ...rest,
    ...(now === undefined ? {} : { profile: now }),
    ...(device === undefined ? {} : { device }),
    ...(quietSeconds === undefined ? {} : { quietSeconds }),
  }
}

function requireWatch(settings: Settings, watch: string): WatchSettings {
  const path = realPath(watch)
  const found = activeWatches(settings).find((one) => one.id === watch || one.path === path)
  if (found === undefined)
    throw new UnusableInput(`there is no watch ${watch}; relay settings lists what is watched`, {
      detail: 'watch-not-there',
    })
  return found
}

/** Throws `UnusableInput` with the profiles there are. */
export function requireProfile(profiles: readonly { readonly id: string }[], id: string | undefined): void {
  if (id === undefined || profiles.some((profile) => profile.id === id)) return
  const ids = profiles.map((profile) => profile.id).sort()
  const alike = ids
    .filter((one) => one.includes(id.toLowerCase()) || one.startsWith(id.slice(0, 3).toLowerCase()))
    .slice(0, 5)
  throw new UnusableInput(
    `there is no profile ${shown(id)}${alike.length === 0 ? ':' : `; did you mean ${alike.join(', ')}?`} relay profiles lists all ${ids.length}; one that was added to the data folder counts from the relay's next start`,
    { detail: 'profile-not-there' },
  )
}
