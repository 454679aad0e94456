import { createHash } from 'node:crypto'
import { type BagSource, LaterVersions, RECORDS } from '@compliance-relay/shared/bag'
import {
  fromUtf8,
  hex,
  leafHash,
  readEntry,
  sha256,
  type TrailRecord,
  utf8,
} from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CheckedBag } from '../../web/check/checked-bag.ts'
import { DigestIndex } from '../../web/check/digest-index.ts'
import { seedOf } from '../support/arbitraries.ts'
import { bagOf, FilesSource, type MadeBag } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* What the offline page keeps of a bag to say which record a file is. The page itself is tried in test/browser. */

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the digests of a bag', () => {
  test('have exactly the lines they came with, in their order, however many others there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })), {
          maxLength: 5_000,
          size: 'max',
        }),
        (added) => {
          const index = new DigestIndex()
          const model = new Map<number, Set<number>>()
          for (const [name, line] of added) {
            index.add(digestOf(String(name)), line)
            model.set(name, (model.get(name) ?? new Set()).add(line))
          }
          for (const [name, lines] of model) expect(index.linesOf(digestOf(String(name)))).toEqual([...lines])
          expect(index.linesOf(digestOf('none of them'))).toEqual([])
        },
      ),
      { numRuns: 20, seed: seedOf('digests of a bag') },
    )
  })

  test('that begin alike are kept apart, and what is no digest is nobody’s', { tags: ['challenge'] }, () => {
    const index = new DigestIndex()
    const one = `${'ab'.repeat(31)}a0`
    index.add(one, 7)
    for (const not of [undefined, null, 5, '', 'AB'.repeat(32), `${one}0`, one.slice(1)]) index.add(not, 9)
    expect(index.linesOf(one)).toEqual([7])
    expect(index.linesOf(`${'ab'.repeat(31)}a1`)).toEqual([])
    expect(index.linesOf('AB'.repeat(32))).toEqual([])
  })
})

