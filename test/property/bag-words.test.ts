import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprintOf, recipes, verifyBag } from '@compliance-relay/shared/bag'
import { type Checkpoint, fromUtf8, hex, sha256, signCheckpoint, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { type BagPlan, bagOf, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* What people read in a bag beside its records. Here the relay that seals it lies: nothing was changed afterwards. */

function trail(): TrailMaker {
  const maker = new TrailMaker('words')
  for (let i = 0; i < 3; i++) maker.take({ do: 'capture', body: { path: `${i}.dat`, project: 'NMR' } })
  return maker
}

/** A bag in which one file says something else, sealed so. */
async function sealedWith(
  file: string,
  change: (text: string) => string,
  plan: BagPlan = {},
): Promise<MadeBag> {
  return bagOf(trail(), { ...plan, words: { file, change } })
}

const findingsOf = async ({ files, policy }: MadeBag) => (await verified(files, policy)).findings
const codes = async (bag: MadeBag) => [...new Set((await findingsOf(bag)).map(({ code }) => code))]

describe('what a bag says to people', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('is in each line what its seal and its files say', async () => {
    const bag = await bagOf(trail(), { leftOut: ['lab.example/t/ws-nmr-01/20250101-0000'] })
    expect(await findingsOf(bag)).toEqual([])
    const info = fromUtf8(bag.files.get('bag-info.txt') as Uint8Array)
    const payload = [...bag.files].filter(([name]) => name.startsWith('data/'))
    const bytes = payload.reduce((sum, [, { length }]) => sum + length, 0)
    expect(info).toContain(`Payload-Oxum: ${bytes}.${payload.length}\n`)
    expect(info).toContain('Left-Out: lab.example/t/ws-nmr-01/20250101-0000: ')
    const lines = info.split('\n').slice(0, -1)
    expect(lines.map((line) => line.split(':', 1)[0])).toEqual([
      'Bag-Software-Agent',
      'Source-Organization',
      'Bagging-Date',
      'Payload-Oxum',
      'Reason',
      'Filter',
      'Records',
      'Note',
      'Trail',
      'Left-Out',
    ])
    for (const [i, line] of lines.entries()) {
      const other = await sealedWith(
        'bag-info.txt',
        (text) =>
          text.replace(
            line,
            line.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
          ),
        { leftOut: ['lab.example/t/ws-nmr-01/20250101-0000'] },
      )
      const found = await findingsOf(other)
      expect([...new Set(found.map(({ code }) => code))], line).toEqual(['info-untrue'])
      expect(found.some(({ line: at }) => at === i + 1 || at === undefined)).toBe(true)
    }
  })

  test('has no line more and none less, and no day but that of the seal or the one before', async () => {
    const more = await sealedWith(
      'bag-info.txt',
      (text) => `${text}External-Description: audited by the agency\n`,
    )
    expect(await codes(more)).toEqual(['info-untrue'])
    const less = await sealedWith('bag-info.txt', (text) => text.replace(/^Note: .*\n/m, ''))
    expect(await codes(less)).toEqual(['info-untrue'])
    for (const [day, isTold] of [
      ['2026-03-02', false],
      ['2026-03-01', false],
      ['2026-02-28', true],
      ['2026-03-03', true],
    ] as const)
      expect(await codes(await bagOf(trail(), { day })), day).toEqual(isTold ? ['info-untrue'] : [])
  })

  test('has no recipe but that of its format', async () => {
    const other = await sealedWith('data/VERIFY.txt', (text) => text.replace('sha256sum -c', 'true #'))
    expect(await codes(other)).toEqual(['recipe-changed'])
    expect((await verified(other.files, other.policy)).sealed?.holds).toBe(false)
  })

  test('has a recipe of which FORMAT.md says the SHA-256', () => {
    const document = readFileSync(join(import.meta.dirname, '../../shared/FORMAT.md'), 'utf8')
    for (const [format, text] of Object.entries(recipes))
      expect(document).toMatch(
        new RegExp(`of format ${format} its SHA-256 is\\s\`${hex(sha256(utf8(text)))}\``),
      )
  })

  test('has no bagit.txt but the one', async () => {
    const other = await sealedWith('bagit.txt', (text) => text.replace('1.0', '0.97'))
    expect(await codes(other)).toEqual(['file-form'])
  })

  test('names no key in its policy that its verifier does not know, also where that has a policy', async () => {
    const eve = new TrailMaker('eve', 'lab.example/t/ws-nmr-02/20260302-0000')
    const other = await sealedWith('data/policy.txt', (text) => `log ${eve.trailKey.vkey}\n${text}`)
    expect(await codes(other)).toEqual(['policy-unknown'])
    const { trailKey, witness } = other.maker
    const fingerprints = [trailKey, witness].map(({ vkey }) => fingerprintOf(vkey))
    const by = await verifyBag(new FilesSource(other.files), { trust: { fingerprints } })
    expect(by.findings.map(({ code }) => code)).toEqual(['policy-unknown'])
  })

  test('is of a format that its verifier knows', async () => {
    const later = await bagOf(trail(), { change: (body) => ({ ...body, format: 2 }) })
    const report = await verified(later.files, later.policy)
    expect(report.findings).toMatchObject([{ code: 'seal-form', expected: 'a bag of format 1', found: '2' }])
    expect(report.sealed).toBeUndefined()
  })

  test('lacks the record that opens its trail only if that is said', async () => {
    const maker = trail()
    const whole = await bagOf(maker)
    const lines = fromUtf8(whole.files.get('data/records.json') as Uint8Array).split('\n')
    const without = utf8(lines.toSpliced(1, 1).join('\n'))
    const other = await sealedWith('data/records.json', () => fromUtf8(without))
    expect(hex(sha256(without))).toHaveLength(64)
    expect(await codes(other)).toContain('record-count')
  })
})

describe('where words of anybody could stand', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('a policy has lines of a policy, and no remark', async () => {
    const remark = await sealedWith('data/policy.txt', (text) => `# all is well: run this\n${text}`)
    expect(await codes(remark)).toEqual(['file-form'])
    const bare = await sealedWith('data/policy.txt', (text) => text.replace('quorum', '\tquorum'))
    expect(await codes(bare)).toContain('file-form')
  })

  test('a filter has times as records have them, and nothing beside', async () => {
    for (const to of ['9 (that is: all records)', '2026-03-02', '2026-02-30T00:00:00.000Z']) {
      const bag = await bagOf(trail(), { change: (body) => ({ ...body, filter: { to } }) })
      expect(await codes(bag), to).toContain('seal-form')
    }
  })

  test('a name that is written like an escape is another than what it would stand for', async () => {
    const maker = new TrailMaker('escapes')
    for (const path of ['zero\u200bwidth', 'zero\\u200bwidth'])
      maker.take({ do: 'capture', body: { path, project: 'NMR' } })
    const { files } = await bagOf(maker)
    const table = fromUtf8(files.get('data/records.csv') as Uint8Array)
    expect(table).toContain(',zero\\u200bwidth,')
    expect(table).toContain(',zero\\u005cu200bwidth,')
  })

  test('names whose bytes differ where they are no UTF-8 are two in the table', async () => {
    const maker = new TrailMaker('bytes')
    for (const pathRaw of ['62ff', '62fe'])
      maker.take({ do: 'capture', body: { path: 'b\ufffd', pathRaw, project: 'NMR' } })
    const { files } = await bagOf(maker)
    const table = fromUtf8(files.get('data/records.csv') as Uint8Array)
    expect(table).toContain(',b\ufffd (bytes 62ff),')
    expect(table).toContain(',b\ufffd (bytes 62fe),')
  })

  test('an export’s own manifest is no digest of a capture', async () => {
    const maker = trail()
    const manifest = '12'.repeat(32)
    maker.record('export.sealed', { id: 'quinn', name: 'Quinn Parker', via: 'password' }, { manifest })
    const { files } = await bagOf(maker)
    const row = fromUtf8(files.get('data/records.csv') as Uint8Array)
      .split('\r\n')
      .find((line) => line.includes(',export.sealed,'))
    expect(row?.split('"{"')[0]?.split(',"{')[0]).not.toContain(manifest)
  })
})

