import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Body,
  printCheckpoint,
  readEntry,
  signCheckpoint,
  type TrailRecord,
  utf8,
} from '../trail/index.ts'
import { Claims } from './claims.ts'
import { Feed } from './feed/feed.ts'
import { usualKinds } from './feed/feed-scope.ts'
import { inProjects, SUBJECTS_LOOKED_AT_MAX } from './in-projects.ts'
import { Captures, relay } from './people-site.test-support.ts'
import type { StoredTrails } from './reading/readable-trails.ts'
import { TrailReader } from './reading/trail-reader.ts'
import { sha256Hex } from './sha256-hex.ts'
import { type Device, origin, reason, relayKey, SigningSite } from './signing/signing-site.test-support.ts'
import { wantedIn } from './subscriptions/subscription.ts'

let lab: SigningSite
let tablet: Device
let nmr: number
let lcms: number

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
  await lab.signerWith('quinn', 'qa', 'tablet-2')
  nmr = lab.capture('operator-1', 'NMR')
  lcms = lab.capture('operator-1', 'SECRET-LCMS', 'SECRET.raw')
})

const recordAt = (seq: number): TrailRecord | undefined => {
  const line = lab.disk.lines[seq]
  return line && readEntry(line).record
}
const last = (): TrailRecord => recordAt(lab.disk.size - 1) as TrailRecord
const shareOf = (record: TrailRecord, ...projects: string[]) => inProjects(record, projects, recordAt)

/** Signs, and gives the place of the record that says so. */
async function signed(
  seqs: readonly number[],
  meaning: 'reviewed' | 'withdrawn' = 'reviewed',
  text = reason,
) {
  expect(await lab.verdict(lab.sign(tablet, seqs, meaning, { reason: text }))).toBe('accepted')
  return lab.disk.size - 1
}

/** As a program reads it that may see one project. */
async function fed(...projects: string[]): Promise<{ readonly text: string; readonly lines: unknown[] }> {
  const trails: StoredTrails = {
    list: () => [{ origin, vkey: relayKey.vkey, isWritten: true, before: null }],
    checkpoint: () => {
      const { size } = lab.disk
      const root = lab.disk.root(size) ?? new Uint8Array(32)
      return printCheckpoint(signCheckpoint({ origin, size, root }, relayKey))
    },
    lines: (_, from, until) => lab.disk.lines.slice(from, until).map((line, i) => ({ seq: from + i, line })),
  }
  const feed = new Feed({ trails: new TrailReader(trails), now: () => 0, later: () => () => {} })
  const holder = { id: 'lims', scope: { kinds: usualKinds, projects }, stillMay: () => true }
  const asked = { after: undefined, limit: 1_000, waitSeconds: 0 }
  const text = Buffer.from(await feed.read(asked, holder, new AbortController().signal)).toString()
  return { text, lines: text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])) }
}

