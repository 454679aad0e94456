import {
  type Body,
  concat,
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
import { bagInfoOf, printBagInfo } from './bag-info.ts'
import { printLeaves } from './check-seal.ts'
import { Choosing, type ChosenOf } from './chosen.ts'
import { csvHeader, csvRow } from './csv.ts'
import type { ExportFilter, FilterList } from './filter.ts'
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
import { recipes } from './recipe.ts'
import { BAG_FORMAT, type Seal, type SealedTrail, sealBody } from './seal.ts'
import { SignatureStates } from './signature-states.ts'

/** Where the files of a bag go, one after the other. */
export interface BagSink {
  /** The file is whole when it resolves. Not to be repeated. */
  write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
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
}

export interface ToExport {
  /** The one the seal will stand in is among them. */
  readonly trails: readonly TrailToExport[]
  readonly filter: ExportFilter
  readonly reason: string
  readonly policy: Uint8Array
  readonly software: string
  readonly organization: string
  /** Trails of the relay that are not in the bag, by name. */
  readonly leftOut: readonly string[]
  /** The day it is begun, UTC: 2026-03-02. */
  readonly day: string
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

/**
 * No record is taken by the filter, or none has one of the values it names: a bag of nothing, or of less than was meant,
 * would look like an answer.
 */
export class NothingAskedFor extends Error {
  override readonly name = 'NothingAskedFor'
  /** A value that no record has; undefined where each is some record's, and none has them all. */
  readonly unmatched: { readonly list: FilterList; readonly value: string } | undefined

  constructor(unmatched?: NothingAskedFor['unmatched']) {
    super(
      unmatched === undefined
        ? 'no record is taken by this filter'
        : `no record has ${unmatched.value} of ${unmatched.list}`,
    )
    this.unmatched = unmatched
  }
}

/** What is being written, and how many records of all have been read for it. */
export interface BagProgress {
  readonly writing: 'states' | 'leaves' | 'records' | 'table'
  readonly done: number
  readonly of: number
}

/** Lines in one piece of a file: enough that writing costs more than handing over. */
const PIECE_BYTES = 256 << 10
const TURN_LINES = 2_000

/**
 * Makes a bag: the payload, then what it is, then the seal on both, then the list of all that. Nothing is held but a bit
 * for each record. Rejects with what sink, trails or `seal` throw, or `NothingAskedFor`: then there is no bag.
 */
export async function makeBag(
  asked: ToExport,
  sink: BagSink,
  seal: (body: Body) => Promise<Sealed>,
  onProgress: (progress: BagProgress) => void = () => {},
): Promise<Seal> {
  const digests = new Map<string, string>()
  let payloadBytes = 0
  const put = async (name: string, pieces: AsyncIterable<Uint8Array>) => {
    const running = sha256InPieces()
    const seen = (piece: Uint8Array) => {
      running.update(piece)
      payloadBytes += piece.length
    }
    await sink.write(name, shownTo(pieces, seen))
    digests.set(name, hex(running.digest()))
  }
  const of = asked.trails.reduce((sum, { size }) => sum + size, 0)
  const stepOf = (writing: BagProgress['writing']) => {
    let done = 0
    return (lines: number) => {
      done += lines
      onProgress({ writing, done, of })
    }
  }

  const trails: SealedTrail[] = []
  const choosing = new Choosing(asked.filter)
  const [stateRead, leafWritten] = [stepOf('states'), stepOf('leaves')]
  for (const one of asked.trails) {
    const states = asked.filter.states === undefined ? undefined : statesOf(one, stateRead)
    const tree = new Frontier()
    const hash = hex(sha256(utf8(one.trail)))
    await put(
      leavesFile(hash),
      piecesOf(one.lines(), leafWritten, (line) => {
        choosing.show(line, states)
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
  }
  const { chosen, asked: taken, unmatched } = choosing
  if (taken === 0 || unmatched.left.length > 0) throw new NothingAskedFor(unmatched.left[0])
  const count = [...chosen.values()].reduce((sum, one) => sum + one.count, 0)
  await put(
    RECORDS,
    piecesOf(
      chosenLines(asked.trails, chosen, stepOf('records')),
      () => {},
      jsonLine(count),
      utf8('[\n'),
      utf8(']\n'),
    ),
  )
  await put(
    CSV,
    piecesOf(
      chosenLines(asked.trails, chosen, stepOf('table')),
      () => {},
      (line) => csvRow(readEntry(line).record, fromUtf8(line)),
      csvHeader,
    ),
  )
  await put(POLICY, once(asked.policy))
  await put(RECIPE, once(utf8(recipes[BAG_FORMAT])))

  const manifest = utf8(printManifest(digests))
  const { filter, reason, software, organization, leftOut, day } = asked
  const said: Omit<Seal, 'manifest' | 'info'> = {
    format: BAG_FORMAT,
    filter,
    trails,
    count,
    reason,
    software,
    organization,
    leftOut,
  }
  const payload = { bytes: payloadBytes, files: digests.size }
  const info = utf8(printBagInfo(bagInfoOf(said, { day, payload })))
  const sealed: Seal = { ...said, manifest: hex(sha256(manifest)), info: hex(sha256(info)) }
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

/** What the signatures on its records had come to where the bag ends: known once all of them were read. */
function statesOf({ lines }: TrailToExport, step: (lines: number) => void): SignatureStates {
  const states = new SignatureStates()
  let read = 0
  for (const line of lines()) {
    states.take(readEntry(line).record)
    if (++read % TURN_LINES === 0) step(TURN_LINES)
  }
  step(read % TURN_LINES)
  return states
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
  chosen: ChosenOf,
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
    const piece = concat(...open)
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

async function* shownTo(
  pieces: AsyncIterable<Uint8Array>,
  seen: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    seen(piece)
    yield piece
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
