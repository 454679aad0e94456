import { hasPartners, ownersOf, partnersOf } from '../instruments/partners.ts'
import type { Profile } from '../instruments/types.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import type { Folder } from './folder-tree.ts'
import { look } from './listing.ts'
import { keyOf, type Pending } from './pending.ts'
import type { Settler } from './settler.ts'
import { isLacking } from './stamp.ts'

export interface PartnersOptions {
  readonly profiles: readonly Profile[]
  readonly units: UnitStore
  readonly settler: Settler
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly lookAtFile: (folder: Folder, name: string) => void
}

/** Files that belong beside each other, as `a.wiff` and `a.wiff.scan`: each is a unit, and the one tells of the other. */
export class Partners {
  readonly #options: PartnersOptions
  /** Those that speak of such files: few, and asked at each record of a file. */
  readonly #profiles: readonly Profile[]

  constructor(options: PartnersOptions) {
    this.#options = options
    this.#profiles = options.profiles.filter(hasPartners)
  }

  /** True if what belongs beside the file is there, be it still written. */
  isThere(profile: Profile, folder: Folder, name: string): boolean {
    return partnersOf(profile, name).some((partner) => {
      try {
        return look(folder.pathOf(partner))?.isFile() === true
      } catch {
        return false
      }
    })
  }

  /** True while what belongs beside the file is still written, or read: then neither is complete. */
  isOnItsWay({ profile, folder, name }: Pending): boolean {
    const { settler, now } = this.#options
    return partnersOf(profile, name).some((partner) => {
      const there = settler.get(keyOf(folder, partner))
      if (there === undefined || there.stage === 'gone' || there.failures > 0) return false
      return there.stage !== 'settling' || now() - there.restSince < settler.quietOf(there)
    })
  }

  /** A file has been recorded: one that was said to lack it is looked at again. */
  hasCome({ folder, name }: Pending): void {
    const { units, lookAtFile } = this.#options
    for (const owner of ownersOf(this.#profiles, name)) {
      const known = units.unit(folder.id, owner)
      if (known?.kind === 'file' && isLacking(known.stamp)) lookAtFile(folder, owner)
    }
  }
}
