import { printedCopy, printedPage } from '@compliance-relay/shared/bag'
import { hex, leafHash, parsePolicy, readEntry, sha256, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { CheckedBag } from '../../web/check/checked-bag.ts'
import { findFiles } from '../../web/check/find-files.ts'
import { bagOf, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/*
 * A capture that nobody answered for, a person's claim of it, a signature on that, and a later version: what the printed
 * copy and the offline page say of one bag.
 */

const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const pat = { id: 'pat', name: 'Pat Operator', via: 'password' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'device-key' }
const content = 'a free induction decay'
const digest = hex(sha256(utf8(content)))
const run = { project: 'NMR', watch: 'w1', path: 'run.dat' }

interface Place {
  readonly trail: string
  readonly seq: number
  readonly leaf: string
}

function put(maker: TrailMaker, kind: string, actor: typeof relay, body: object): Place {
  maker.record(kind, actor, body as never)
  const line = maker.lines.at(-1) as Uint8Array
  const { trail, seq } = readEntry(line).record
  return { trail, seq, leaf: hex(leafHash(line)) }
}

const refuse = (maker: TrailMaker, more = {}) =>
  put(maker, 'capture.refused', relay, { ...run, sha256: digest, reason: 'no-evidence', ...more })
const claim = (maker: TrailMaker, refusal: Place, more = {}) =>
  put(maker, 'capture.claimed', pat, { ...run, refusal, sha256: digest, reason: 'it was my run', ...more })
const change = (maker: TrailMaker, { seq }: { readonly seq: number }, more = {}) =>
  put(maker, 'file.changed', pat, { ...run, sha256: 'cd'.repeat(32), before: { seq, digest }, ...more })

function sign(maker: TrailMaker, { seq }: Place): Place {
  maker.enrol()
  const note = maker.noteOn([seq], 'approved', 'it matches')
  return put(maker, 'signature.applied', jane, { note, roles: ['reviewer'] })
}

/** An older trail of the same relay, and the one after it. */
function trails(): readonly [older: TrailMaker, newer: TrailMaker] {
  const older = new TrailMaker('older', 'lab.example/t/ws-nmr-01/20260301-0001', 'site')
  return [older, new TrailMaker('newer', 'lab.example/t/ws-nmr-01/20260302-7f3a', 'site')]
}

/** Text of the printed page, by heading. */
async function printed(
  { files, policy }: MadeBag,
  findings: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const facts = { manifest: digest, file: digest, trusted: [] }
  const report = await verified(files, policy)
  expect(report.findings.map(({ code }) => code)).toEqual(findings)
  const copy = await printedCopy(new FilesSource(files), report, facts)
  const pieces: string[] = []
  for await (const piece of printedPage(copy)) pieces.push(piece)
  const parts = pieces
    .join('')
    .split('<h2>')
    .map((part) =>
      part
        .replaceAll('<wbr>', '')
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' '),
    )
  return new Map(parts.map((part) => [/^[A-Z][a-z, ]*[a-z]/.exec(part)?.[0] ?? '', part]))
}

/** What the offline page says of the file. */
async function shown({ files, policy }: MadeBag) {
  const bag = await CheckedBag.of(new FilesSource(files), { trust: { policy: parsePolicy(policy) } })
  const dropped = [{ path: 'run.dat', file: new File([content], 'run.dat') }]
  const looking = { isStopped: () => false, onProgress: () => undefined }
  const { items } = await findFiles(bag, dropped, looking)
  return items[0]?.matches ?? []
}

async function saidOf(bag: MadeBag, signed: Place) {
  const signatures = (await printed(bag)).get('Signatures') ?? ''
  const onPaper = new RegExp(
    `${signed.seq} run\\.dat: (changed [a-z ]+ it was signed, see record \\d+(?: of \\S+)?)`,
  )
  const onPage = (await shown(bag)).flatMap((match) => match.signatures.map(({ changed }) => changed))
  return { onPaper: onPaper.exec(signatures)?.[1], onPage: [...new Set(onPage)] }
}

describe('a later version of what was claimed and signed', {
  tags: ['req/P11-10b-1', 'req/P11-10a-4', 'challenge'],
}, () => {
  test('is told of the signature by the printed copy and the page alike', async () => {
    const maker = new TrailMaker('claimed')
    const refusal = refuse(maker)
    const claimed = claim(maker, refusal)
    sign(maker, claimed)
    const { seq } = change(maker, refusal)
    const text = `changed after it was signed, see record ${seq}`
    expect(await saidOf(await bagOf(maker), claimed)).toEqual({ onPaper: text, onPage: [text] })
  })

  test('is told where the refusal stands in an earlier trail, with numbers of its own', async () => {
    const [older, newer] = trails()
    put(older, 'relay.started', relay, { gap: null })
    const refusal = refuse(older)
    // At its number the newer trail has something else, which was signed, too, and stays as it is.
    put(newer, 'relay.started', relay, { gap: null })
    const other = put(newer, 'file.created', pat, { ...run, path: 'other.dat', sha256: 'ef'.repeat(32) })
    expect(other.seq).toBe(refusal.seq)
    const claimed = claim(newer, refusal)
    sign(newer, claimed)
    sign(newer, other)
    const { seq } = change(newer, refusal)
    const bag = await bagOf(newer, { others: [older] })
    const text = `changed after it was signed, see record ${seq}`
    expect(await saidOf(bag, claimed)).toEqual({ onPaper: text, onPage: [text] })
    expect((await printed(bag)).get('Signatures')).not.toContain('other.dat: changed')
  })

  test('is told where it stands in an earlier trail itself, with that one’s name, as seen by the signer', async () => {
    const [older, newer] = trails()
    const refusal = refuse(older)
    const { seq } = change(older, refusal)
    const claimed = claim(newer, refusal)
    sign(newer, claimed)
    const text = `changed before it was signed, see record ${seq} of ${older.trail}`
    const bag = await bagOf(newer, { others: [older] })
    expect(await saidOf(bag, claimed)).toEqual({ onPaper: text, onPage: [text] })
  })

  test('is told where the name is no text: a claim has it as text alone', async () => {
    const maker = new TrailMaker('raw name')
    const raw = { pathRaw: '72756e2eff' }
    const refusal = refuse(maker, raw)
    const claimed = claim(maker, refusal)
    sign(maker, claimed)
    const { seq } = change(maker, refusal, raw)
    const text = `changed after it was signed, see record ${seq}`
    expect(await saidOf(await bagOf(maker), claimed)).toEqual({ onPaper: text, onPage: [text] })
  })

  test.each<[string, object]>([
    ['another content', { before: { seq: 1, digest: 'ef'.repeat(32) } }],
    ['another path', { path: 'other.dat' }],
  ])('is none that names %s', async (_, more) => {
    const maker = new TrailMaker('none')
    const refusal = refuse(maker)
    const claimed = claim(maker, refusal)
    sign(maker, claimed)
    change(maker, refusal, more)
    expect(await saidOf(await bagOf(maker), claimed)).toEqual({ onPaper: undefined, onPage: [undefined] })
  })
})

test('a file that was refused and claimed is one record to the page, with who answers for it and who signed it', {
  tags: ['req/P11-10a-4'],
}, async () => {
  const maker = new TrailMaker('one match')
  const refusal = refuse(maker)
  const claimed = claim(maker, refusal)
  sign(maker, claimed)
  expect(await shown(await bagOf(maker))).toMatchObject([
    {
      kind: 'capture.refused',
      seq: refusal.seq,
      claim: { seq: claimed.seq },
      signatures: [{ user: 'jdoe' }],
    },
  ])
})

describe('what was refused and claimed', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  const refusals = async (bag: MadeBag, findings: readonly string[] = []) =>
    (await printed(bag, findings)).get('Refused, failed and claimed') ?? ''

  test('is one row among what was refused, with who answers for it, when and why', async () => {
    const [older, newer] = trails()
    const [first, second] = [refuse(older), refuse(newer, { path: 'second.dat' })]
    claim(newer, first)
    claim(newer, second, { path: 'second.dat', reason: 'mine, too' })
    const text = await refusals(await bagOf(newer, { others: [older] }))
    expect(text).toMatch(/^Refused, failed and claimed \(2\)/)
    expect(text).toContain(`run.dat Pat Operator (pat) answers for it by record 2 of ${newer.trail}`)
    expect(text).toContain('second.dat Pat Operator (pat) answers for it by record 3 2026-03-02')
    expect(text).toContain('mine, too')
    expect(text).not.toContain('capture.claimed')
  })

  test('is two where the claim names another record, and nobody is said to answer for it', async () => {
    const maker = new TrailMaker('two')
    const refusal = refuse(maker)
    claim(maker, { ...refusal, leaf: '0'.repeat(64) })
    const text = await refusals(await bagOf(maker), ['claim-refusal'])
    expect(text).toMatch(/^Refused, failed and claimed \(2\)/)
    expect(text).toContain('no person answers for it')
    expect(text).toContain(`answers for record ${refusal.seq}, which is not in this bag as it is named here`)
    expect(await shown(await bagOf(maker))).not.toContainEqual(
      expect.objectContaining({ claim: expect.anything() }),
    )
  })

  test('has a row for each of its records among all of them, and what the relay did is said to be its own', async () => {
    const maker = new TrailMaker('all')
    const refusal = refuse(maker)
    const { seq } = claim(maker, refusal)
    const text = (await printed(await bagOf(maker))).get('Records') ?? ''
    expect(text).toMatch(
      new RegExp(` ${refusal.seq} 2026-03-02 \\S+ capture\\.refused the relay ws-nmr-01 run\\.dat Pat Op`),
    )
    expect(text).toMatch(
      new RegExp(
        ` ${seq} 2026-03-02 \\S+ capture\\.claimed Pat Operator pat by password run\\.dat answers for record ${refusal.seq} `,
      ),
    )
    expect(text).not.toContain('by relay')
  })
})
