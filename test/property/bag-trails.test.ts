import { base64 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { bagOf, codesOf, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

const OLDER = 'lab.example/t/ws-nmr-01/20260101-0001'

/** With so many records, the first of them that which opens it. */
function olderOf(records: number, named = 'run'): TrailMaker {
  const maker = new TrailMaker('before', OLDER, 'trails')
  for (let i = 1; i < records; i++) maker.take({ do: 'capture', body: { path: `${named}-${i}` } })
  return maker
}

/** How a trail after it has its end: so many records, of which the notary knew these. */
function endOf(maker: TrailMaker, notarised: number | null) {
  const { root } = maker.checkpoint()
  return {
    trail: maker.trail,
    size: maker.size,
    root: base64(root),
    notarised: notarised === null ? null : { size: notarised, root: base64(root) },
    reason: 'checkpoint-missing',
    findings: [],
  }
}

async function foundIn(older: TrailMaker, previous: ReturnType<typeof endOf>) {
  const newer = new TrailMaker('after', undefined, 'trails', previous)
  newer.take({ do: 'capture', body: { path: 'new' } })
  const bag = await bagOf(newer, { others: [older] })
  const { findings } = await verified(bag.files, bag.policy)
  return findings.map(({ code, expected, found }) => ({ code, expected, found }))
}

describe('a trail in a bag and the one after it', () => {
  test('agree on where the older one ended, or it stops after what its notary held', async () => {
    expect(await foundIn(olderOf(6), endOf(olderOf(6), 6))).toEqual([])
    expect(await foundIn(olderOf(4), endOf(olderOf(6), 4))).toEqual([])
    expect(await foundIn(olderOf(4), endOf(olderOf(6), null))).toEqual([])
  })

  test('do not agree: it stops before what its notary held, though the relay sealed it so', async () => {
    expect(await foundIn(olderOf(4), endOf(olderOf(6), 5))).toEqual([
      { code: 'trail-end', expected: 'at least 5 records', found: '4' },
    ])
    // The notary had more than was there when it was left: that was lost before.
    expect(await foundIn(olderOf(6), endOf(olderOf(6), 9))).toEqual([])
    expect(await foundIn(olderOf(5), endOf(olderOf(6), 9))).toEqual([
      { code: 'trail-end', expected: 'at least 6 records', found: '5' },
    ])
  })

  test('are both named: an older one that is not in the bag is left out of it by name', async () => {
    const older = olderOf(3)
    const newer = () => new TrailMaker('after', undefined, 'trails', endOf(older, 3))
    const unnamed = await bagOf(newer())
    expect(await codesOf(unnamed.files, unnamed.policy)).toEqual(['trail-end'])
    const named = await bagOf(newer(), { leftOut: [older.trail] })
    expect(await codesOf(named.files, named.policy)).toEqual([])
  })

  test('do not agree: it went on, or is another of the same size', async () => {
    expect(await foundIn(olderOf(7), endOf(olderOf(6), 6))).toEqual([
      { code: 'trail-end', expected: '6 records', found: '7' },
    ])
    const [was, is] = [olderOf(6), olderOf(6, 'other')].map((one) => base64(one.checkpoint().root))
    expect(await foundIn(olderOf(6, 'other'), endOf(olderOf(6), 6))).toEqual([
      { code: 'trail-end', expected: `${was} at size 6`, found: is },
    ])
  })
})
