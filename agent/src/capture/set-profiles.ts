import { recogniseFile, recogniseFolder } from '../instruments/recognise.ts'
import type { FolderGlance, Profile } from '../instruments/types.ts'
import type { WatchSettings } from '../settings.ts'
import type { Folder } from './folder-tree.ts'
import type { SetWalk } from './walk-set.ts'

/** Which instrument's profile each folder and file is taken for, within what its watch allows. */
export class SetProfiles {
  readonly #profiles: readonly Profile[]
  readonly #watchOf: (folder: Folder) => WatchSettings
  readonly #ofSet = new Map<Folder, Profile>()

  constructor(profiles: readonly Profile[], watchOf: (folder: Folder) => WatchSettings) {
    this.#profiles = profiles
    this.#watchOf = watchOf
  }

  /** The profile of a folder that is a data set; undefined of any other. */
  of(folder: Folder): Profile | undefined {
    return this.#ofSet.get(folder)
  }

  /** Takes up a data set that was recorded: as before, or as any folder if its profile is no more. */
  assign(folder: Folder, id: string): void {
    const profile =
      this.#profiles.find((one) => one.id === id) ?? this.#profiles.find((one) => one.id === 'folder')
    if (profile !== undefined) this.#ofSet.set(folder, profile)
  }

  forget(folder: Folder): void {
    this.#ofSet.delete(folder)
  }

  /** True if the folder is, or is becoming, a data set. */
  recognise(folder: Folder, glance: FolderGlance): boolean {
    return this.#take(folder, glance) !== undefined
  }

  /** What a folder was taken for by its first files may be seen better by all of them; undefined if it is no set by them. */
  refine(folder: Folder, walk: SetWalk | undefined): Profile | undefined {
    return this.#take(folder, glanceOf(folder.name, walk))
  }

  #take(folder: Folder, glance: FolderGlance): Profile | undefined {
    const watch = this.#watchOf(folder)
    const profiles = this.#allowed(watch)
    // Of a watch of folders, each folder directly in it is a data set, whatever it holds.
    const isUnit = watch.profile === 'folder' && folder.parent?.parent === undefined
    const profile =
      recogniseFolder(glance, profiles)?.profile ??
      (isUnit ? profiles.find(({ id }) => id === 'folder') : undefined)
    if (profile !== undefined) this.#ofSet.set(folder, profile)
    return profile
  }

  ofFile(folder: Folder, name: string): Profile {
    return recogniseFile(name, this.#allowed(this.#watchOf(folder)))
  }

  #allowed({ profile }: WatchSettings): readonly Profile[] {
    if (profile === undefined || profile === 'folder') return this.#profiles
    return this.#profiles.filter(({ id }) => id === profile || id === 'file' || id === 'folder')
  }
}

/** The names of a data set from its walk. */
function glanceOf(name: string, walk: SetWalk | undefined): FolderGlance {
  const names = new Map<string, Map<string, boolean>>()
  const add = (member: string, isFolder: boolean): void => {
    const cut = member.lastIndexOf('/')
    const sub = cut < 0 ? '' : member.slice(0, cut)
    const inSub = names.get(sub) ?? new Map<string, boolean>()
    names.set(sub, inSub.set(member.slice(cut + 1), isFolder))
  }
  for (const { member } of walk?.folders ?? []) if (member !== '') add(member, true)
  for (const { member } of walk?.files ?? []) add(member, false)
  return {
    name,
    names: (sub) => [...(names.get(sub) ?? [])].map(([one, isFolder]) => ({ name: one, isFolder })),
  }
}
