import type { Receipt } from '@compliance-relay/shared/api'
import { describe, expect, test } from 'vitest'
import { signedHere } from './outbox-standing.ts'
import {
  afterVerdict,
  batchOf,
  dueOf,
  type StatementItem,
  type StatementRow,
  unsent,
} from './statement-row.ts'

const now = 1_000_000

function row(more: Partial<StatementRow> = {}): StatementRow {
  return {
    ...unsent,
    hash: `${more.key ?? 'k'} ${more.count ?? 1}`,
    note: new Uint8Array(10),
    key: 'k',
    count: 1,
    user: 'jdoe',
    name: 'Jane Doe',
    meaning: 'reviewed',
    reason: 'looked at',
    trail: 't',
    trailId: 'id',
    relayKey: 'r',
    seqs: [3],
    headSize: 5,
    signedAt: now,
    from: 'here',
    ...more,
  }
}

function item(more: Partial<StatementItem>): StatementItem {
  return {
    statement: 'k 1',
    verdict: 'accepted',
    code: null,
    says: 'said',
    receipt: null,
    wanted: null,
    ...more,
  }
}

function receipt(more: Partial<Receipt> = {}): Receipt {
  const time = '2026-03-02T09:00:00.000Z'
  return { statement: 'k 1', trail: 't', verdict: 'accepted', code: null, record: 7, time, ...more }
}

const labels = (rows: readonly StatementRow[]) => rows.map(({ hash }) => hash)

describe('what a relay says', { tags: ['req/DI-2'] }, () => {
  test.each(['accepted', 'held', 'refused'] as const)('with a receipt makes it %s', (verdict) => {
    const code = verdict === 'accepted' ? null : 'lease-over'
    const given = item({ verdict, code, receipt: 'note' })
    const after = afterVerdict(row({ state: 'sending' }), given, receipt({ verdict, code }), now)
    expect(after).toMatchObject({ state: verdict, code, receipt: 'note', record: 7, fault: null })
  })

  test('again is what it said the first time', () => {
    const given = item({ verdict: 'duplicate', receipt: 'note' })
    expect(afterVerdict(row({ state: 'sending' }), given, receipt(), now).state).toBe('accepted')
  })

  test('without a receipt leaves it unsent, to be given again in an hour', () => {
    const gap = item({ verdict: 'held', code: 'count-gap', wanted: 4 })
    for (const given of [gap, item({ verdict: 'throttled' })])
      expect(afterVerdict(row({ state: 'sending' }), given, undefined, now)).toMatchObject({
        state: 'signed',
        wanted: given.wanted,
        retryAt: now + 3_600_000,
      })
  })

  test('of what was decided later has to be read again', () => {
    const read = row({ state: 'held', code: 'late', isAcknowledged: true })
    const decided = item({ verdict: 'duplicate', code: 'decided', receipt: 'note' })
    const after = afterVerdict(read, decided, receipt({ verdict: 'refused', code: 'decided' }), now)
    expect(after).toMatchObject({ state: 'refused', isAcknowledged: false })
  })
})

describe('what is due', { tags: ['req/DI-2', 'req/P11-10d-2'] }, () => {
  const due = (rows: readonly StatementRow[], at = now, isAsked = false) => labels(dueOf(rows, at, isAsked))

  test('is what was not given yet, and what was being given when the app was ended', () => {
    expect(due([row({ count: 1 }), row({ count: 2, state: 'sending' })])).toEqual(['k 1', 'k 2'])
    expect(due([row({ state: 'accepted' }), row({ count: 2, state: 'refused' })], now, true)).toEqual([])
  })

  test('is not what waits or is held, within an hour: an app that asks by itself keeps no session open', () => {
    const waits = row({ retryAt: now + 3_600_000 })
    const held = row({ count: 2, state: 'held', triedAt: now })
    expect(due([waits, held], now + 3_599_999)).toEqual([])
    expect(due([waits, held], now + 3_600_000)).toEqual(['k 1', 'k 2'])
    expect(due([waits, held], now, true)).toEqual(['k 1', 'k 2'])
  })

  test('is what waited for one of its key that is given now', () => {
    const waits = row({ count: 3, wanted: 2, retryAt: now + 3_600_000 })
    expect(due([waits, row({ count: 2 })])).toEqual(['k 3', 'k 2'])
    expect(due([waits, row({ key: 'b', count: 2 })])).toEqual(['b 2'])
  })
})

describe('what is given at once', { tags: ['req/DI-2'] }, () => {
  test('is in the order of each key’s counts, whatever the clock said, and that of who waits longest first', () => {
    const rows = [
      row({ key: 'b', count: 2, signedAt: 5 }),
      row({ key: 'a', count: 2, signedAt: 3 }),
      row({ key: 'b', count: 1, signedAt: 9 }),
      row({ key: 'a', count: 1, signedAt: 4 }),
    ]
    expect(labels(batchOf(rows))).toEqual(['a 1', 'a 2', 'b 1', 'b 2'])
  })

  test('is 50 at most, and no more than a request may be long, but never nothing', () => {
    const many = Array.from({ length: 60 }, (_, i) => row({ count: i + 1 }))
    expect(batchOf(many)).toHaveLength(50)
    expect(batchOf(many, 1)).toHaveLength(1)
    const long = many.map((one) => ({ ...one, note: new Uint8Array(56_000) }))
    expect(batchOf(long)).toHaveLength(12)
    expect(batchOf([row({ note: new Uint8Array(900_000) })])).toHaveLength(1)
  })
})

describe('a record that was signed here', { tags: ['req/DI-2'] }, () => {
  test('is marked until the trail on this device says so, and never by what was refused', () => {
    const places = (one: StatementRow, size: number) => [...signedHere([one], () => size).keys()]
    expect(places(row(), 10)).toEqual(['id 3'])
    expect(places(row({ state: 'accepted', record: 7 }), 7)).toEqual(['id 3'])
    expect(places(row({ state: 'accepted', record: 7 }), 8)).toEqual([])
    expect(places(row({ state: 'held', record: 7 }), 8)).toEqual([])
    expect(places(row({ state: 'refused', record: 7 }), 0)).toEqual([])
  })
})
