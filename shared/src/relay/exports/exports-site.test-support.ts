import type { ExportFilterView, ReportForm } from '../../api/index.ts'
import { Problem } from '../../api/index.ts'
import { utf8 } from '../../trail/index.ts'
import type { Site } from '../people-site.test-support.ts'
import type { BagMaker, BagToMake, ExportFailed, ExportFile, MadeBag } from './bag-maker.ts'
import { Exports } from './exports.ts'

/** Makes bags of a few bytes, when it is told to. For tests. */
export class PlannedBags implements BagMaker {
  readonly kept = new Map<string, string>()
  readonly sealed: unknown[] = []
  /** What waits to be made, or printed. */
  readonly waiting: (() => void)[] = []
  isClosed = false
  held = false
  sizeBytes = 9
  /** Each is made as soon as its turn comes. */
  isPrompt = true
  fails: ExportFailed | undefined

  checked(filter: ExportFilterView): ExportFilterView {
    if (filter.kinds?.includes('none') === true) throw new Problem('bad-request', { pointer: '/filter' })
    return filter
  }

  isHeld(): boolean {
    return this.held
  }

  async make({ id, reason, sealedFor, onProgress }: BagToMake): Promise<MadeBag> {
    onProgress('checking', 1, 3)
    await this.#told()
    if (this.fails !== undefined) throw this.fails
    this.sealed.push({ ...sealedFor(), reason })
    this.kept.set(`${id} bag`, 'PK a bag!')
    const digests = { sha256: 'a'.repeat(64), manifest: 'b'.repeat(64) }
    return {
      ...digests,
      sizeBytes: this.sizeBytes,
      records: 2,
      withheld: 1,
      leftOut: [],
      unasked: [],
      timeStamp: null,
    }
  }

  async print(id: string, form: ReportForm): Promise<number> {
    await this.#told()
    if (this.fails !== undefined) throw this.fails
    this.kept.set(`${id} ${form}`, form === 'pdf' ? '%PDF' : '<!doctype html><script>alert(1)</script>')
    return this.#bytesOf(id, form).length
  }

  open(id: string, file: ExportFile): ReadableStream<Uint8Array> {
    const bytes = this.#bytesOf(id, file)
    let at = 0
    return new ReadableStream({
      pull: (controller) => {
        if (at === bytes.length) return controller.close()
        return controller.enqueue(bytes.slice(at, ++at))
      },
    })
  }

  remove(id: string): void {
    for (const key of [...this.kept.keys()]) if (key.startsWith(`${id} `)) this.kept.delete(key)
  }

  close(): void {
    this.isClosed = true
  }

  /** Lets everything go on that waits, until nothing does. */
  async finish(): Promise<void> {
    this.isPrompt = true
    for (let i = 0; i < 20; i++) {
      for (const go of this.waiting.splice(0)) go()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #bytesOf(id: string, file: ExportFile): Uint8Array {
    const text = this.kept.get(`${id} ${file}`)
    if (text === undefined) throw new Error('it is not there')
    return utf8(text)
  }

  #told(): Promise<void> {
    if (this.isPrompt) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push(resolve))
  }
}

/** The exports of a site. For tests. */
export function exportsOf(
  { people, disk }: Pick<Site, 'people' | 'disk'>,
  maker: BagMaker = new PlannedBags(),
): Exports {
  let made = 0
  return new Exports({
    people,
    maker,
    random: (size) => new Uint8Array(size).fill(++made),
    wall: () => disk.wall,
    now: () => disk.now,
    every: () => () => {},
    onError: (error) => {
      throw error
    },
  })
}
