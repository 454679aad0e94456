import { signReceipt } from '@compliance-relay/shared/api'
import {
  fromUtf8,
  hex,
  printStatementNote,
  sha256,
  signerOf,
  signStatement,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { NoCourier, printCourier, readCourier } from './courier.ts'
import type { StatementRow } from './statement-row.ts'

const trail = 'lab.example/t/ws/1'
const relay = signerOf(trail, 'note', new Uint8Array(32).fill(1))
const jdoe = signerOf('lab.example/u/jdoe/tablet-1', 'note', new Uint8Array(32).fill(2))
const known = [{ id: 'ws-1', name: trail, vkey: relay.vkey }]

function note(count = 1, reason = 'looked at'): Uint8Array<ArrayBuffer> {
  const statement = {
    at: '2026-03-02T09:00:00.000Z',
    checkpoint: { trail, size: 9, root: new Uint8Array(32) },
    count,
    meaning: 'reviewed',
    name: 'Jane Doe',
    reason,
    records: [{ seq: 3, leaf: new Uint8Array(32) }],
    user: 'jdoe',
  } as const
  return printStatementNote(signStatement(statement, jdoe)) as Uint8Array<ArrayBuffer>
}

function receiptOf(one: Uint8Array, signer = relay): string {
  const said = { verdict: 'accepted', code: null, record: 12, time: '2026-03-02T10:00:00.000Z' } as const
  return fromUtf8(signReceipt({ statement: hex(sha256(one)), trail, ...said }, signer))
}

const carried = (...rows: readonly Pick<StatementRow, 'note' | 'receipt'>[]) =>
  readCourier(printCourier(rows), known, 5)

describe('a copy that is carried', { tags: ['req/P11-70-1', 'challenge'] }, () => {
  test('brings each signature byte for byte, unsent', () => {
    const { rows, strange } = carried({ note: note(), receipt: null }, { note: note(2), receipt: null })
    expect(strange).toBe(0)
    expect(rows.map((row) => row.note)).toEqual([note(), note(2)])
    expect(rows[1]).toMatchObject({
      hash: hex(sha256(note(2))),
      key: `${jdoe.name}+${jdoe.id}`,
      count: 2,
      user: 'jdoe',
      seqs: [3],
      headSize: 9,
      trailId: 'ws-1',
      state: 'signed',
      from: 'courier',
      receipt: null,
    })
  })

  test('brings back receipts that the relay signed for that very signature, and believes no other', () => {
    const [one, two] = [note(1), note(2)]
    const state = (of: Uint8Array<ArrayBuffer>, receipt: string) =>
      carried({ note: of, receipt }).rows[0]?.state
    expect(carried({ note: one, receipt: receiptOf(one) }).rows[0]).toMatchObject({
      state: 'accepted',
      record: 12,
      receivedAt: Date.parse('2026-03-02T10:00:00.000Z'),
    })
    expect(state(two, receiptOf(one))).toBe('signed')
    expect(state(one, receiptOf(one, signerOf(trail, 'note', new Uint8Array(32).fill(3))))).toBe('signed')
    expect(state(one, `${receiptOf(one)}x`)).toBe('signed')
  })

  test('leaves out what is no signature, or of a trail that is not here', () => {
    const text = printCourier([{ note: new TextEncoder().encode('hello'), receipt: null }])
    expect(readCourier(text, known, 5)).toEqual({ rows: [], strange: 1 })
    expect(readCourier(printCourier([{ note: note(), receipt: null }]), [], 5)).toEqual({
      rows: [],
      strange: 1,
    })
  })

  test.each(['', 'x', 'null', '[]', '{"format":"compliance-relay/courier/v2","statements":[]}'])(
    'that is none is said to be none: %s',
    (text) => {
      expect(() => readCourier(text, known, 5)).toThrow(NoCourier)
    },
  )
})
