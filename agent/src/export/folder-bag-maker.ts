import { type ChildProcess, fork } from 'node:child_process'
import type { ExportFilterView, ReportForm } from '@compliance-relay/shared/api'
import { fingerprintOf, type Seal } from '@compliance-relay/shared/bag'
import {
  type BagMaker,
  type BagToMake,
  ExportFailed,
  type ExportFile,
  type MadeBag,
  type SealedFor,
} from '@compliance-relay/shared/relay'
import { type Body, canonical } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import type { Note } from '../log.ts'
import { checkedFilter } from './export-filter.ts'
import type { ExportFolder } from './export-folder.ts'
import type { ExportTask, FromExportProcess, ToExportProcess } from './export-messages.ts'
import { ExportRefused } from './export-refused.ts'
import { readSealRequest } from './seal-request.ts'

export interface FolderBagMakerOptions {
  /** The data folder, and where exports are kept in it. */
  readonly data: string
  readonly folder: ExportFolder
  /** The keys of its trails. */
  readonly vkeys: () => readonly string[]
  /** Records the seal; gives the place of its record. Rejects with `ExportRefused` or `UnusableInput`. */
  readonly seal: (seal: Seal, { actor, evidence }: SealedFor) => Promise<number>
  /** Has the newest head stamped, and says what came of it; undefined where the site has no authority for it. */
  readonly stamp: () => Promise<string | undefined>
  readonly isHeld: () => boolean
  readonly note: Note
}

/** What the process may take of memory, whatever it exports or prints. */
const MEMORY_MEBIBYTES_MAX = 1_024

/** Makes exports of a data folder, each in a process of its own. */
export class FolderBagMaker implements BagMaker {
  readonly #options: FolderBagMakerOptions
  #process: ChildProcess | undefined
  #closed = false

  constructor(options: FolderBagMakerOptions) {
    this.#options = options
  }

  checked(filter: ExportFilterView): ExportFilterView {
    return structuredClone(checkedFilter(filter)) as ExportFilterView
  }

  isHeld(): boolean {
    return this.#options.isHeld()
  }

  async make({ id, filter, reason, sealedFor, onProgress }: BagToMake): Promise<MadeBag> {
    const { data, folder } = this.#options
    const asked = checkedFilter(filter)
    const task = { make: 'bag', data, file: folder.file(id, 'bag'), filter: asked, reason } as const
    const said = canonical({ filter: { ...asked }, reason })
    const answer = await this.#run(task, {
      onProgress,
      seal: (body) => this.#seal(body, said, sealedFor),
    })
    if (!('made' in answer)) throw new ExportFailed('internal')
    return answer.made
  }

  async print(id: string, form: ReportForm): Promise<number> {
    const { folder, vkeys } = this.#options
    const answer = await this.#run({
      make: 'report',
      bag: folder.file(id, 'bag'),
      file: folder.file(id, form),
      form,
      fingerprints: vkeys().map(fingerprintOf),
    })
    if (!('printed' in answer)) throw new ExportFailed('internal')
    return answer.printed
  }

  open(id: string, file: ExportFile): ReadableStream<Uint8Array> {
    return this.#options.folder.open(id, file)
  }

  /** What the system does not let go of now, the next start removes. */
  remove(id: string): void {
    try {
      this.#options.folder.remove(id)
    } catch (error) {
      this.#options.note('exports-not-removed', { error })
    }
  }

  close(): void {
    this.#closed = true
    this.#process?.kill('SIGKILL')
  }

  /** What the process says of itself is believed in nothing: what was asked for is what is sealed. */
  async #seal(body: Body, said: string, sealedFor: () => SealedFor): Promise<number> {
    const seal = readSealRequest(body)
    if (canonical({ filter: { ...seal.filter }, reason: seal.reason }) !== said)
      throw new Error('a bag was made of something else than was asked for')
    return this.#options.seal(seal, sealedFor())
  }

  /** Runs a task to its end. Rejects with `ExportFailed`; then nothing of it is left. */
  #run(
    task: ExportTask,
    asked: {
      readonly onProgress?: BagToMake['onProgress']
      readonly seal?: (body: Body) => Promise<number>
    } = {},
  ): Promise<FromExportProcess> {
    if (this.#closed) return Promise.reject(new ExportFailed('internal'))
    const child = fork(new URL('./export-process.ts', import.meta.url), [], {
      execArgv: [`--max-old-space-size=${MEMORY_MEBIBYTES_MAX}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#process = child
    const tell = (message: ToExportProcess) => {
      if (child.connected) child.send(message, () => {})
    }
    return new Promise<FromExportProcess>((resolve, reject) => {
      let last: FromExportProcess | undefined
      const ended = (how: string) => {
        this.#process = undefined
        if (last !== undefined && !('failed' in last)) return resolve(last)
        const failed = last?.failed ?? { code: 'internal' as const, says: how }
        // What somebody asked for in vain is for them to look at.
        if (!this.#closed && failed.code !== 'nothing-asked-for')
          this.#options.note('export-failed', { code: failed.code, reason: failed.says })
        reject(new ExportFailed(failed.code, failed.unmatched))
      }
      child.once('error', (error) => ended(messageOf(error)))
      child.once('exit', (code, signal) => {
        const end = () => ended(`its process ended with ${signal ?? code}`)
        // What it said last may still be on its way.
        if (child.connected) child.once('disconnect', end)
        else end()
      })
      child.on('message', (message: FromExportProcess) => {
        if ('stage' in message) asked.onProgress?.(message.stage, message.done, message.of)
        else if ('stamp' in message) void this.#stamped().then(tell)
        else if ('seal' in message) void this.#answer(asked.seal, message.seal).then(tell)
        else last = message
      })
      tell({ task })
    }).catch((error: unknown) => {
      this.#options.folder.removeFile(task.file)
      throw error
    })
  }

  /** What hinders a time stamp does not hinder the export: it is without one. */
  async #stamped(): Promise<ToExportProcess> {
    try {
      return { stamped: (await this.#options.stamp()) ?? null }
    } catch (error) {
      this.#options.note('export-not-stamped', { reason: messageOf(error) })
      return { stamped: null }
    }
  }

  async #answer(seal: ((body: Body) => Promise<number>) | undefined, body: Body): Promise<ToExportProcess> {
    try {
      if (seal === undefined) throw new Error('nothing is to be sealed')
      return { sealed: await seal(body) }
    } catch (error) {
      if (error instanceof ExportFailed || error instanceof ExportRefused) return { refused: error.code }
      this.#options.note('export-failed', { code: 'internal', reason: messageOf(error) })
      return { refused: 'internal' }
    }
  }
}
