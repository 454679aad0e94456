import {
  type Body,
  Frontier,
  fromUtf8,
  type Hash,
  hex,
  leafHash,
  readEntry,
  sha256,
  sha256InPieces,
  utf8,
} from '../trail/index.ts'
import { type BagInfo, printBagInfo } from './bag-info.ts'
import { printLeaves } from './check-seal.ts'
import { Choosing, type Chosen } from './chosen.ts'
import { csvHeader, csvRow } from './csv.ts'
import { type ExportFilter, filterText } from './filter.ts'
import {
  BAG_INFO,
  BAGIT,
  BAGIT_TEXT,
  CSV,
  checkpointFile,
  leavesFile,
  MANIFEST,
  POLICY,
  RECIPE,
  RECORDS,
  SEAL,
  SEAL_LEAVES,
  SEAL_PROOF,
  TAG_MANIFEST,
  timeStampFile,
} from './layout.ts'
import { printManifest } from './manifest.ts'
import { recipe } from './recipe.ts'
import { type Seal, type SealedTrail, sealBody } from './seal.ts'

/** Where the files of a bag go, one after the other. */
export interface BagSink {
  /** The file is whole when it resolves. `sizeBytes`: about how large it will be. Not to be repeated. */
  write(name: string, pieces: AsyncIterable<Uint8Array>, sizeBytes?: number): Promise<void>
}

export interface TrailToExport {
  readonly trail: string
  readonly size: number
  /** Its lines from 0 to size, each time it is called. */
  readonly lines: () => Iterable<Uint8Array>
  /** Heads of it up to that size, with the time stamps there are. */
  readonly checkpoints: () => Iterable<{
    readonly size: number
    readonly note: Uint8Array
    readonly timeStamp?: Uint8Array
  }>
  /** What the filter asks beside what a record says: see `ExportFilter.states`. */
  readonly isIn?: (seq: number) => boolean
}

export interface ToExport {
  /** The one the seal will stand in is among them. */
  readonly trails: readonly TrailToExport[]
  readonly filter: ExportFilter
  readonly reason: string
  readonly policy: Uint8Array
  /** Who made it, with what, when: further lines of bag-info.txt. */
  readonly info: BagInfo
}

/** What a relay answers when it has sealed a bag. */
export interface Sealed {
  /** The line of its record. */
  readonly line: Uint8Array
  /** A tlog-proof of it under a head that is signed, and cosigned as far as it is. */
  readonly proof: Uint8Array
  /** Leaves of its trail from the size that was exported up to that head. */
  readonly leaves: readonly Hash[]
}

/** No record is taken by the filter: a bag of nothing would look like an answer. */
export class NothingAskedFor extends Error {
  override readonly name = 'NothingAskedFor'

  constructor() {
    super('no record is taken by this filter')
  }
}

/** Lines in one piece of a file: enough that writing costs more than handing over. */
const PIECE_BYTES = 256 << 10
const TURN_LINES = 2_000

/**
 * Makes a bag: the payload, then what it is, then the seal on both, then the list of all that. Nothing is held but a bit
 * and a hash for each record. `onProgress`: lines written so far, of how many. Rejects with what sink, trails or `seal`
 * throw, or `NothingAskedFor`: then there is no bag.
 */
