import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { emptyHead, Linker, leafHash, macKey } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClaimBook } from './people/claim-book.ts'
import { columnsOf } from './sqlite/columns.ts'
import { openDatabase } from './sqlite/database.ts'
import { TrailStore } from './sqlite/trail-store.ts'
import { UnitStore } from './sqlite/unit-store.ts'
import { unclaimedCaptures, unclaimedCounts } from './unclaimed.ts'

const tags = ['req/P11-10e-7', 'challenge']
const RECORDS = 30
const isUnread = (seq: number) => seq % 5 === 1 && seq % 3 !== 0
const origins = ['lab.example/t/ws-nmr-01/20260301-0001', 'lab.example/t/ws-nmr-01/20260302-0002']
const jdoe = { id: 'jdoe', name: 'Jane Doe' }
const actor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
let folder: string
let database: DatabaseSync
let stores: { readonly units: UnitStore; readonly store: TrailStore; readonly claims: ClaimBook }

/** Two trails. Of each, every third record is of a file that was read, and some others of what was not. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-unclaimed-'))
  database = openDatabase(join(folder, 'relay.db'))
  const store = new TrailStore(database)
  const units = new UnitStore(database)
  const linker = new Linker(macKey(new Uint8Array(32).fill(1)))
  for (const [i, origin] of origins.entries()) {
    const id = i + 1
    store.addTrail({ id, origin, vkey: `${origin}+00000000+AA` })
    let head = emptyHead(origin)
    for (let seq = 0; seq < RECORDS; seq++) {
      const isRead = seq % 3 === 0
      const body = { watch: 'w1', path: `${id}-${seq}.dat`, ...(isRead ? { sha256: 'a'.repeat(64) } : {}) }
      const draft = { kind: 'capture.refused', actor, time: '2026-03-02T08:00:00.000Z', body }
      const linked = linker.link(head, draft)
      const line = linked.line.slice()
      const prev = head.checksum
      head = linked.head
      store.append(id, [{ seq, prev, leaf: leafHash(line), line, columns: columnsOf(draft) }])
      if (isUnread(seq))
        units.put({
          folder: 1,
          name: `${id}-${seq}.dat`,
          kind: 'other',
          state: 'refused',
          fileId: '',
          stamp: '',
          size: 0,
          digest: '',
          profile: '',
          trail: id,
          seq,
        })
    }
  }
  stores = { store, units, claims: new ClaimBook(store) }
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

/** All pages, one after the other. */
function listed(limit: number): string[] {
  const paths: string[] = []
  const { unclaimed: total } = unclaimedCounts(stores)
  for (let after: string | undefined; ; ) {
    const page = unclaimedCaptures(stores, { limit, after })
    if (page === undefined) throw new Error('there is no such page')
    expect(page.unclaimed.length).toBeLessThanOrEqual(limit)
    paths.push(...page.unclaimed.map(({ path }) => path ?? '?'))
    expect(page).toMatchObject({ total, more: total - paths.length })
    if (page.next === null) return paths
    after = page.next
  }
}

test('pages of any length are the whole list, each capture once, over all trails, in the order of their records', {
  tags,
}, () => {
  const whole = listed(10_000)
  const expected = [1, 2].flatMap((id) =>
    Array.from({ length: RECORDS }, (_, seq) => seq)
      .filter((seq) => seq % 3 === 0 || isUnread(seq))
      .map((seq) => `${id}-${seq}.dat`),
  )
  expect(whole).toEqual(expected)
  for (const limit of [1, 2, 3, 7, whole.length - 1, whole.length]) expect(listed(limit)).toEqual(whole)
})

test('what is claimed is passed over, also where whole pages of it are, and a place that is claimed is still one', {
  tags,
}, () => {
  const first = unclaimedCaptures(stores, { limit: 1 })
  for (let seq = 0; seq < RECORDS; seq += 3) stores.claims.add(origins[0] ?? '', seq, jdoe)
  stores.claims.add(origins[1] ?? '', 0, jdoe)
  expect(unclaimedCounts(stores)).toEqual({ unclaimed: 17, claimable: 9, claimed: stores.claims.size })
  const whole = listed(10_000)
  expect(whole).toHaveLength(17)
  expect(whole).not.toContain('1-3.dat')
  expect(whole).toContain('1-1.dat')
  for (const limit of [1, 2, 5]) expect(listed(limit)).toEqual(whole)
  expect(unclaimedCaptures(stores, { limit: 99, after: first?.next ?? '' })?.unclaimed).toHaveLength(17)
})

test.each([
  '',
  '3',
  '3@',
  '@',
  '-1@lab.example/t/ws-nmr-01/20260301-0001',
  '3@lab.example/t/ws-nmr-01/20260303-0003',
])('a place that is none is no page: %j', { tags }, (after) => {
  expect(unclaimedCaptures(stores, { limit: 5, after })).toBeUndefined()
})

test('after the last there is nothing more', () => {
  const page = unclaimedCaptures(stores, { limit: 5, after: `999999@${origins[1]}` })
  expect(page).toMatchObject({ more: 0, unclaimed: [], next: null })
})
