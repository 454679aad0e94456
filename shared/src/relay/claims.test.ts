import { describe, expect, test } from 'vitest'
import { Claims } from './claims.ts'
import { problemOf, reason, Site } from './people-site.test-support.ts'

const trail = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const refusal = (seq: number) => ({
  trail,
  seq,
  leaf: 'ab'.repeat(32),
  watch: 'w1',
  path: `run${seq}.dat`,
  digest: 'cd'.repeat(32),
  isSet: false,
  project: 'NMR',
})

async function lab() {
  const site = new Site()
  site.captures.refusals.push(refusal(3), refusal(5), { ...refusal(7), isSet: true })
  const first = await site.first()
  for (const role of ['operator', 'auditor'] as const) await site.person(first, role.slice(0, 3), [role])
  const claims = new Claims(site.people, site.captures)
  return { site, first, claims, by: await site.caller('ope') }
}

describe('a capture that nobody answers for', { tags: ['req/P11-10e-7'] }, () => {
  test('is claimed by a record that names the refusal, who and why, and changes nothing of it', async () => {
    const { site, claims, by } = await lab()
    const before = structuredClone(site.captures.refusals)
    const [one] = await claims.claim(by, [{ trail, seq: 3 }], reason)
    const record = site.disk.records.at(-1)
    expect(record).toMatchObject({
      kind: 'capture.claimed',
      actor: { id: 'ope', name: 'Person ope', via: 'password' },
      body: {
        refusal: { trail, seq: 3, leaf: 'ab'.repeat(32) },
        path: 'run3.dat',
        watch: 'w1',
        sha256: 'cd'.repeat(32),
        reason,
      },
    })
    expect(one).toEqual({ trail, seq: 3, verdict: 'claimed', record: record?.seq })
    expect(site.captures.refusals).toEqual(before)
    expect(claims.list({ limit: 9 }).unclaimed.map(({ seq }) => seq)).toEqual([5, 7])
    await claims.claim(by, [{ trail, seq: 7 }], reason)
    expect(site.disk.records.at(-1)?.body).toHaveProperty('manifest')
  })

  test('is claimed once, whoever asks at the same time', { tags: ['challenge'] }, async () => {
    const { site, first, claims, by } = await lab()
    await site.person(first, 'other', ['qa'])
    const other = await site.caller('other')
    const both = await Promise.all(
      [by, other, by, other].map((one) => claims.claim(one, [{ trail, seq: 3 }], reason)),
    )
    const verdicts = both.flat().map(({ verdict }) => verdict)
    expect(verdicts.filter((verdict) => verdict === 'claimed')).toHaveLength(1)
    expect(verdicts.filter((verdict) => verdict === 'already-claimed')).toHaveLength(3)
    expect(site.disk.kinds().filter((kind) => kind === 'capture.claimed')).toHaveLength(1)
  })

  test('is claimed by nobody who may not, or may no more, for no reason, and of nothing else', {
    tags: ['challenge'],
  }, async () => {
    const { site, first, claims, by } = await lab()
    const ask = (who: typeof by, seq = 3, why = reason) => problemOf(claims.claim(who, [{ trail, seq }], why))
    expect(await ask(first)).toBe('forbidden')
    expect(await ask(await site.caller('aud'))).toBe('forbidden')
    expect(await ask(by, 3, 'ok')).toBe('reason-missing')
    const nothing = await claims.claim(
      by,
      [
        { trail, seq: 4 },
        { trail: 'lab.example/t/other', seq: 3 },
      ],
      reason,
    )
    expect(nothing.map(({ verdict, record }) => [verdict, record])).toEqual([
      ['not-unclaimed', null],
      ['not-unclaimed', null],
    ])
    await site.people.disable(first, 'ope', reason)
    expect(await ask(by)).toBe('unauthenticated')
    site.disk.full = true
    await site.people.account('ope')
    expect(site.disk.kinds()).not.toContain('capture.claimed')
  })
})
