import { createHash, createHmac } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openFileSecrets } from '@compliance-relay/shared/relay'
import {
  Frontier,
  type Head,
  headAfter,
  leafHash,
  printCheckpoint,
  readEntryParts,
  signCheckpoint,
} from '@compliance-relay/shared/trail'
import { dataFolder } from '../../agent/src/data-folder.ts'
import { openDatabase, openForReading } from '../../agent/src/sqlite/database.ts'
import { TrailStore } from '../../agent/src/sqlite/trail-store.ts'
import { readTrailKeys } from '../../agent/src/trail-keys.ts'
import { BATCH_RECORDS_MAX, TrailWriter } from '../../agent/src/trail-writer.ts'
import type { Workstation } from '../support/workstation.ts'
import { memoryOf } from './process-figures.ts'
import { count, type Row, row } from './row.ts'
import { newStation, seconds } from './stations.ts'

/** From the command to a relay at work, on a trail that grows, verified whole each time. */
export async function starts(sizes: readonly number[]): Promise<Row[]> {
  const station = newStation()
  try {
    station.init()
    const first = await start(station)
    const rows: Row[] = []
    let before: { readonly each: number; readonly peakMiB: number } | undefined
    for (const size of sizes) {
      await grow(station, size)
      const plain = plainDigests(station)
      const { ready, peakMiB } = await start(station)
      const each = (ready - first.ready) / size
      rows.push(
        row(
          `start with ${count(size)} records`,
          `${ready.toFixed(2)} s, peak ${count(peakMiB)} MiB, ${count(1 / each)} entries/s`,
          `empty ${first.ready.toFixed(2)} s, ${count(first.peakMiB)} MiB; bare SHA-256 and HMAC of the lines ${plain.toFixed(2)} s, ratio ${(plain / (ready - first.ready)).toFixed(2)}; database ${count(statSync(join(station.data, 'relay.db')).size / 2 ** 20)} MiB`,
          'time linear, memory not',
          before === undefined ? undefined : each < 1.3 * before.each && peakMiB < 1.3 * before.peakMiB,
        ),
      )
      before = { each, peakMiB }
    }
    return rows
  } finally {
    await station.remove()
  }
}

/** Seconds until the relay is at work, and the most memory it has had by then. */
async function start(station: Workstation): Promise<{ readonly ready: number; readonly peakMiB: number }> {
  const began = performance.now()
  await station.start()
  const ready = (performance.now() - began) / 1_000
  const { peakMiB } = memoryOf(station.pid)
  await station.settled()
  await station.stop()
  return { ready, peakMiB }
}

/** The least a verification must do: one HMAC-SHA-256 and one SHA-256 of each line, reading them not counted. */
function plainDigests(station: Workstation): number {
  const database = openForReading(join(station.data, 'relay.db'))
  const store = new TrailStore(database)
  const trail = store.trails().at(-1)
  if (trail === undefined) throw new Error('there is no trail')
  let spent = 0
  let lines: Uint8Array[] = []
  const digest = (): void => {
    for (const line of lines) {
      createHmac('sha256', 'any key')
        .update('compliance-relay/record/v1\n')
        .update(line.subarray(88, -1))
        .digest()
      createHash('sha256').update('\0').update(line).digest()
    }
    lines = []
  }
  for (const { line } of store.lines(trail.id)) if (lines.push(line) === 1_000) spent += seconds(digest)
  spent += seconds(digest)
  database.close()
  return spent
}

/** Records between two checkpoints: a relay signs at most twice a second. */
const RECORDS_A_CHECKPOINT = 20 * BATCH_RECORDS_MAX

/** Appends records as a relay would, up to a size: with its keys and through its writer. */
export async function grow(station: Workstation, size: number): Promise<void> {
  const folder = dataFolder(station.data)
  const database = openDatabase(folder.database)
  const store = new TrailStore(database)
  const trail = store.trails().at(-1)
  if (trail === undefined) throw new Error('there is no trail')
  const frontier = new Frontier()
  let head: Head | undefined
  for (const { line } of store.lines(trail.id)) {
    frontier.append(leafHash(line))
    head = headAfter(readEntryParts(line))
  }
  if (head === undefined) throw new Error('the trail is empty')
  const keys = await readTrailKeys(openFileSecrets(folder.keys), trail, undefined)
  const state = frontier.state()
  const writer = new TrailWriter(database, store, keys.mac, { trail: trail.id, head, frontier: state })
  // The notary is given them by the relay that is started next.
  const sign = (): void => {
    const { size } = writer.head
    const note = printCheckpoint(
      signCheckpoint({ origin: trail.origin, size, root: writer.root() }, keys.signer),
    )
    store.addCheckpoint(trail.id, size, note)
  }
  for (let signed = writer.head.size; writer.head.size < size; ) {
    writer.append(drafts(writer.head.size, Math.min(BATCH_RECORDS_MAX, size - writer.head.size)))
    if (writer.head.size - signed < RECORDS_A_CHECKPOINT) continue
    sign()
    signed = writer.head.size
  }
  sign()
  database.close()
}

/**
 * Files that were made and taken away again, a record each: then there is nothing on the disk and nothing that the relay
 * has to know of it, and a start verifies, without a file to look for.
 */
function drafts(from: number, number: number) {
  const actor = { id: 'jdoe', name: 'Jane Doe', via: 'file-owner' }
  const time = new Date().toISOString()
  return Array.from({ length: number }, (_, i) => {
    const n = from + i
    const file = Math.floor(n / 2)
    const place = { watch: 'w1', path: `run-${Math.floor(file / 100)}/f${file}.dat` }
    const sha256 = file.toString(16).padStart(64, '0')
    const common = { project: 'P-17', device: 'ws-test', ...place, seen: { first: time, rest: time } }
    return n % 2 === 0
      ? { kind: 'file.created', actor, time, body: { ...common, size: 20_480, sha256 } }
      : {
          kind: 'file.deleted',
          actor,
          time,
          body: { ...common, before: { seq: n - 1, digest: sha256, size: 20_480 } },
        }
  })
}