describe('a record that names no project', () => {
  test('is of the project of what was signed, through withdrawals', async () => {
    const seq = await signed([nmr])
    expect(shareOf(last(), 'NMR')).toMatchObject({ share: 'whole', records: [nmr] })
    expect(shareOf(last(), 'SECRET-LCMS')).toMatchObject({ share: 'none', records: [] })
    await signed([seq], 'withdrawn')
    expect(shareOf(last(), 'NMR')).toMatchObject({ share: 'whole', records: [nmr] })
    expect(shareOf(last(), 'SECRET-LCMS')).toMatchObject({ share: 'none', records: [] })
  })

  test('is of the project of what was held and decided, and of what was refused', async () => {
    const note = lab.sign(tablet, [nmr])
    await lab.signing.revoke(await lab.site.caller('second'), tablet.signer.vkey, reason)
    expect(await lab.verdict(note)).toBe('held key-revoked')
    expect(shareOf(last(), 'NMR').share).toBe('whole')
    await lab.signing.decide(await lab.site.caller('quinn'), sha256Hex(note), 'accepted', reason)
    expect(last().kind).toBe('signature.decided')
    expect(shareOf(last(), 'NMR')).toMatchObject({ share: 'whole', records: [nmr], lookedAt: 2 })
    const decided = lab.disk.size - 1
    tablet = await lab.signerWith('rose', 'reviewer', 'tablet-3')
    // Nobody takes back what another has signed; the refusal of that is about the same record.
    expect(await lab.verdict(lab.sign(tablet, [decided], 'withdrawn'))).toBe('refused forbidden')
    expect(shareOf(last(), 'NMR')).toMatchObject({ share: 'whole', records: [nmr] })
    expect(shareOf(last(), 'SECRET-LCMS').share).toBe('none')
  })

  test('is of no project if it is about nothing', () => {
    expect(shareOf(recordAt(0) as TrailRecord, 'NMR').share).toBe('none')
  })

  test('is not of a project because it claims so: of another trail, or of what is not before it', {
    tags: ['challenge'],
  }, async () => {
    const { size } = lab.disk
    const elsewhere = lab.sign(tablet, [nmr], 'reviewed', {
      checkpoint: { trail: 'lab.example/t/ws-2/20260302-0000', size, root: lab.disk.root(size) ?? utf8('') },
    })
    expect(await lab.verdict(elsewhere)).toBe('refused trail')
    expect(shareOf(last(), 'NMR').share).toBe('none')
    await signed([nmr])
    expect(shareOf({ ...last(), seq: nmr }, 'NMR').share).toBe('none')
  })

  test('that is more steps away from a project than are looked at is of none', {
    tags: ['challenge'],
  }, () => {
    const deep = (seq: number): TrailRecord => ({
      ...last(),
      seq,
      kind: 'signature.decided',
      body: { held: { seq: seq - 1 } },
    })
    const end = 3 * SUBJECTS_LOOKED_AT_MAX
    expect(inProjects(deep(end), ['NMR'], deep)).toEqual({
      share: 'none',
      records: [],
      lookedAt: SUBJECTS_LOOKED_AT_MAX,
    })
  })
})

describe('a signature over records of two projects', { tags: ['challenge'] }, () => {
  test('is told of, and not given, to whom one of them is closed', async () => {
    const seq = await signed([nmr, lcms], 'reviewed', 'NMR agrees with SECRET.raw of SECRET-LCMS')
    const withdrawn = await signed([seq], 'withdrawn', 'SECRET-LCMS was another batch')
    const { text, lines } = await fed('NMR')
    expect(lines).toMatchObject([
      { seq: nmr, record: { body: { project: 'NMR' } } },
      { seq, withheld: { kind: 'signature.applied', meaning: 'reviewed', records: [nmr] } },
      { seq: withdrawn, withheld: { kind: 'signature.applied', meaning: 'withdrawn', records: [nmr] } },
    ])
    expect(text).not.toContain('SECRET')
    const both = await fed('NMR', 'SECRET-LCMS')
    expect(both.lines).toMatchObject([
      { seq: nmr },
      { seq: lcms },
      { seq, record: { kind: 'signature.applied' } },
      { seq: withdrawn, record: { kind: 'signature.applied' } },
    ])
    expect((await fed('MS')).text).not.toContain('SECRET')
  })

  test('goes to a subscription as to a feed', async () => {
    await signed([nmr, lcms], 'reviewed', 'with SECRET-LCMS')
    const to = (projects: string[]) => wantedIn({ what: 'records', projects }, last(), recordAt)
    expect(to(['NMR'])).toMatchObject({ withheld: { kind: 'signature.applied', records: [nmr] } })
    expect(to(['NMR']).record).toBeUndefined()
    expect(to(['NMR', 'SECRET-LCMS'])).toMatchObject({ record: { seq: last().seq } })
    expect(to(['MS'])).toEqual({ lookedAt: 2 })
    expect(wantedIn({ what: 'records', kinds: ['file.*'], projects: ['NMR'] }, last(), recordAt)).toEqual({
      lookedAt: 0,
    })
  })
})

