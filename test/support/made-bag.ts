import {
  type BagOptions,
  type BagReport,
  type BagSink,
  type BagSource,
  type ExportFilter,
  makeBag,
  verifyBag,
} from '@compliance-relay/shared/bag'
import {
  inclusionProof,
  leafHash,
  memoryLeafStore,
  parsePolicy,
  printCheckpoint,
  printTlogProof,
  utf8,
} from '@compliance-relay/shared/trail'
import type { TrailMaker } from './make-trail.ts'

/** A bag in memory, to be broken: its files by name. */
export type Files = Map<string, Uint8Array>

export class FilesSource implements BagSource {
  readonly #files: Files
  readonly #twice: readonly string[]

  constructor(files: Files, twice: readonly string[] = []) {
    this.#files = files
    this.#twice = twice
  }

  get files(): BagSource['files'] {
    const all = [...this.#files].map(([name, { length: sizeBytes }]) => ({ name, sizeBytes }))
    return [...all, ...this.#twice.map((name) => ({ name, sizeBytes: 0 }))]
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const bytes = this.#files.get(name)
    if (bytes === undefined) throw new Error(`no file ${name}`)
    // Pieces that end anywhere.
    for (let at = 0; at < bytes.length; at += 1_013) yield bytes.subarray(at, at + 1_013)
  }
}

export class FilesSink implements BagSink {
  readonly files: Files = new Map()

  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.files.has(name)) throw new Error(`${name} is written twice`)
    const all: Uint8Array[] = []
    for await (const piece of pieces) all.push(piece.slice())
    this.files.set(name, new Uint8Array(Buffer.concat(all)))
  }
}

export interface MadeBag {
  readonly files: Files
  readonly maker: TrailMaker
  readonly policy: Uint8Array
}

export function policyText(maker: TrailMaker): string {
  return `log ${maker.trailKey.vkey}\nwitness server ${maker.witness.vkey}\nquorum server\n`
}

/** A bag of a made trail, as a relay would make it; the trail goes on a little while it is made. */
export async function bagOf(
  maker: TrailMaker,
  filter: ExportFilter = {},
  between = 2,
  stampOf?: (note: Uint8Array) => Uint8Array,
): Promise<MadeBag> {
  const sink = new FilesSink()
  const { size } = maker
  const head = printCheckpoint(maker.checkpoint())
  const policy = utf8(policyText(maker))
  await makeBag(
    {
      trails: [
        {
          trail: maker.trail,
          size,
          lines: () => maker.lines.slice(0, size),
          checkpoints: () => [
            { size, note: head, ...(stampOf === undefined ? {} : { timeStamp: stampOf(head) }) },
          ],
        },
      ],
      filter,
      reason: 'for the inspection of March',
      policy,
      info: [['Made-By', 'ws-nmr-01']],
    },
    sink,
    async (body) => {
      for (let i = 0; i < between; i++)
        maker.record(
          'file.created',
          { id: 'jdoe', name: 'Jane Doe', via: 'file-owner' },
          { path: `later-${i}` },
        )
      maker.record('export.sealed', { id: 'quinn', name: 'Quinn Parker', via: 'password' }, body)
      const index = maker.size - 1
      maker.record('relay.paused', { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }, {})
      const store = memoryLeafStore()
      for (const line of maker.lines) store.append(leafHash(line))
      const checkpoint = maker.checkpoint()
      return {
        line: maker.lines[index] as Uint8Array,
        proof: printTlogProof({ index, path: inclusionProof(index, maker.size, store.node), checkpoint }),
        leaves: maker.lines.slice(size).map(leafHash),
      }
    },
  )
  return { files: sink.files, maker, policy }
}

export function verified(
  files: Files,
  policy: Uint8Array,
  more: Partial<BagOptions> = {},
): Promise<BagReport> {
  return verifyBag(new FilesSource(files), { trust: { policy: parsePolicy(policy) }, ...more })
}

/** The codes found, each once. */
export async function codesOf(
  files: Files,
  policy: Uint8Array,
  more: Partial<BagOptions> = {},
): Promise<string[]> {
  const { findings } = await verified(files, policy, more)
  return [...new Set(findings.map(({ code }) => code))].sort()
}
