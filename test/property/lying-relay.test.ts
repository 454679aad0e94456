import { hash } from 'node:crypto'
import { printedCopy, printedPage } from '@compliance-relay/shared/bag'
import {
  fromHex,
  fromUtf8,
  hex,
  leafHash,
  type Meaning,
  parseNote,
  printStatementNote,
  sha256,
  signerOf,
  signStatement,
  utf8,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { CheckedBag } from '../../web/check/checked-bag.ts'
import { craftedSignatures } from '../browser/crafted-signatures.ts'
import { bagOf, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { quinn, relay } from '../support/signed-trail.ts'

/* Bags of a relay that seals with its own keys what looks better than the truth. What it says of a signature beside what
 * was signed is held against the trail, and the command, the copies and the page tell the same of it. */

const jane = { id: 'jdoe', name: 'Jane Doe', via: 'signature' }
const digest = 'ab'.repeat(32)
const quinns = signerOf('lab.example/u/quinn/tablet-9', 'note', fromHex('09'.repeat(32), 32))

/** Captures on records 1 and 2; Jane and Quinn can sign. */
function site(): TrailMaker {
  const maker = new TrailMaker('lying relay')
  for (const [path, sha] of [
    ['batch-7', digest],
    ['batch-8', 'ac'.repeat(32)],
  ])
    maker.take({
      do: 'capture',
      body: { path: path as string, project: 'NMR', sha256: sha as string, size: 4 },
    })
  maker.enrol()
  maker.record('key.enrolled', relay, { key: quinns.vkey, user: 'quinn' })
  return maker
}

function apply(maker: TrailMaker, seq: number, meaning: Meaning, more = {}): number {
  const note = maker.noteOn([seq], meaning, `${meaning} it`)
  maker.record('signature.applied', jane, { note, meaning, roles: ['reviewer'], ...more })
  return maker.size - 1
}

function rejectAsQuinn(maker: TrailMaker): number {
  const { trail, size } = maker
  const statement = {
    at: '2026-03-02T09:00:00.000Z',
    checkpoint: { trail, size, root: maker.checkpoint().root },
    count: 1,
    meaning: 'rejected' as const,
    name: 'Quinn Parker',
    reason: 'an impurity: do not release',
    records: [{ seq: 1, leaf: leafHash(maker.lines[1] as Uint8Array) }],
    user: 'quinn',
  }
  const note = fromUtf8(printStatementNote(signStatement(statement, quinns)))
  maker.record(
    'signature.applied',
    { ...quinn, via: 'signature' },
    { note, meaning: 'rejected', roles: ['qa'] },
  )
  return maker.size - 1
}

function holdAndDecide(maker: TrailMaker, decisions: readonly string[]): void {
  const note = maker.noteOn([1], 'approved', 'approved, too')
  const statement = hex(sha256(utf8(note)))
  maker.record('signature.held', relay, { code: 'key-revoked', note, statement, roles: ['reviewer'] })
  const held = { seq: maker.size - 1, leaf: hex(leafHash(maker.lines.at(-1) as Uint8Array)) }
  for (const decision of decisions)
    maker.record('signature.decided', quinn, {
      held,
      statement,
      signer: 'jdoe',
      meaning: 'approved',
      decision,
      reason: `asked Jane: ${decision}`,
    })
}

function timeOfLast(maker: TrailMaker): string {
  return JSON.parse(fromUtf8(maker.lines.at(-1) as Uint8Array)).record.time
}

async function pageOf({ files, policy }: MadeBag): Promise<string> {
  const facts = { manifest: digest, file: digest, trusted: [] }
  const copy = await printedCopy(new FilesSource(files), await verified(files, policy), facts)
  const pieces: string[] = []
  for await (const piece of printedPage(copy)) pieces.push(piece)
  return pieces
    .join('')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

async function signaturesShown(bag: MadeBag) {
  const checked = await CheckedBag.of(new FilesSource(bag.files), { trust: { policy: bag.maker.policy } })
  const lines = checked.linesOf(digest)
  const records = await checked.recordsIn(new Set(lines), () => false)
  const versions = await checked.laterThan(records.values(), () => false)
  return [...records.values()].flatMap((record) => checked.matchOf(record, digest, versions).signatures)
}

describe('a bag in which the relay says of a signature what is not so', {
  tags: ['req/P11-70-1', 'challenge'],
}, () => {
  const lies: readonly [said: string, code: string, lie: (maker: TrailMaker) => void][] = [
    [
      'another person takes back a rejection',
      'withdrawn-signature',
      (maker) => {
        apply(maker, rejectAsQuinn(maker), 'withdrawn')
      },
    ],
    [
      'it was made after a time that its head does not give',
      'statement-not-before',
      (maker) => {
        apply(maker, 1, 'approved', { notBefore: '2019-01-01T00:00:00.000Z' })
      },
    ],
    [
      'it was refused once it counted',
      'refused-statement',
      (maker) => holdAndDecide(maker, ['accepted', 'refused']),
    ],
    ['it was refused twice', 'refused-statement', (maker) => holdAndDecide(maker, ['refused', 'refused'])],
    [
      'it means something else',
      'statement-beside',
      (maker) => {
        apply(maker, 1, 'reviewed', { meaning: 'approved' })
      },
    ],
  ]
  test.each(lies)('is no evidence, to command, copy and page alike: %s', async (_, code, lie) => {
    const maker = site()
    apply(maker, 1, 'approved')
    lie(maker)
    for (const filter of [{}, { projects: ['NMR'] }]) {
      const bag = await bagOf(maker, { filter })
      const { findings } = await verified(bag.files, bag.policy)
      expect(findings.map((one) => one.code)).toEqual([code])
      const page = await pageOf(bag)
      expect(page).toContain(`does not hold: 1 finding. Nothing in it is evidence.`)
      expect(page).toContain(` ${code} `)
      expect(page).not.toContain('after 2019-01-01')
      expect(page).not.toContain('withdrawn by its signer')
      expect(await signaturesShown(bag)).toEqual([])
    }
  })
})

describe('a bag in which the relay says of a claim what is not so', {
  tags: ['req/P11-10e-7', 'challenge'],
}, () => {
  const refused = { path: 'x.txt', project: 'NMR', watch: 'w1', sha256: 'cd'.repeat(32) }
  const claims: readonly [said: string, claim: (maker: TrailMaker) => void][] = [
    ['it is of another content', (maker) => claim(maker, refuse(maker), { ...refused, sha256: digest })],
    ['it is of another path', (maker) => claim(maker, refuse(maker), { ...refused, path: 'y.txt' })],
    ['it is of what was not refused', (maker) => claim(maker, 1, { ...refused, sha256: digest })],
    [
      'it is of another record than it says',
      (maker) => claim(maker, refuse(maker), refused, '00'.repeat(32)),
    ],
    [
      'it is of no trail',
      (maker) => claim(maker, refuse(maker), refused, undefined, 'lab.example/t/none/20260101-0000'),
    ],
  ]

  function refuse(maker: TrailMaker): number {
    maker.record('capture.refused', relay, {
      ...refused,
      reason: 'no-evidence',
      size: 3,
      what: 'file.created',
    })
    return maker.size - 1
  }

  function claim(
    maker: TrailMaker,
    seq: number,
    body: typeof refused,
    leaf = hex(leafHash(maker.lines[seq] ?? new Uint8Array())),
    trail = maker.trail,
  ): void {
    maker.record('capture.claimed', quinn, { ...body, reason: 'it was mine', refusal: { trail, seq, leaf } })
  }

  test.each(claims)('is no evidence, to command, copy and page alike: %s', async (_, lie) => {
    const maker = site()
    lie(maker)
    const claimed = maker.size - 1
    for (const filter of [{}, { projects: ['NMR'] }]) {
      const bag = await bagOf(maker, { filter })
      const { findings } = await verified(bag.files, bag.policy)
      expect(findings.map(({ code, seq }) => [code, seq])).toEqual([['claim-refusal', claimed]])
      const page = await pageOf(bag)
      expect(page).toContain(`does not hold: 1 finding. Nothing in it is evidence.`)
      expect(page).toContain(' claim-refusal ')
      const checked = await CheckedBag.of(new FilesSource(bag.files), { trust: { policy: maker.policy } })
      expect(checked.linesOf(digest)).toEqual([])
    }
  })

  test('holds where all of it is so', async () => {
    const maker = site()
    claim(maker, refuse(maker), refused)
    for (const filter of [{}, { projects: ['NMR'] }, { kinds: ['capture.claimed'] }]) {
      const bag = await bagOf(maker, { filter })
      expect((await verified(bag.files, bag.policy)).findings).toEqual([])
    }
  })
})

describe('what became of a signature', { tags: ['req/P11-70-1'] }, () => {
  test('is the same to the copy, the page and the filter', async () => {
    const maker = site()
    const [kept, taken] = [apply(maker, 1, 'reviewed'), apply(maker, 1, 'approved')]
    const by = apply(maker, taken, 'withdrawn')
    holdAndDecide(maker, ['refused'])
    const bag = await bagOf(maker, { filter: { states: ['reviewed'] } })
    expect((await verified(bag.files, bag.policy)).findings).toEqual([])
    expect(await signaturesShown(bag)).toMatchObject([
      { seq: kept, meaning: 'reviewed' },
      { seq: taken, meaning: 'approved', withdrawn: by },
    ])
    const page = await pageOf(bag)
    expect(page).toContain(`record ${by} `)
    expect(page).toContain('withdrawn by its signer')
    expect(page).toContain('refused by Quinn Parker (quinn)')
  })

  test('it is not older than the last record of the bag under the head its signer saw, and no more is said', {
    tags: ['challenge'],
  }, async () => {
    const maker = site()
    const enrolled = timeOfLast(maker)
    maker.record('session.opened', relay, {})
    // What a part does not have it cannot hold this against: so it shows it nowhere.
    apply(maker, 1, 'approved', { notBefore: '2026-03-02T08:00:04.500Z' })
    const part = await bagOf(maker, { filter: { projects: ['NMR'] } })
    expect((await verified(part.files, part.policy)).findings).toEqual([])
    expect(await signaturesShown(part)).toMatchObject([{ notBefore: enrolled }])
    expect(await pageOf(part)).toContain(
      `proven: after ${enrolled.replace('T', ' ').replace('Z', '')} UTC, before`,
    )
    const whole = await bagOf(maker)
    expect((await verified(whole.files, whole.policy)).findings.map(({ code }) => code)).toEqual([
      'statement-not-before',
    ])
  })

  test('who signs one statement twice, in another way each time, makes no relay a liar that holds it', async () => {
    const maker = site()
    const note = maker.noteOn([1], 'approved', 'approved it')
    maker.record('signature.applied', jane, { note })
    const seed = hash('sha256', 'lying relay user')
    const { text, signatures } = parseNote(utf8(note))
    const [{ signature } = { signature: '' }] = craftedSignatures(seed, hex(utf8(text)))
    const again = fromUtf8(
      printStatementNote({
        text,
        signatures: signatures.map((one) => ({ ...one, signature: fromHex(signature, 64) })),
      }),
    )
    expect(again).not.toBe(note)
    maker.record('signature.held', relay, { code: 'clone', note: again })
    const bag = await bagOf(maker)
    expect((await verified(bag.files, bag.policy)).findings).toEqual([])
  })

  test('a withdrawal is no fault where the part has not what it takes back', async () => {
    const maker = site()
    const signed = apply(maker, 1, 'approved')
    const from = new Date(Date.parse(timeOfLast(maker)) + 1).toISOString()
    apply(maker, signed, 'withdrawn')
    const part = await bagOf(maker, { filter: { from } })
    expect((await verified(part.files, part.policy)).findings).toEqual([])
  })
})
