import type { Folder } from './folder-tree.ts'
import type { Names } from './names.ts'
import type { Pending } from './pending.ts'
import type { Settler } from './settler.ts'
import { fileIdOfStamp } from './stamp.ts'

/** Which units are on their way to a record: where they begin and where they end, for all who keep account of them. */
export class OnTheirWay {
  readonly #settler: Settler
  readonly #names: Names
  readonly #onFirst: () => void
  readonly #onEnd: (pending: Pending) => void
  readonly #sets = new Set<Pending>()
  /** How many units on their way each folder has. */
  readonly #inFolder = new Map<Folder, number>()

  /** `onFirst`: there is something again, after there was nothing. `onEnd`: nobody waits for this one any more. */
  constructor(
    settler: Settler,
    names: Names,
    { onFirst, onEnd }: { readonly onFirst: () => void; readonly onEnd: (pending: Pending) => void },
  ) {
    this.#settler = settler
    this.#names = names
    this.#onFirst = onFirst
    this.#onEnd = onEnd
  }

  /** Data sets, read or not. */
  get sets(): ReadonlySet<Pending> {
    return this.#sets
  }

  isIn(folder: Folder): boolean {
    return this.#inFolder.has(folder)
  }

  /** In place of what was under its name before. */
  begin(pending: Pending): void {
    const gone = this.#settler.get(pending.key)
    if (gone !== undefined) this.end(gone)
    if (this.#settler.size === 0) this.#onFirst()
    this.#settler.add(pending)
    this.#names.add(pending, fileIdOf(pending))
    if (pending.kind === 'set') this.#sets.add(pending)
    this.#inFolder.set(pending.folder, (this.#inFolder.get(pending.folder) ?? 0) + 1)
  }

  end(pending: Pending): void {
    const { folder } = pending
    this.#settler.remove(pending)
    this.#onEnd(pending)
    this.#sets.delete(pending)
    const others = (this.#inFolder.get(folder) ?? 1) - 1
    if (others > 0) this.#inFolder.set(folder, others)
    else this.#inFolder.delete(folder)
    this.#names.remove(pending, fileIdOf(pending))
  }
}

/** Of a file as it was last seen, of a data set's folder. */
function fileIdOf({ kind, folder, sample }: Pending): string {
  return kind === 'set' ? folder.fileId : fileIdOfStamp(sample)
}
