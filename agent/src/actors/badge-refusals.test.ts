import { describe, expect, test } from 'vitest'
import { type BadgeAttempt, BadgeRefusals } from './badge-refusals.ts'

const START = Date.parse('2026-03-02T09:00:00.000Z')
const attempt = (account: string, reason = 'unknown'): BadgeAttempt => ({
  by: { account, owner: 'uid:1000' },
  person: null,
  reason,
})

describe('badges that are refused', () => {
  test('are a record at the first attempt, and one more for all of the minute after it', {
    tags: ['req/P11-10e-7'],
  }, () => {
    const refusals = new BadgeRefusals()
    expect(refusals.add(attempt('nmr'), START)).toEqual({ ...attempt('nmr') })
    for (let i = 1; i <= 10_000; i++) expect(refusals.add(attempt('nmr'), START + i)).toBeUndefined()
    refusals.add(attempt('nmr', 'misread'), START + 20_000)
    expect(refusals.due(START + 59_999)).toBeUndefined()
    expect(refusals.due(START + 60_000)).toEqual({
      count: 10_001,
      from: '2026-03-02T09:00:00.000Z',
      to: '2026-03-02T09:01:00.000Z',
      attempts: [
        { ...attempt('nmr'), count: 10_000 },
        { ...attempt('nmr', 'misread'), count: 1 },
      ],
    })
    expect(refusals.due(START + 120_000)).toBeUndefined()
    expect(refusals.add(attempt('nmr'), START + 120_000)).toBeDefined()
  })

  test('write at most two records a minute, whatever is tried', {
    tags: ['req/P11-10e-7', 'challenge'],
  }, () => {
    const refusals = new BadgeRefusals()
    let records = 0
    for (let at = START; at < START + 10 * 60_000; at += 50) {
      if (refusals.add(attempt(`account ${at}`), at) !== undefined) records++
      const sum = refusals.due(at)
      if (sum === undefined) continue
      records++
      expect((sum['attempts'] as unknown[]).length).toBeLessThanOrEqual(10)
      expect(JSON.stringify(sum).length).toBeLessThan(2_000)
    }
    expect(records).toBeLessThanOrEqual(20)
  })

  test('of a minute that is not over are summed up when the relay stops', () => {
    const refusals = new BadgeRefusals()
    refusals.add(attempt('nmr'), START)
    expect(refusals.rest(START + 1)).toBeUndefined()
    refusals.add(attempt('nmr'), START + 2)
    refusals.add(attempt('nmr'), START + 3)
    expect(refusals.rest(START + 4)).toMatchObject({ count: 1 })
  })

  test('are summed up after the clock was set back, too', () => {
    const refusals = new BadgeRefusals()
    refusals.add(attempt('nmr'), START)
    refusals.add(attempt('nmr'), START + 1)
    expect(refusals.due(START - 3_600_000)).toMatchObject({ count: 1 })
  })
})