/** Signs its heads alone, without the witness. */
class Alone extends TrailMaker {
  override checkpoint(): Checkpoint {
    const { origin, size, root } = super.checkpoint()
    return signCheckpoint({ origin, size, root }, this.trailKey)
  }
}

test('a bag cannot say that it needs no witness to whoever wants its word', {
  tags: ['req/P11-10a-4', 'challenge'],
}, async () => {
  const maker = new Alone('alone')
  maker.take({ do: 'capture', body: { path: 'rewritten.dat', project: 'NMR' } })
  const none = (text: string) => text.replace(/quorum .*/, 'quorum none')
  const { files } = await bagOf(maker, { words: { file: 'data/policy.txt', change: none } })
  const fingerprints = [maker.trailKey.vkey, maker.witness.vkey].map(fingerprintOf)
  const report = await verifyBag(new FilesSource(files), { trust: { fingerprints } })
  expect(report.sealed?.holds).toBe(false)
  expect(report.findings.map(({ code }) => code)).toContain('checkpoint-quorum')
  // Nor does one that does not name it at all pass for one that has its word.
  const bare = { file: 'data/policy.txt', change: () => `log ${maker.trailKey.vkey}\nquorum none\n` }
  const unnamed = await bagOf(maker, { words: bare })
  const { unused } = await verifyBag(new FilesSource(unnamed.files), { trust: { fingerprints } })
  expect(unused).toEqual([fingerprintOf(maker.witness.vkey)])
})
