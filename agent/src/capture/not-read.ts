import { resolve as resolvePath } from 'node:path'
import { hex } from '@compliance-relay/shared/trail'
import type { StoredUnit } from '../sqlite/unit-store.ts'
import { backOff, FAILURES_BEFORE_RECORD } from './failures.ts'
import type { Folder } from './folder-tree.ts'
import { notReadOutcome, type OutcomeContext, unreadUnit } from './outcome.ts'
import { keyOf } from './pending.ts'
import { bytesOfName, isRaw, pathFields, readable } from './raw-name.ts'
import type { Recorder } from './recorder.ts'

export interface NotReadOptions {
  readonly context: OutcomeContext
  readonly recorder: Recorder
  readonly separator: string
  /** The watched folder a folder belongs to, links resolved. */
  readonly realRootOf: (folder: Folder) => string
  readonly lookAgain: (folder: Folder, milliseconds: number) => void
}

const LINK = 'link to '

/** What is found and not read, by decision or because it cannot be: each is said once, for as long as it is so. */
export class NotRead {
  readonly #options: NotReadOptions
  readonly #unreadable = new Map<Folder, { tries: number; said: boolean; code: string }>()
  readonly #othersSaid = new Map<string, string>()

  constructor(options: NotReadOptions) {
    this.#options = options
  }

  unreadableFolders(): { readonly folder: Folder; readonly code: string }[] {
    return [...this.#unreadable].map(([folder, { code }]) => ({ folder, code }))
  }

  /** Something that is neither a file nor a folder to follow. `what` says which, a link with its target. */
  other(folder: Folder, name: string, what: string, known: StoredUnit | undefined): void {
    const key = keyOf(folder, name)
    // As text: a link may lead to bytes that are none, and the database would give others back.
    const stamp = isRaw(what) ? hex(bytesOfName(what)) : what
    if ((known?.kind === 'other' && known.stamp === stamp) || this.#othersSaid.get(key) === what) return
    this.#othersSaid.set(key, what)
    const { recorder, context } = this.#options
    const target = what.startsWith(LINK) ? what.slice(LINK.length) : undefined
    const reason =
      target === undefined ? what : this.#leadsOut(folder, target) ? 'link-leaves-folder' : 'link'
    const details = target === undefined ? {} : { target: pathFields(target) }
    recorder.add(
      notReadOutcome(context, 'capture.refused', { folder, name }, reason, details, (seq) =>
        context.units.put({ ...unreadUnit(folder, name), stamp, trail: context.trail, seq }),
      ),
    )
  }

  /** It is not there any more: should it come back, it is said again. */
  otherGone(folder: Folder, name: string): void {
    this.#othersSaid.delete(keyOf(folder, name))
  }

  /** A folder that cannot be listed. Tried again, less and less often. */
  unreadable(folder: Folder, code: string): void {
    const { recorder, context, lookAgain } = this.#options
    const state = this.#unreadable.get(folder) ?? { tries: 0, said: false, code }
    this.#unreadable.set(folder, state)
    state.tries++
    state.code = code
    lookAgain(folder, backOff(state.tries))
    if (state.said || state.tries < FAILURES_BEFORE_RECORD) return
    state.said = true
    recorder.add(
      notReadOutcome(context, 'capture.failed', { folder, name: '' }, code, { what: 'folder' }, () => {}),
    )
  }

  /** It can be listed, or is not there any more. */
  readable(folder: Folder): void {
    this.#unreadable.delete(folder)
  }

  #leadsOut(folder: Folder, target: string): boolean {
    const { separator, realRootOf } = this.#options
    const root = realRootOf(folder)
    const path = resolvePath(readable(folder.path), readable(target))
    return path !== root && !path.startsWith(root + separator)
  }
}