describe('of a bag that was checked', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  const digest = hex(sha256(utf8('a.dat')))

  async function made(): Promise<MadeBag> {
    const maker = new TrailMaker('page')
    maker.take({ do: 'capture', body: { path: 'a.dat', project: 'P', device: 'ws', sha256: digest } })
    maker.take({ do: 'capture', body: { path: 'b.dat', project: 'P', device: 'ws' } })
    return bagOf(maker)
  }
  const check = (source: BagSource, { maker }: MadeBag) =>
    CheckedBag.of(source, { trust: { policy: maker.policy } })
  const never = () => false

  test('a file is the record that has its digest', async () => {
    const bag = await made()
    const checked = await check(new FilesSource(bag.files), bag)
    const lines = checked.linesOf(digest)
    expect(lines).toHaveLength(1)
    const record = (await checked.recordsIn(new Set(lines), never)).get(lines[0] ?? 0)
    expect(record).toMatchObject({ seq: 1, body: { path: 'a.dat' } })
    expect(checked.linesOf(digestOf('another'))).toEqual([])
  })

  test('a file is no record that only has its digest: nobody captured an export or a recovery file', async () => {
    const maker = new TrailMaker('page')
    const one = (name: string) => digestOf(name)
    const files = [{ path: 'member', sha256: one('member') }]
    for (const [kind, body] of [
      ['export.sealed', { manifest: one('manifest'), raw: one('raw'), files }],
      ['recovery.written', { sha256: one('sha256') }],
      ['dataset.created', { path: 'set', manifest: one('set') }],
    ] as const)
      maker.record(kind, { id: 'ws', name: 'ws', via: 'relay' }, body)
    const bag = await bagOf(maker)
    const checked = await check(new FilesSource(bag.files), bag)
    for (const name of ['manifest', 'raw', 'member', 'sha256']) expect(checked.linesOf(one(name))).toEqual([])
    expect(checked.linesOf(one('set'))).toHaveLength(1)
  })

  test('a file of a refusal is whose claim names that very record', async () => {
    const relay = { id: 'ws', name: 'ws', via: 'relay' }
    const files = [{ path: 'fid', sha256: digest }]
    const checkedWith = async (leafOf: (line: Uint8Array) => string) => {
      const maker = new TrailMaker('page claims')
      maker.record('capture.refused', relay, { path: 'set', manifest: digestOf('set'), files })
      const { trail, seq } = readEntry(maker.lines.at(-1) as Uint8Array).record
      const refusal = { trail, seq, leaf: leafOf(maker.lines.at(-1) as Uint8Array) }
      const pat = { id: 'pat', name: 'Pat Operator', via: 'session' }
      maker.record('capture.claimed', pat, { path: 'set', manifest: digestOf('set'), refusal })
      const bag = await bagOf(maker)
      return check(new FilesSource(bag.files), bag)
    }
    const checked = await checkedWith((line) => hex(leafHash(line)))
    const [record] = (await checked.recordsIn(new Set(checked.linesOf(digest)), never)).values()
    const claimed = checked.matchOf(record as TrailRecord, digest, new LaterVersions([]))
    expect(claimed).toMatchObject({
      as: 'member',
      kind: 'capture.refused',
      claim: { id: 'pat', name: 'Pat Operator' },
    })
    expect(claimed.claim?.seq).toBe(claimed.seq + 1)
    expect((await checkedWith(() => '0'.repeat(64))).linesOf(digest)).toEqual([])
  })

  test('no file is anything if something is wrong with it, be it beside the records', async () => {
    const bag = await made()
    for (const change of [
      (name: string) => name === 'data/VERIFY.txt',
      (name: string) => name.endsWith('.checkpoint'),
      (name: string) => name === 'seal.leaves',
    ]) {
      const files = new Map([...bag.files].filter(([name]) => !change(name)))
      const checked = await check(new FilesSource(files), bag)
      expect(checked.report.findings.length).toBeGreaterThan(0)
      expect(checked.linesOf(digest)).toEqual([])
    }
    const nobody = await CheckedBag.of(new FilesSource(bag.files), { trust: { fingerprints: [] } })
    expect(nobody.linesOf(digest)).toEqual([])
  })

  test('no signature is shown if something is wrong with it, or nothing says whose word counts', async () => {
    const maker = new TrailMaker('page signs')
    maker.take({ do: 'capture', body: { path: 'a.dat', project: 'P', device: 'ws', sha256: digest } })
    maker.take({ do: 'sign', reason: 'it is right' })
    const bag = await bagOf(maker)
    const record = readEntry(maker.lines[1] as Uint8Array).record
    const shown = (checked: CheckedBag) => checked.matchOf(record, digest, new LaterVersions([])).signatures
    expect(shown(await check(new FilesSource(bag.files), bag))).toHaveLength(1)
    const files = new Map([...bag.files].filter(([name]) => name !== 'data/VERIFY.txt'))
    const broken = await check(new FilesSource(files), bag)
    expect(() => shown(broken)).toThrow('no evidence')
    const nobody = await CheckedBag.of(new FilesSource(bag.files), { trust: { fingerprints: [] } })
    expect(() => shown(nobody)).toThrow('no evidence')
  })

  test('the seal does not hold unless it is shown to be in the history of its records', async () => {
    const bag = await made()
    for (const leaves of [undefined, utf8('no leaf\n'), utf8('')]) {
      const files = new Map(bag.files)
      if (leaves === undefined) files.delete('seal.leaves')
      else files.set('seal.leaves', leaves)
      const { report } = await check(new FilesSource(files), bag)
      expect(report.sealed).toMatchObject({ holds: false })
    }
  })

  test('records that are others when they are read once more are not shown', async () => {
    const bag = await made()
    const files = new Map(bag.files)
    const checked = await check(new FilesSource(files), bag)
    const text = fromUtf8(files.get(RECORDS) ?? new Uint8Array())
    files.set(RECORDS, utf8(text.replace('"a.dat"', '"b.dat"')))
    const lines = new Set(checked.linesOf(digest))
    await expect(checked.recordsIn(lines, never)).rejects.toThrow('changed after it was checked')
  })
})