test('a claim is of the project of what is claimed, also where it does not say so', () => {
  const refused = lab.disk.link({ kind: 'capture.refused', actor: relay, body: { project: 'NMR' } })
  lab.disk.link({
    kind: 'capture.claimed',
    actor: relay,
    body: { refusal: { trail: origin, seq: refused.seq } },
  })
  expect(shareOf(last(), 'NMR')).toMatchObject({ share: 'whole', records: [refused.seq] })
  expect(shareOf(last(), 'SECRET-LCMS').share).toBe('none')
})

test('a claim of a refusal that stands in a trail before is of the project of that refusal, in feed and subscription', {
  tags: ['challenge'],
}, async () => {
  const before = { trail: 'lab.example/t/ws-nmr-01/20260101-0000', seq: nmr }
  const named = { leaf: '0'.repeat(64), watch: 'w1', path: 'old.dat', digest: '1'.repeat(64), isSet: false }
  const to = (...projects: string[]) => wantedIn({ what: 'records', projects }, last(), recordAt)
  for (const [project, other] of [
    ['NMR', 'SECRET-LCMS'],
    // In this trail the record of that number is of another project: it is not the one that is claimed.
    ['SECRET-LCMS', 'NMR'],
  ] as const) {
    const captures = new Captures()
    captures.refusals.push({ ...before, ...named, project })
    const by = await lab.site.caller('jdoe')
    const [item] = await new Claims(lab.site.people, captures).claim(by, [before], reason)
    const seq = item?.record ?? -1
    expect(last()).toMatchObject({ seq, kind: 'capture.claimed', body: { refusal: before } })
    expect(to(project)).toMatchObject({ record: { seq } })
    expect(to(other)).toEqual({ lookedAt: 0 })
    expect((await fed(project)).lines).toContainEqual(
      expect.objectContaining({ seq, record: expect.objectContaining({ kind: 'capture.claimed' }) }),
    )
    expect((await fed(other)).lines).not.toContainEqual(expect.objectContaining({ seq }))
  }
})

describe('a capture of a folder that was another project’s before', { tags: ['challenge'] }, () => {
  const capture = (kind: string, project: string, path: string, sha256: string, more: Body = {}): number =>
    lab.disk.link({ kind, actor: relay, body: { project, path, sha256, ...more } }).seq
  const from = (path: string, seq: number, digest: string) => ({
    from: { path },
    before: { seq, digest, size: 1 },
  })
  const [one, two] = ['1', '2'].map((text) => text.repeat(64)) as [string, string]
  const to = (...projects: string[]) =>
    wantedIn({ what: 'records', kinds: ['file.*'], projects }, last(), recordAt)

  test('is told of without the name it had there, nor what it was there', () => {
    const first = capture('file.created', 'SECRET-LCMS', 'SECRET.raw', one)
    const seq = capture('file.renamed', 'NMR', 'a.dat', one, from('SECRET.raw', first, one))
    expect(to('NMR')).toEqual({ withheld: { kind: 'file.renamed', records: [seq] }, lookedAt: 1 })
    expect(to('NMR', 'SECRET-LCMS')).toMatchObject({ record: { seq } })
    expect(to('SECRET-LCMS')).toEqual({ lookedAt: 0 })
    // What follows names only what was NMR's.
    const next = capture('file.renamed', 'NMR', 'b.dat', one, from('a.dat', seq, one))
    expect(to('NMR')).toMatchObject({ record: { seq: next } })
    capture('file.changed', 'NMR', 'SECRET.raw', two, { before: { seq: first, digest: one, size: 1 } })
    expect(to('NMR').record).toBeUndefined()
  })

  test('is told of likewise where the version before is not to be found, if it had another name', () => {
    const other = capture('file.created', 'NMR', 'other.dat', one)
    for (const before of [other, 9_999, -1]) {
      capture('file.renamed', 'NMR', 'a.dat', one, from('SECRET.raw', before, one))
      expect(to('NMR').withheld).toMatchObject({ kind: 'file.renamed' })
    }
    const seq = capture('file.changed', 'NMR', 'a.dat', two, { before: { seq: 9_999, digest: one, size: 1 } })
    expect(to('NMR')).toMatchObject({ record: { seq } })
  })
})
