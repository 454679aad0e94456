import {
  notCheckedTexts,
  printedCopy,
  printedPage,
  reportText,
  verifyBag,
} from '@compliance-relay/shared/bag'
import { type Body, parsePolicy } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { bagOf, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* What a printed copy says became of what was signed, and which record a later version names as the one before it. */

const rita = { id: 'root', name: 'Rita Root', via: 'file-owner' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'signature' }
const digest = (of: string) => of.repeat(32)
const before = (seq: number, of: string) => ({ before: { seq, digest: digest(of), size: 3 } })

function put(maker: TrailMaker, kind: string, body: Body): number {
  maker.record(kind, rita, { project: 'NMR', size: 3, ...body })
  return maker.size - 1
}

function sign(maker: TrailMaker, seq: number): void {
  maker.enrol()
  maker.record('signature.applied', jane, { note: maker.noteOn([seq], 'approved', 'good'), roles: ['qa'] })
}

async function printed({ files, policy }: MadeBag): Promise<string> {
  const source = new FilesSource(files)
  const report = await verifyBag(source, { trust: { policy: parsePolicy(policy) } })
  expect(report.findings).toEqual([])
  let html = ''
  const facts = { manifest: '', file: '', trusted: [] }
  for await (const piece of printedPage(await printedCopy(source, report, facts))) html += piece
  return html
    .replaceAll('<wbr>', '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

const signedText = (text: string): readonly string[] =>
  text.match(
    /\d+ [a-z]\.txt: [a-z ]+ it was signed, see record \d+(?:; [a-z ]+ it was signed, see record \d+)*/g,
  ) ?? []

describe('of what was signed the printed copy says', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test.each<[string, string, (maker: TrailMaker) => void]>([
    [
      'that it was renamed',
      'renamed after it was signed, see record 4',
      (maker) => {
        put(maker, 'file.renamed', {
          path: 'b.txt',
          from: { path: 'a.txt' },
          sha256: digest('aa'),
          ...before(1, 'aa'),
        })
      },
    ],
    [
      'that it was renamed by nobody who is known',
      'renamed after it was signed, see record 4',
      (maker) => {
        const what = { what: 'file.renamed', reason: 'nobody' }
        put(maker, 'capture.refused', {
          path: 'b.txt',
          from: { path: 'a.txt' },
          sha256: digest('aa'),
          ...before(1, 'aa'),
          ...what,
        })
      },
    ],
    [
      'that it was renamed, and changed under its new name',
      'renamed after it was signed, see record 4; changed after it was signed, see record 5',
      (maker) => {
        put(maker, 'file.renamed', {
          path: 'b.txt',
          from: { path: 'a.txt' },
          sha256: digest('aa'),
          ...before(1, 'aa'),
        })
        put(maker, 'file.changed', { path: 'b.txt', sha256: digest('bb'), ...before(4, 'aa') })
      },
    ],
    [
      'that it was deleted',
      'deleted after it was signed, see record 4',
      (maker) => {
        put(maker, 'file.deleted', { path: 'a.txt', ...before(1, 'aa') })
      },
    ],
    [
      'that it was changed',
      'changed after it was signed, see record 4',
      (maker) => {
        put(maker, 'file.changed', { path: 'a.txt', sha256: digest('bb'), ...before(1, 'aa') })
      },
    ],
  ])('%s', async (_, said, then) => {
    // biome-ignore format: a table
    const maker = new TrailMaker('what became of it')
    put(maker, 'file.created', { path: 'a.txt', sha256: digest('aa') })
    sign(maker, 1)
    then(maker)
    expect(signedText(await printed(await bagOf(maker, { between: 0 })))).toEqual([`1 a.txt: ${said}`])
  })
})

describe('of an export of approved records, changed since by one that is withheld,', {
  tags: ['req/P11-10b-1', 'challenge'],
}, () => {
  const said = (withheld: string, first = 'W') =>
    `${first}hat is said of changes is of the records in this bag: ${withheld} a later version of one of these`

  function changedSince(): TrailMaker {
    const maker = new TrailMaker('changed since')
    put(maker, 'file.created', { path: 'a.txt', sha256: digest('aa') })
    sign(maker, 1)
    put(maker, 'file.changed', { path: 'a.txt', sha256: digest('bb'), ...before(1, 'aa') })
    return maker
  }

  test('the report of verifying and the printed copy say that they cannot show it', async () => {
    const bag = await bagOf(changedSince(), { filter: { states: ['approved'] }, between: 0 })
    const report = await verified(bag.files, bag.policy)
    expect(report.findings).toEqual([])
    const one = 'one is withheld, and it may be'
    expect(notCheckedTexts(report)).toContain(said(one, 'w'))
    expect(reportText('a.zip', report)).toContain(said(one, 'w'))
    const copy = await printed(bag)
    expect(copy).toMatch(
      new RegExp(`Changed after first entry \\(0\\) There is none in this bag\\. ${said(one)}\\.`),
    )
    expect(copy.slice(0, copy.indexOf('Signatures ('))).toContain(`Withheld ${said(one)}.`)
  })

  test('it is said of as many as are withheld', async () => {
    const maker = changedSince()
    put(maker, 'file.deleted', { path: 'a.txt', ...before(4, 'bb') })
    const bag = await bagOf(maker, { filter: { states: ['approved'] }, between: 0 })
    expect(await printed(bag)).toContain(said('2 are withheld, and among them may be'))
  })

  test('nothing of it is said where all records are there, or the seal does not hold', async () => {
    const all = await bagOf(changedSince(), { between: 0 })
    const text = 'hat is said of changes'
    expect(await printed(all)).not.toContain(text)
    const part = await bagOf(changedSince(), { filter: { states: ['approved'] }, between: 0 })
    const untrusted = await verifyBag(new FilesSource(part.files), { trust: { fingerprints: [] } })
    for (const report of [await verified(all.files, all.policy), untrusted])
      expect(reportText('a.zip', report)).not.toContain(text)
  })
})

describe('which record a version names as the one before', { tags: ['req/P11-10e-1', 'challenge'] }, () => {
  const older = () => new TrailMaker('older', 'lab.example/t/ws/1', 'site')

  function newer(previous: Body | null = null): TrailMaker {
    const maker = new TrailMaker('newer', 'lab.example/t/ws/2', 'site', previous)
    put(maker, 'file.created', { path: 'x.txt', sha256: digest('ee') })
    put(maker, 'file.changed', { path: 'a.txt', sha256: digest('bb'), ...before(1, 'aa') })
    return maker
  }

  test('is said with the trail it stands in', async () => {
    const first = older()
    put(first, 'file.created', { path: 'a.txt', sha256: digest('aa') })
    const text = await printed(await bagOf(newer(), { others: [first], between: 0 }))
    expect(text).toContain('changed after first entry, see record 1 of lab.example/t/ws/1')
    expect(text).not.toMatch(/see record 1 (?!of lab)/)
  })

  test('is said not to be in the bag where that trail is not', async () => {
    const text = await printed(await bagOf(newer({ trail: 'lab.example/t/ws/1' }), { between: 0 }))
    expect(text).toContain(
      'changed after first entry, see record 1 of an older trail: this bag does not have that record',
    )
  })

  test('is one of its own trail where there is none before, also if the bag does not have it', async () => {
    const maker = new TrailMaker('one trail')
    put(maker, 'file.created', { path: 'a.txt', sha256: digest('aa') })
    put(maker, 'file.deleted', { path: 'a.txt', ...before(1, 'aa') })
    const filter = { kinds: ['file.deleted'] }
    expect(await printed(await bagOf(maker, { filter, between: 0 }))).toMatch(
      /deleted after first entry, see record 1 (?!of)/,
    )
  })
})