export async function makeBag(
  asked: ToExport,
  sink: BagSink,
  seal: (body: Body) => Promise<Sealed>,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Seal> {
  const digests = new Map<string, string>()
  const put = async (name: string, pieces: AsyncIterable<Uint8Array>) => {
    const running = sha256InPieces()
    await sink.write(name, hashed(pieces, running.update))
    digests.set(name, hex(running.digest()))
  }
  const of = 3 * asked.trails.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const step = (lines: number) => {
    done += lines
    onProgress(done, of)
  }

  const trails: SealedTrail[] = []
  const chosen = new Map<string, Chosen>()
  let taken = 0
  for (const one of asked.trails) {
    const choosing = new Choosing(asked.filter, one.isIn)
    const tree = new Frontier()
    const hash = hex(sha256(utf8(one.trail)))
    await put(
      leavesFile(hash),
      piecesOf(one.lines(), step, (line) => {
        choosing.show(line)
        const leaf = leafHash(line)
        tree.append(leaf)
        return utf8(`${hex(leaf)}\n`)
      }),
    )
    if (tree.size !== one.size) throw new Error(`${one.trail} has ${tree.size} records, not ${one.size}`)
    for (const { size, note, timeStamp } of one.checkpoints()) {
      await put(checkpointFile(hash, size), once(note))
      if (timeStamp !== undefined) await put(timeStampFile(hash, size), once(timeStamp))
    }
    trails.push({ trail: one.trail, size: one.size, root: tree.root().slice() })
    chosen.set(one.trail, choosing.chosen)
    taken += choosing.asked
  }
  if (taken === 0) throw new NothingAskedFor()
  const count = [...chosen.values()].reduce((sum, one) => sum + one.count, 0)
  await put(
    RECORDS,
    piecesOf(chosenLines(asked.trails, chosen, step), () => {}, jsonLine(count), utf8('[\n'), utf8(']\n')),
  )
  await put(
    CSV,
    piecesOf(
      chosenLines(asked.trails, chosen, step),
      () => {},
      (line) => csvRow(readEntry(line).record, fromUtf8(line)),
      csvHeader,
    ),
  )
  await put(POLICY, once(asked.policy))
  await put(RECIPE, once(utf8(recipe)))

  const manifest = utf8(printManifest(digests))
  const info = utf8(printBagInfo(infoOf(asked, trails, count)))
  const sealed: Seal = {
    manifest: hex(sha256(manifest)),
    info: hex(sha256(info)),
    filter: asked.filter,
    trails,
    count,
    reason: asked.reason,
  }
  const { line, proof, leaves } = await seal(sealBody(sealed))
  const tags = new Map<string, Uint8Array>([
    [BAGIT, utf8(BAGIT_TEXT)],
    [BAG_INFO, info],
    [MANIFEST, manifest],
    [SEAL, utf8(`${fromUtf8(line)}\n`)],
    [SEAL_PROOF, proof],
    [SEAL_LEAVES, printLeaves(leaves)],
  ])
  for (const [name, bytes] of tags) await sink.write(name, once(bytes))
  const tagDigests = new Map([...tags].map(([name, bytes]) => [name, hex(sha256(bytes))]))
  await sink.write(TAG_MANIFEST, once(utf8(printManifest(tagDigests))))
  return sealed
}

function infoOf({ filter, reason, info }: ToExport, trails: readonly SealedTrail[], count: number): BagInfo {
  const all = trails.reduce((sum, { size }) => sum + size, 0)
  return [
    ...info,
    ['Reason', reason],
    ['Filter', filterText(filter)],
    ['Records', `${count} of ${all}; ${all - count} withheld, each by its leaf in leaves.txt`],
    [
      'Note',
      'Every record here is shown to be in its trail. That the filter took all it should, only the whole trail can show.',
    ],
    ...trails.map(({ trail, size }) => ['Trail', `${trail}, ${size} records`] as const),
  ]
}

/** All lines but the last end with a comma: what is between the brackets is JSON, and each line an exact entry. */
function jsonLine(count: number): (line: Uint8Array) => Uint8Array {
  let written = 0
  return (line) => {
    written++
    return utf8(`${fromUtf8(line)}${written < count ? ',' : ''}\n`)
  }
}

function* chosenLines(
  trails: readonly TrailToExport[],
  chosen: ReadonlyMap<string, Chosen>,
  step: (lines: number) => void,
): Generator<Uint8Array> {
  for (const { trail, lines } of trails) {
    const bits = chosen.get(trail)
    let seq = 0
    for (const line of lines()) {
      if (bits?.has(seq) === true) yield line
      seq++
      if (seq % TURN_LINES === 0) step(TURN_LINES)
    }
    step(seq % TURN_LINES)
  }
}

/** In pieces of some size; others get their turn between them. */
async function* piecesOf(
  lines: Iterable<Uint8Array>,
  step: (lines: number) => void,
  write: (line: Uint8Array) => Uint8Array,
  head: Uint8Array = new Uint8Array(0),
  tail: Uint8Array = new Uint8Array(0),
): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [head]
  let bytes = head.length
  let since = 0
  const take = (): Uint8Array => {
    const piece = joined(open, bytes)
    open = []
    bytes = 0
    return piece
  }
  for (const line of lines) {
    const written = write(line)
    open.push(written)
    bytes += written.length
    since++
    if (bytes < PIECE_BYTES) continue
    step(since)
    since = 0
    yield take()
  }
  open.push(tail)
  bytes += tail.length
  step(since)
  yield take()
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  update: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    update(piece)
    yield piece
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
