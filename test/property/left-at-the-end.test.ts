import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  emptyHead,
  leafHash,
  parseCheckpoint,
  printCheckpoint,
  readEntry,
} from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leftAtTheEnd } from '../../agent/src/export/left-at-the-end.ts'
import { requireSealable } from '../../agent/src/export/seal-export.ts'
import { columnsOf } from '../../agent/src/sqlite/columns.ts'
import { inTransaction, openDatabase } from '../../agent/src/sqlite/database.ts'
import { TrailStore } from '../../agent/src/sqlite/trail-store.ts'
import { softwareName } from '../../agent/src/version.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* A made trail has a record each second from this time on. */
const first = Date.UTC(2026, 2, 2, 8)
const hour = 3_600_000
const second = 1_000

let folder: string
let database: ReturnType<typeof openDatabase>
let store: TrailStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'left-at-the-end-'))
  database = openDatabase(join(folder, 'relay.db'))
  store = new TrailStore(database)
  const maker = new TrailMaker('left at the end')
  const notes = new Map<number, Uint8Array>()
  for (const size of [5, 10, 12]) {
    while (maker.size < size) maker.take({ do: 'capture', body: { path: `${maker.size}.dat` } })
    if (size < 12) notes.set(size, printCheckpoint(maker.checkpoint()))
  }
  inTransaction(database, () => {
    store.addTrail({ id: 1, origin: maker.trail, vkey: maker.trailKey.vkey })
    let { checksum } = emptyHead(maker.trail)
    const entries = maker.lines.map((line, seq) => {
      const { record, checksum: own } = readEntry(line)
      const prev = checksum
      checksum = own
      return { seq, prev, leaf: leafHash(line), line, columns: columnsOf(record) }
    })
    store.append(1, entries)
    for (const [size, note] of notes) store.addCheckpoint(1, size, note)
  })
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

describe('an export that ends at an earlier checkpoint', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  const left = (isWritten: boolean, size: number, now: number) =>
    leftAtTheEnd(store, { id: 1, isWritten }, size, now)

  test('is taken for all of the trail while no record after it is older than an hour', () => {
    const oldest = first + 5 * second
    expect(left(true, 5, oldest + hour)).toBeUndefined()
    expect(left(true, 5, oldest + hour + 1)).toContain('record 5 is after that')
    expect(left(true, 12, oldest + 2 * hour)).toBeUndefined()
    // A clock that was put back since.
    expect(left(true, 5, first - 2 * hour)).toContain('record 5 is after that')
  })

  test('is all of a trail that is not written to only at its last checkpoint', () => {
    expect(left(false, 5, first)).toBe('it has 10 records')
    expect(left(false, 10, first + 2 * hour)).toBeUndefined()
  })

  test('is not all of one whose later head the notary had, and nobody has here', () => {
    const notarised = (size: number) =>
      leftAtTheEnd(store, { id: 1, isWritten: false, whenLeft: 12, notarised: size }, 10, first)
    expect(notarised(10)).toBeUndefined()
    expect(notarised(12)).toBe('a head of 12 records is missing here that the notary had')
  })

  test('is not sealed', () => {
    const [trail] = store.trails()
    if (trail === undefined) throw new Error('there is no trail')
    const sealAt = (size: number, now: number) => {
      const { root } = parseCheckpoint(store.checkpoint(1, size)?.note ?? new Uint8Array())
      const said = { count: size, filter: {}, manifest: '', info: '', reason: '', leftOut: [] }
      const trails = [{ trail: trail.origin, size, root }]
      const seal = {
        ...said,
        format: 1,
        trails,
        software: softwareName,
        organization: 'lab.example',
      } as const
      return () => requireSealable({ store, trail, doubts: [] }, 'lab.example', seal, now)
    }
    expect(sealAt(5, first + 2 * hour)).toThrow(
      `stops at 5 records of ${trail.origin}, and record 5 is after that`,
    )
    expect(sealAt(10, first + hour)).not.toThrow()
  })
})
