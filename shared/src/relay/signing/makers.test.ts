import { beforeEach, describe, expect, test } from 'vitest'
import { type Body, contentDigestOf, type TrailRecord } from '../../trail/index.ts'
import { relay } from '../people-site.test-support.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { isSamePerson, makersOf, VERSIONS_LOOKED_AT_MAX } from './makers.ts'
import { type Device, origin, reason, SigningSite } from './signing-site.test-support.ts'

const tags = ['req/P11-10g-2', 'challenge']
let lab: SigningSite
let quinns: Device

beforeEach(async () => {
  lab = new SigningSite()
  quinns = await lab.signerWith('quinn', 'qa', 'tablet-2')
})

/** A record as a capture makes it: `by` is nobody where no person answers for it. */
function record(kind: string, by: string | undefined, body: Body): number {
  const actor = by === undefined ? relay : { id: by, name: `Person ${by}`, via: 'file-owner' }
  return lab.disk.link({ kind, actor, body: { project: 'NMR', watch: 'w1', ...body } }).seq
}
const before = (seq: number, digest: string) => ({ before: { seq, digest, size: 1 } })
const approval = (...seqs: number[]) => lab.verdict(lab.sign(quinns, seqs, 'approved'))
const [one = '', two = '', three = '', four = '', empty = ''] = '1234e'
  .split('')
  .map((text) => text.repeat(64))

