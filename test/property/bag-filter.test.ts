import { type ExportFilter, NothingAskedFor } from '@compliance-relay/shared/bag'
import { fromUtf8, hex, leafHash } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { csvRows } from '../support/csv-rows.ts'
import { bagOf, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { paths, quinn, relay, signedTrail } from '../support/signed-trail.ts'

function pathsIn({ files }: MadeBag): string[] {
  const records = JSON.parse(fromUtf8(files.get('data/records.json') as Uint8Array)) as {
    record: { kind: string; body: { path?: string } }
  }[]
  return records.flatMap(({ record: { kind, body } }) => (kind === 'file.created' ? (body.path ?? []) : []))
}

const filtered = (filter: ExportFilter, maker = signedTrail()) => bagOf(maker, { filter })

describe('an export of records in a state', { tags: ['req/P11-10b-1'] }, () => {
  test('has those and no others, and what makes them so; its verifier comes to the same', async () => {
    const expected = {
      unsigned: ['unsigned', 'withdrawn', 'held', 'refused'],
      reviewed: ['reviewed'],
      approved: ['approved', 'accepted'],
      rejected: ['rejected'],
      held: ['held'],
    } as const
    for (const [state, taken] of Object.entries(expected)) {
      const bag = await filtered({ states: [state as keyof typeof expected] })
      expect(pathsIn(bag), state).toEqual(taken)
      expect((await verified(bag.files, bag.policy)).findings, state).toEqual([])
    }
    const two = await filtered({ states: ['rejected', 'held'], projects: ['NMR'] })
    expect(pathsIn(two)).toEqual(['rejected', 'held'])
    expect((await verified(two.files, two.policy)).findings).toEqual([])
  })

  test('goes by the signing rule that was in force, and has the record of it', async () => {
    const steps = [
      { meaning: 'reviewed', role: 'reviewer' },
      { meaning: 'approved', role: 'qa' },
    ]
    const maker = () => signedTrail({ NMR: { steps, independent: true } })
    // What was approved before anybody reviewed it has filled no step.
    const bag = await filtered({ states: ['unsigned'] }, maker())
    expect(pathsIn(bag)).toEqual(paths.filter((path) => path !== 'reviewed' && path !== 'rejected'))
    expect(fromUtf8(bag.files.get('data/records.json') as Uint8Array)).toContain('"kind":"rules.changed"')
    expect((await verified(bag.files, bag.policy)).findings).toEqual([])
    await expect(filtered({ states: ['approved'] }, maker())).rejects.toBeInstanceOf(NothingAskedFor)
  })

  test('in which a record is in another is told, also where the relay sealed it so', {
    tags: ['challenge'],
  }, async () => {
    const bag = await bagOf(signedTrail(), {
      filter: { states: ['approved'] },
      change: (body) => ({ ...body, filter: { states: ['unsigned'] } }),
    })
    const { findings } = await verified(bag.files, bag.policy)
    const strange = findings.filter(({ code }) => code === 'record-not-asked-for')
    expect(strange.map(({ found }) => found)).toEqual(['approved', 'approved'])
  })
})

describe('an export of a part', { tags: ['req/P11-10b-1'] }, () => {
  test('is told to have a signature or a held one about nothing in it', { tags: ['challenge'] }, async () => {
    const all = { filter: { kinds: ['file.*', 'signature.*'] } }
    const bag = await bagOf(signedTrail(), {
      ...all,
      change: (body) => ({ ...body, filter: { kinds: ['account.*'] } }),
    })
    const { findings } = await verified(bag.files, bag.policy)
    const strange = findings.filter(({ code }) => code === 'record-not-asked-for').map(({ found }) => found)
    expect(strange.filter((one) => one === 'file.created')).toHaveLength(paths.length)
    // Nothing was asked for that they are about; but what is there is there, so signatures of it may be, too.
    expect(strange).not.toContain('signature.applied about no record of the bag')
    const bare = await bagOf(signedTrail(), {
      filter: { kinds: ['signature.*'] },
      change: (body) => ({ ...body, filter: { kinds: ['account.*'] } }),
    })
    const of = (await verified(bare.files, bare.policy)).findings.map(({ found }) => found)
    expect(of.filter((one) => one.endsWith('about no record of the bag'))).toHaveLength(5)
  })

  test('takes what any of its options names, and is none if one of them names nothing', async () => {
    for (const filter of [
      { projects: ['NMR'] },
      { devices: ['nmr-1'] },
      { instruments: ['bruker'] },
      { persons: ['quinn'] },
      { kinds: ['capture.*'] },
    ]) {
      const bag = await filtered(filter)
      expect((await verified(bag.files, bag.policy)).findings, JSON.stringify(filter)).toEqual([])
      const [[list = '', values = []] = []] = Object.entries(filter)
      const none = filtered({ [list]: [...values, 'nobody.at-all'] })
      await expect(none, list).rejects.toMatchObject({ unmatched: { list, value: 'nobody.at-all' } })
    }
    await expect(filtered({ projects: ['NMR'], persons: ['nobody'] })).rejects.toMatchObject({
      unmatched: { value: 'nobody' },
    })
    await expect(filtered({ projects: ['NMR'], from: '2030-01-01T00:00:00.000Z' })).rejects.toMatchObject({
      unmatched: undefined,
    })
  })

  test('has who claimed a refusal with it, also where the refusal stands in an older trail', async () => {
    const older = new TrailMaker('older', 'lab.example/t/ws-nmr-01/20250101-0000', 'filter')
    older.record('capture.refused', relay, { path: 'old', project: 'OLD' })
    const refusal = { trail: older.trail, seq: 1, leaf: hex(leafHash(older.lines[1] as Uint8Array)) }
    const maker = new TrailMaker('filter')
    maker.record('capture.claimed', quinn, {
      ...{ refusal, path: 'old', project: 'OLD' },
      reason: 'mine, of last year',
    })
    const bag = await bagOf(maker, { filter: { projects: ['OLD'] }, others: [older] })
    expect(fromUtf8(bag.files.get('data/records.json') as Uint8Array)).toContain('mine, of last year')
    expect((await verified(bag.files, bag.policy)).findings).toEqual([])
    const rows = csvRows(fromUtf8(bag.files.get('data/records.csv') as Uint8Array))
    expect(rows.at(-1)?.[19]).toBe(`record 1 of ${older.trail}`)
  })
})

test('a claim that was asked for has the refusal with it, also from an older trail; a refusal alone is told', {
  tags: ['req/P11-10b-1'],
}, async () => {
  const older = new TrailMaker('older', 'lab.example/t/ws-nmr-01/20250101-0000', 'filter')
  older.record('capture.refused', relay, { path: 'old', project: 'OLD', reason: 'no-evidence' })
  const maker = new TrailMaker('filter')
  maker.record('capture.refused', relay, { path: 'nobody', project: 'NMR', reason: 'several-people' })
  for (const [trail, line, said] of [
    [older.trail, older.lines[1], { path: 'old', project: 'OLD' }],
    [maker.trail, maker.lines[1], { path: 'nobody', project: 'NMR' }],
  ] as const) {
    const refusal = { trail, seq: 1, leaf: hex(leafHash(line as Uint8Array)) }
    maker.record('capture.claimed', quinn, { ...said, refusal, reason: 'it was me' })
  }
  const plan = { filter: { states: ['unsigned'] as const }, others: [older] }
  const bag = await bagOf(maker, plan)
  const text = fromUtf8(bag.files.get('data/records.json') as Uint8Array)
  expect(text).toContain('no-evidence')
  expect(text).toContain('several-people')
  expect((await verified(bag.files, bag.policy)).findings).toEqual([])
  const alone = await bagOf(maker, {
    filter: { kinds: ['capture.refused'] },
    others: [older],
    change: (body) => ({ ...body, filter: { kinds: ['account.*'] } }),
  })
  const { findings } = await verified(alone.files, alone.policy)
  expect(findings.map(({ found }) => found)).not.toContain('capture.refused about no record of the bag')
})

test('a bag has room for all trails that a seal has, and each is verified', {
  tags: ['req/P11-10b-1'],
}, async () => {
  const older = Array.from(
    { length: 150 },
    (_, i) =>
      new TrailMaker(
        `older ${i}`,
        `lab.example/t/ws-nmr-01/2025${String(i).padStart(4, '0')}-0000`,
        'filter',
      ),
  )
  const bag = await bagOf(new TrailMaker('filter'), { others: older })
  const report = await verified(bag.files, bag.policy)
  expect(report.findings).toEqual([])
  expect(report.trails).toHaveLength(151)
})

test('the table says of each signature, decision, claim and account who, what, why and about what', {
  tags: ['req/P11-10b-1'],
}, async () => {
  const { files } = await bagOf(signedTrail())
  const [header = [], ...rows] = csvRows(fromUtf8(files.get('data/records.csv') as Uint8Array))
  const said = (kind: string, at = 0) => {
    const row = rows.filter((one) => one[header.indexOf('kind')] === kind)[at] ?? []
    return ['actor', 'signer', 'signer_name', 'meaning', 'outcome', 'reason', 'about'].map(
      (name) => row[header.indexOf(name)],
    )
  }
  expect(said('signature.applied')).toEqual([
    'jdoe',
    'jdoe',
    'Jane Doe',
    'reviewed',
    '',
    'reviewed it',
    'record 2',
  ])
  expect(said('signature.applied', 4)).toEqual([
    'jdoe',
    'jdoe',
    'Jane Doe',
    'withdrawn',
    '',
    'the wrong sample',
    'record 13',
  ])
  expect(said('signature.held')).toEqual([
    'ws-nmr-01',
    'jdoe',
    'Jane Doe',
    'approved',
    'key-revoked',
    'approved held',
    'record 6',
  ])
  expect(said('signature.decided')).toEqual([
    'quinn',
    'jdoe',
    '',
    'approved',
    'accepted',
    'asked Jane: accepted',
    'record 16',
  ])
  expect(said('signature.decided', 1)).toEqual([
    'quinn',
    'jdoe',
    '',
    'approved',
    'refused',
    'asked Jane: refused',
    'record 18',
  ])
  expect(said('capture.claimed')).toEqual(['quinn', '', '', '', '', 'it was my run', 'record 20'])
  expect(said('account.added')).toEqual(['quinn', '', '', '', '', 'new in the laboratory', 'account bob'])
  expect(said('key.enrolled')).toEqual(['ws-nmr-01', '', '', '', '', '', 'user jdoe'])
})
