import { BlobReader, type Entry, ZipReader, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js'
import type { BagSource } from './bag-source.ts'
import { BagUnreadable } from './faults.ts'
import type { BagSink } from './make-bag.ts'
import { zipFaults } from './zip-form.ts'

/** The same in every bag: when it was made, its record says. The oldest time a zip can have. */
const NO_TIME = new Date(1980, 0, 1)

/** A bag in a zip, as it is handed over. Files are read where they lie; nothing is unpacked. */
export interface ZipBag extends BagSource {
  close(): Promise<void>
}

/**
 * Opens one. `blob`: of a file, in a browser and in Node alike. Throws `BagUnreadable` for what is no zip, or one that was
 * cut off or packed by another program. What is not in its form is among its faults. What is not in the one folder that a bag has keeps its whole name, and so is a file too many.
 */
export async function openZipBag(blob: Blob): Promise<ZipBag> {
  const faults = await zipFaults(blob)
  const reader = new ZipReader(new BlobReader(blob), { useWebWorkers: false, checkSignature: true })
  const entries = await orUnreadable('the zip', () => reader.getEntries())
  // A folder is a name that ends in a slash and has no bytes: what else calls itself one is a file that is hidden.
  const files = entries.filter(
    ({ filename, uncompressedSize }) => !filename.endsWith('/') || uncompressedSize > 0,
  )
  const folder = folderOf(entries)
  const named = files.map((entry) => ({
    entry,
    name: entry.filename.startsWith(folder) ? entry.filename.slice(folder.length) : entry.filename,
  }))
  return {
    faults: faults.map((fault) => ({ code: 'zip-form', ...fault })),
    files: named.map(({ name, entry }) => ({ name, sizeBytes: entry.uncompressedSize })),
    read(name) {
      const found = named.find((one) => one.name === name)
      if (found === undefined) throw new BagUnreadable(name, 'it is not in the zip')
      return piecesOf(name, found.entry)
    },
    close: () => reader.close(),
  }
}

/** The folder all of them are in, with its slash; empty if there is none such. */
function folderOf(entries: readonly Entry[]): string {
  const [first] = entries
  const folder = /^[^/]+\//.exec(first?.filename ?? '')?.[0] ?? ''
  return entries.every(({ filename }) => filename.startsWith(folder)) ? folder : ''
}

async function* piecesOf(name: string, entry: Entry): AsyncGenerator<Uint8Array> {
  if (entry.directory) throw new BagUnreadable(name, 'it calls itself a folder')
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const whole = entry.getData(writable)
  // Whoever reads is told; this only keeps it from being nobody's error.
  whole.catch(() => {})
  // Damaged, it ends without a word to whoever reads: then there is nothing more to wait for.
  const failed = new Promise<never>((_, reject) => whole.catch(reject))
  failed.catch(() => {})
  const reader = readable.getReader()
  try {
    for (;;) {
      const { done, value } = await orUnreadable(name, () => Promise.race([reader.read(), failed]))
      if (done) break
      yield value
    }
    await orUnreadable(name, () => whole)
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function orUnreadable<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new BagUnreadable(name, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Writes a bag as a zip, one file after the other. */
export class ZipSink implements BagSink {
  readonly #writer: ZipWriter<unknown>
  readonly #folder: string

  /** `folder`: its one folder, without slash. */
  constructor(to: WritableStream<Uint8Array>, folder: string) {
    this.#writer = new ZipWriter(to, { useWebWorkers: false, keepOrder: true, zip64: true })
    this.#folder = folder
  }

  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    // As if all of them were large: one form, which `zipFaults` knows.
    const options: ZipWriterAddDataOptions = {
      lastModDate: NO_TIME,
      extendedTimestamp: false,
      level: 6,
      zip64: true,
    }
    await this.#writer.add(`${this.#folder}/${name}`, streamOf(pieces), options)
  }

  /** The zip is whole when it resolves. */
  async close(): Promise<void> {
    await this.#writer.close()
  }
}

/** Asked piece by piece, so that no more is made than is written. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
}