describe('nobody approves what they had a hand in', { tags }, () => {
  test('over three renames by others, one of them into another folder', async () => {
    let seq = record('file.created', 'quinn', { path: 'a.dat', sha256: one })
    const names = ['a.dat', 'b.dat', 'archive/b.dat', 'archive/c.dat']
    for (const [i, by] of ['rose', 'tom', 'anne'].entries()) {
      const [from = '', path = ''] = names.slice(i)
      seq = record('file.renamed', by, { path, from: { path: from }, sha256: one, ...before(seq, one) })
    }
    expect(await approval(seq)).toBe('refused own-record')
    expect(await approval(seq, lab.capture())).toBe('refused own-record')
    expect(await approval(lab.capture())).toBe('accepted')
    lab.fourEyes = false
    expect(await approval(seq)).toBe('accepted')
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('if they renamed or changed it between two others', async () => {
    const first = record('file.created', 'rose', { path: 'a.dat', sha256: one })
    const second = record('file.changed', 'quinn', { path: 'a.dat', sha256: two, ...before(first, one) })
    const third = record('file.changed', 'rose', { path: 'a.dat', sha256: three, ...before(second, two) })
    expect(await approval(third)).toBe('refused own-record')
    expect(await approval(record('file.deleted', 'tom', { path: 'a.dat', ...before(third, three) }))).toBe(
      'refused own-record',
    )
    // What was made of it later is another record: this one two people have seen.
    expect(await approval(first)).toBe('accepted')
  })

  test('of a data set that others have reprocessed and renamed', async () => {
    const first = record('dataset.created', 'quinn', { path: 'run/10', manifest: one, raw: one })
    const second = record('dataset.changed', 'rose', {
      path: 'run/10',
      manifest: two,
      raw: one,
      ...before(first, one),
    })
    const from = { from: { path: 'run/10' } }
    const third = record('dataset.renamed', 'tom', {
      path: 'old/10',
      manifest: two,
      ...from,
      ...before(second, two),
    })
    const last = record('dataset.changed', 'tom', { path: 'old/10', manifest: three, ...before(third, two) })
    for (const seq of [first, second, third, last]) expect(await approval(seq)).toBe('refused own-record')
  })

  test('if they claimed it, or a version it came from', async () => {
    const refused = record('capture.refused', undefined, { path: 'a.dat', sha256: one, what: 'file.created' })
    const leaf = { trail: origin, seq: refused }
    const claim = record('capture.claimed', 'quinn', { path: 'a.dat', sha256: one, refusal: leaf })
    const later = record('file.changed', 'rose', { path: 'a.dat', sha256: two, ...before(refused, one) })
    expect(await approval(claim)).toBe('refused own-record')
    expect(await approval(later)).toBe('refused own-record')
  })

  test('if they made it before it was somebody’s who claimed it', async () => {
    const first = record('file.created', 'quinn', { path: 'a.dat', sha256: one })
    const body = { path: 'a.dat', sha256: two, what: 'file.changed', ...before(first, one) }
    const refused = record('capture.refused', undefined, body)
    const refusal = { trail: origin, seq: refused }
    const claim = record('capture.claimed', 'rose', { path: 'a.dat', sha256: two, refusal })
    expect(await approval(claim)).toBe('refused own-record')
  })

  test('if it is a copy of theirs, or theirs that was taken away and put back by somebody else', async () => {
    const made = record('file.created', 'quinn', { path: 'a.dat', sha256: one, size: 4 })
    const changed = record('file.changed', 'rose', {
      path: 'a.dat',
      sha256: two,
      size: 5,
      ...before(made, one),
    })
    const copy = record('file.created', 'tom', { path: 'copy.dat', sha256: one, size: 4 })
    expect(await approval(copy)).toBe('refused own-record')
    // A copy of what others made of theirs, in another folder.
    const later = record('file.created', 'tom', { watch: 'w2', path: 'a.dat', sha256: two, size: 5 })
    expect(await approval(later)).toBe('refused own-record')
    record('file.deleted', 'tom', { path: 'a.dat', ...before(changed, two) })
    const back = record('file.created', 'tom', { path: 'a.dat', sha256: two, size: 5 })
    const grown = { path: 'a.dat', sha256: three, size: 6, ...before(back, two) }
    expect(await approval(record('file.changed', 'tom', grown))).toBe('refused own-record')
    // Nor does a copy make them the maker of what was there before, or of what is empty.
    const first = record('file.created', 'rose', { path: 'r.dat', sha256: empty, size: 0 })
    record('file.created', 'quinn', { path: 'q.dat', sha256: empty, size: 0 })
    const other = record('file.created', 'rose', { path: 'o.dat', sha256: four, size: 1 })
    record('file.created', 'quinn', { path: 'p.dat', sha256: four, size: 1 })
    expect(await approval(first, other)).toBe('accepted')
    expect(await approval(record('file.created', 'rose', { path: 's.dat', sha256: empty, size: 0 }))).toBe(
      'accepted',
    )
  })

  test('nor is a held approval of it let in', async () => {
    const first = record('file.created', 'quinn', { path: 'a.dat', sha256: one })
    const from = { path: 'a.dat' }
    const seq = record('file.renamed', 'rose', { path: 'b.dat', from, sha256: one, ...before(first, one) })
    lab.fourEyes = false
    const note = lab.sign(quinns, [seq], 'approved')
    await lab.signerWith('anne', 'qa', 'tablet-3')
    await lab.signing.revoke(await lab.site.caller('second'), quinns.signer.vkey, reason)
    expect(await lab.verdict(note)).toBe('held key-revoked')
    lab.fourEyes = true
    const decided = lab.signing.decide(await lab.site.caller('anne'), sha256Hex(note), 'accepted', reason)
    await expect(decided).rejects.toMatchObject({ code: 'held-overtaken' })
  })

  test('nor what has more versions than can be looked at', async () => {
    lab.disk.makers = () => undefined
    expect(await approval(lab.capture())).toBe('refused versions')
    expect(await lab.verdict(lab.sign(quinns, [lab.capture()], 'reviewed'))).toBe('accepted')
  })

  test('also where the system writes them with a domain', async () => {
    for (const id of ['LAB\\Quinn', 'QUINN', 'quinn@lab.example', 'LAB\\quinn@lab.example'])
      expect(await approval(lab.capture(id))).toBe('refused own-record')
    for (const id of ['LAB\\quinny', 'quinn\\rose'])
      expect(isSamePerson({ id, name: 'Somebody' }, { id: 'quinn', name: 'Quinn Lee' })).toBe(false)
  })

  test('also where the account of the machine is called otherwise and the full name is theirs', async () => {
    const made = (name: string) =>
      lab.disk.link({
        kind: 'file.created',
        actor: { id: 'cloudsdk', name, via: 'file-owner' },
        body: { project: 'NMR', watch: 'w1', path: `run${lab.disk.size}.dat`, sha256: one, size: 4 },
      }).seq
    for (const name of ['Person quinn', 'PERSON  Quinn', 'Person\u00a0\uff51uinn'])
      expect(await approval(made(name))).toBe('refused own-record')
    const copy = record('file.created', 'rose', { path: 'copy.dat', sha256: one, size: 4 })
    expect(await approval(copy)).toBe('refused own-record')
    const of = { path: 'b.dat', sha256: two, what: 'file.created' }
    const refusal = { trail: origin, seq: record('capture.refused', undefined, of) }
    const actor = { id: 'quinn-2', name: 'Person Quinn', via: 'password' }
    const claim = lab.disk.link({
      kind: 'capture.claimed',
      actor,
      body: { project: 'NMR', watch: 'w1', path: 'b.dat', sha256: two, refusal },
    }).seq
    expect(await approval(claim)).toBe('refused own-record')
    const later = { path: 'b.dat', sha256: three, ...before(refusal.seq, two) }
    expect(await approval(record('file.changed', 'rose', later))).toBe('refused own-record')
    expect(await approval(lab.capture('cloudsdk'))).toBe('accepted')
  })
})

describe('versions', () => {
  const versionOf = (trail: string, seq: number, by: string, body: Body): TrailRecord => {
    const actor = { id: by, name: by, via: 'file-owner' }
    const time = '2026-03-02T08:00:00.000Z'
    return { trail, seq, kind: 'file.changed', actor, body, time, kid: '', prev: '', v: 1 }
  }
  const over = (trails: readonly string[], records: readonly TrailRecord[]) => ({
    recordAt: ({ trail, seq }: { trail: string; seq: number }) =>
      records.find((record) => record.trail === trail && record.seq === seq),
    trailsBefore: (trail: string) => trails.slice(trails.indexOf(trail) + 1),
    claimantOf: () => undefined,
    firstOfContent: (digest: string) =>
      records
        .filter((record) => contentDigestOf(record) === digest)
        .map(({ trail, seq }) => ({ trail, seq })),
  })

  test('go on in the trails before, and not in a record that happens to have the same place', {
    tags,
  }, () => {
    const records = [
      versionOf('new', 9, 'anne', { path: 'a', sha256: two, ...before(5, one) }),
      versionOf('new', 5, 'stranger', { path: 'a', sha256: three }),
      versionOf('middle', 5, 'stranger', { path: 'other', sha256: one }),
      versionOf('old', 5, 'rose', { path: 'a', sha256: one, ...before(7, three) }),
      // Not before it, so it is no version it came from.
      versionOf('old', 7, 'stranger', { path: 'a', sha256: three }),
    ]
    const versions = over(['new', 'middle', 'old'], records)
    expect(makersOf([{ trail: 'new', seq: 9 }], versions)).toEqual([
      { id: 'anne', name: 'anne' },
      { id: 'rose', name: 'rose' },
    ])
  })

  test('of names that are no text are told apart by their bytes', { tags }, () => {
    const records = [
      versionOf('new', 2, 'anne', { path: '\ufffd', pathRaw: 'ff', sha256: two, ...before(1, one) }),
      versionOf('new', 1, 'stranger', { path: '\ufffd', pathRaw: 'fe', sha256: one }),
    ]
    expect(makersOf([{ trail: 'new', seq: 2 }], over(['new'], records))).toEqual([
      { id: 'anne', name: 'anne' },
    ])
  })

  test('that are too many to look at are approved by nobody, and each is looked at once', { tags }, () => {
    let looked = 0
    const endless = {
      recordAt: ({ trail, seq }: { trail: string; seq: number }) => {
        looked++
        return versionOf(trail, seq, `p${seq % 3}`, { path: 'a', sha256: one, ...before(seq - 1, one) })
      },
      trailsBefore: () => [],
      claimantOf: () => undefined,
      firstOfContent: () => [],
    }
    const place = (seq: number) => ({ trail: 'new', seq })
    expect(makersOf([place(3 * VERSIONS_LOOKED_AT_MAX)], endless)).toBeUndefined()
    expect(looked).toBe(VERSIONS_LOOKED_AT_MAX + 1)
    looked = 0
    const ended = {
      ...endless,
      recordAt: (place: { trail: string; seq: number }) =>
        place.seq < 0 ? undefined : endless.recordAt(place),
    }
    const all = Array.from({ length: 500 }, (_, i) => place(5_000 + i))
    expect(makersOf(all, ended)).toHaveLength(3)
    expect(looked).toBeLessThan(5_500 + 2 * 500)
  })
})
