import {
  BAG_INFO,
  BAGIT,
  BAGIT_TEXT,
  type BagOptions,
  type BagReport,
  type BagSink,
  type BagSource,
  bagInfoOf,
  type ExportFilter,
  MANIFEST,
  makeBag,
  printBagInfo,
  printManifest,
  type Seal,
  TAG_MANIFEST,
  type ToExport,
  type TrailToExport,
  verifyBag,
} from '@compliance-relay/shared/bag'
import {
  type Body,
  fromUtf8,
  hex,
  inclusionProof,
  leafHash,
  memoryLeafStore,
  parsePolicy,
  printCheckpoint,
  printTlogProof,
  sha256,
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

export function policyText(maker: TrailMaker, others: readonly TrailMaker[] = []): string {
  const logs = [...others, maker].map(({ trailKey }) => `log ${trailKey.vkey}\n`).join('')
  return `${logs}witness server ${maker.witness.vkey}\nquorum server\n`
}

export interface BagPlan {
  readonly filter?: ExportFilter
  /** Records that come while it is made. */
  readonly between?: number
  /** Older trails of the same relay, oldest first, with the same witness. */
  readonly others?: readonly TrailMaker[]
  readonly leftOut?: readonly string[]
  /** What is sealed in place of what is true. */
  readonly change?: (body: Body) => Body
  /** A file that says something else, and is sealed so: as a relay would that lies. */
  readonly words?: { readonly file: string; readonly change: (text: string) => string }
  readonly day?: string
  /** A time stamp of a checkpoint file, to lie beside it. */
  readonly stampOf?: (note: Uint8Array) => Uint8Array
}

/** A bag of a made trail, as a relay would make it; the trail goes on a little while it is made. */
export async function bagOf(
  maker: TrailMaker,
  {
    filter = {},
    between = 2,
    others = [],
    leftOut = [],
    change = (body) => body,
    words,
    day = '2026-03-02',
    stampOf,
  }: BagPlan = {},
): Promise<MadeBag> {
  const sink = new FilesSink()
  let instead: Files = new Map()
  const { size } = maker
  const policy = utf8(policyText(maker, others))
  const asked: ToExport = {
    trails: [...others, maker].map((one) => trailOf(one, stampOf)),
    filter,
    reason: 'for the inspection of March',
    policy,
    software: 'Compliance Relay 0.1.0',
    organization: 'lab.example',
    leftOut,
    day,
  }
  await makeBag(asked, sink, async (body) => {
    for (let i = 0; i < between; i++)
      maker.record(
        'file.created',
        { id: 'jdoe', name: 'Jane Doe', via: 'file-owner' },
        { path: `later-${i}` },
      )
    if (words !== undefined) instead = toldInstead(sink.files, words, body as unknown as Seal, day)
    const said = change(words === undefined ? body : { ...body, ...digestsOf(instead) })
    maker.record('export.sealed', { id: 'quinn', name: 'Quinn Parker', via: 'password' }, said)
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
  })
  if (words !== undefined) {
    for (const [name, bytes] of instead) sink.files.set(name, bytes)
    sink.files.set(
      TAG_MANIFEST,
      manifestOf(sink.files, (name) => !/^data\/|^tagmanifest/.test(name)),
    )
  }
  return { files: sink.files, maker, policy }
}

/** What a bag says when one of its files is another: that file, its manifest and bag-info.txt, each true of the others. */
function toldInstead(
  files: Files,
  { file, change }: NonNullable<BagPlan['words']>,
  seal: Seal,
  day: string,
): Files {
  const told: Files = new Map(files)
  if (file.startsWith('data/')) told.set(file, utf8(change(fromUtf8(told.get(file) ?? new Uint8Array()))))
  const payload = [...told.values()].reduce((sum, { length }) => sum + length, 0)
  told.set(
    MANIFEST,
    manifestOf(told, () => true),
  )
  const info = printBagInfo(bagInfoOf(seal, { day, payload: { bytes: payload, files: files.size } }))
  told.set(BAG_INFO, utf8(file === BAG_INFO ? change(info) : info))
  if (file === BAGIT) told.set(BAGIT, utf8(change(BAGIT_TEXT)))
  return told
}

function digestsOf(files: Files): Body {
  const digest = (name: string) => hex(sha256(files.get(name) ?? new Uint8Array()))
  return { manifest: digest(MANIFEST), info: digest(BAG_INFO) }
}

/** The lists of a bag made anew, so that they agree with what is in it now. */
export function manifestOf(files: Files, isIn: (name: string) => boolean): Uint8Array {
  const listed = [...files].filter(([name]) => isIn(name))
  return utf8(printManifest(new Map(listed.map(([name, bytes]) => [name, hex(sha256(bytes))]))))
}

function trailOf(maker: TrailMaker, stampOf?: (note: Uint8Array) => Uint8Array): TrailToExport {
  const { trail, size } = maker
  const head = printCheckpoint(maker.checkpoint())
  return {
    trail,
    size,
    lines: () => maker.lines.slice(0, size),
    checkpoints: () => [{ size, note: head, ...(stampOf === undefined ? {} : { timeStamp: stampOf(head) }) }],
  }
}

export function verified(
  files: Files,
  policy: Uint8Array,
  more: Partial<BagOptions> = {},
): Promise<BagReport> {
  return verifiedBy(files, { policy: parsePolicy(policy) }, more)
}

/** The same, by a policy that was read before: of thousands of bags it takes half the time. */
export function verifiedBy(
  files: Files,
  trust: BagOptions['trust'],
  more: Partial<BagOptions> = {},
): Promise<BagReport> {
  return verifyBag(new FilesSource(files), { trust, ...more })
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
