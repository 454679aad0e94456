import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { ExportFilterView, ReportForm } from '@compliance-relay/shared/api'
import { fingerprintOf, type Seal, sealBody, withheldBy } from '@compliance-relay/shared/bag'
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
import type { ExportTask, ToExportProcess, WhatToExport } from './export-messages.ts'
import { ExportRefused } from './export-refused.ts'
import { type Answers, type RunningTask, runExportTask } from './run-export-task.ts'
import type { RecordedSeal } from './seal-export.ts'
import { readSealRequest } from './seal-request.ts'
import type { StampsToExport } from './trails-to-export.ts'

export interface FolderBagMakerOptions {
  /** The data folder, and where exports are kept in it. */
  readonly data: string
  readonly folder: ExportFolder
  /** The keys of its trails. */
  readonly vkeys: () => readonly string[]
  /** Records the seal. Rejects with `ExportRefused` or `UnusableInput`. */
  readonly seal: (seal: Seal, { actor, evidence }: SealedFor) => Promise<RecordedSeal>
  /** Has the newest head stamped, and says what came of it; undefined where the site has no authority for it. */
  readonly stamp: () => Promise<string | undefined>
  /** Which time stamps there are now. */
  readonly stamps: () => StampsToExport
  /** Wall clock, milliseconds. */
  readonly wall: () => number
  readonly isHeld: () => boolean
  readonly note: Note
}

/** Makes exports of a data folder, each in a process of its own whose word is taken for nothing. */
export class FolderBagMaker implements BagMaker {
  readonly #options: FolderBagMakerOptions
  readonly #running = new Set<RunningTask>()
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
    const { data, folder, wall } = this.#options
    const day = new Date(wall()).toISOString().slice(0, 10)
    const what = { data, filter: checkedFilter(filter), reason, day }
    const file = folder.file(id, 'bag')
    const heads = { stamps: undefined as StampsToExport | undefined, timeStamp: null as string | null }
    let sealed: (RecordedSeal & { readonly seal: Seal }) | undefined
    return this.#whole(file, async () => {
      await this.#run(
        { make: 'bag', file, ...what },
        {
          onProgress,
          stamp: async () => {
            heads.timeStamp = await this.#stamped()
            heads.stamps = this.#options.stamps()
            return { stamps: heads.stamps }
          },
          seal: (body, waits) =>
            this.#answer(async () => {
              const seal = await this.#checkedSeal(body, what, heads.stamps)
              if (!waits()) throw new Error('nobody waits for the seal any more')
              sealed = { seal, ...(await this.#options.seal(seal, sealedFor())) }
              return sealed.seq
            }),
        },
      )
      if (sealed === undefined) throw this.#failed('it made a bag, and nothing was sealed')
      const { seal, unasked } = sealed
      return {
        ...(await this.#checkedFile(file, sealed)),
        manifest: seal.manifest,
        records: seal.count,
        withheld: withheldBy(seal),
        leftOut: seal.leftOut,
        unasked,
        timeStamp: heads.timeStamp,
      }
    })
  }

  async print(id: string, form: ReportForm): Promise<number> {
    const { folder } = this.#options
    const file = folder.file(id, form)
    return this.#whole(file, async () => {
      const bag = folder.file(id, 'bag')
      const word = await this.#run({ make: 'report', bag, file, form, fingerprints: this.#fingerprints() })
      const sizeBytes = folder.isPlain(file) ? statSync(file).size : -1
      if (!('printed' in word) || word.printed !== sizeBytes) throw this.#failed('it printed another file')
      return sizeBytes
    })
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
    for (const task of this.#running) task.kill()
  }

  /** What was asked for is what is sealed, and a second process comes to the same from the records alone. */
  async #checkedSeal(body: Body, what: WhatToExport, stamps: StampsToExport | undefined): Promise<Seal> {
    const seal = readSealRequest(body)
    const { trails, leftOut } = seal
    if (stamps === undefined) throw new Error('a bag was made before it was known which stamps go into it')
    const word = await this.#run({ make: 'seal', ...what, trails, leftOut, stamps })
    if (!('toSeal' in word) || canonical(word.toSeal) !== canonical(sealBody(seal)))
      throw new Error('what was made is not what was asked for, or not what the records say')
    return seal
  }

  /** The file is a bag that holds under that very seal, for another process than the one that made it. */
  async #checkedFile(
    file: string,
    { seal, seq }: { readonly seal: Seal; readonly seq: number },
  ): Promise<Pick<MadeBag, 'sha256' | 'sizeBytes'>> {
    if (!this.#options.folder.isPlain(file)) throw this.#failed('there is no file where the bag was to be')
    const word = await this.#run({ make: 'check', bag: file, fingerprints: this.#fingerprints() })
    if (!('checked' in word)) throw this.#failed('the bag was not checked')
    const { findings, seal: found, sha256, sizeBytes } = word.checked
    const isSeal = found?.seq === seq && seal.trails.some(({ trail }) => trail === found.trail)
    if (findings.length > 0 || !isSeal)
      throw this.#failed(`the bag that was made does not hold: ${findings.join(', ') || 'another seal'}`)
    return { sha256, sizeBytes }
  }

  #fingerprints(): readonly string[] {
    return this.#options.vkeys().map(fingerprintOf)
  }

  /** Rejects with what the work rejects with; then nothing of it is left. Whatever else was written is not left at all. */
  async #whole<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
    const { folder, note } = this.#options
    const before = folder.names()
    let isMade = false
    try {
      const result = await work()
      isMade = true
      return result
    } finally {
      try {
        if (!isMade) folder.removeFile(file)
        folder.removeOthers(isMade ? [...before, basename(file)] : before)
      } catch (error) {
        note('exports-not-removed', { error })
      }
    }
  }

  #failed(reason: string): ExportFailed {
    if (!this.#closed) this.#options.note('export-failed', { code: 'internal', reason })
    return new ExportFailed('internal')
  }

  async #run(task: ExportTask, answers: Answers = {}): Promise<Awaited<RunningTask['ended']>> {
    if (this.#closed) throw new ExportFailed('internal')
    const running = runExportTask(task, answers, (failed) => {
      if (!this.#closed) this.#options.note('export-failed', failed)
    })
    this.#running.add(running)
    try {
      return await running.ended
    } finally {
      this.#running.delete(running)
    }
  }

  /** What hinders a time stamp does not hinder the export: it is without one. */
  async #stamped(): Promise<string | null> {
    try {
      return (await this.#options.stamp()) ?? null
    } catch (error) {
      this.#options.note('export-not-stamped', { reason: messageOf(error) })
      return null
    }
  }

  async #answer(seal: () => Promise<number>): Promise<ToExportProcess> {
    try {
      return { sealed: await seal() }
    } catch (error) {
      if (error instanceof ExportFailed || error instanceof ExportRefused) return { refused: error.code }
      this.#options.note('export-failed', { code: 'internal', reason: messageOf(error) })
      return { refused: 'internal' }
    }
  }
}
