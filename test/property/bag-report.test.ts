import {
  bagFacts,
  checkedTexts,
  findingText,
  fingerprintOf,
  printedCopy,
  printedPage,
  reportText,
  verdictText,
  verifyBag,
} from '@compliance-relay/shared/bag'
import { parsePolicy, utf8 } from '@compliance-relay/shared/trail'
import { beforeAll, describe, expect, test } from 'vitest'
import { bagOf, type Files, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { opened, placesIn, zipOf } from '../support/zipped.ts'

/* What is said of a bag: no more than was found out, and nothing that matters left out. */

const captures = 20

function trailOf(captured: number): TrailMaker {
  const maker = new TrailMaker('said of a bag')
  for (let i = 0; i < captured; i++) maker.take({ do: 'capture', body: { path: `runs/${i}`, size: i } })
  return maker
}

let bag: MadeBag

beforeAll(async () => {
  bag = await bagOf(trailOf(captures), { between: 3, leftOut: ['lab.example/t/ws-nmr-01/20260101-0001'] })
})

const changed = (name: string, bytes: Uint8Array): Files => new Map(bag.files).set(name, bytes)
const fresh = (lines: number, line: string) => utf8(`${line}\n`.repeat(lines))
const prints = () => {
  const { logs, witnesses } = parsePolicy(bag.policy)
  return [...logs, ...witnesses].map(({ verifier }) => fingerprintOf(verifier.vkey))
}

async function copyOf(files: Files): Promise<string> {
  const source = new FilesSource(files)
  const report = await verified(files, bag.policy)
  const facts = { manifest: '0'.repeat(64), file: '0'.repeat(64), trusted: ['a policy'] }
  let text = ''
  for await (const piece of printedPage(await printedCopy(source, report, facts))) text += piece
  // Where a line may end.
  return text.replaceAll('<wbr>', '')
}

describe('what is said of a bag that holds', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('says how many records came after what is in it, and which trails are not in it', async () => {
    const report = await verified(bag.files, bag.policy)
    expect(report.findings).toEqual([])
    expect(report.sealed).toMatchObject({
      after: { untilSeal: 3, untilHead: 5 },
      count: captures + 1,
      leftOut: ['lab.example/t/ws-nmr-01/20260101-0001'],
    })
    const said = [
      '3 records were made after the exported head, up to the seal; they are not in the bag',
      'lab.example/t/ws-nmr-01/20260101-0001: the relay says that it does not verify, or that nobody signed a head of it',
    ]
    const copy = await copyOf(bag.files)
    for (const one of said) {
      expect(bagFacts(report).map(([, value]) => value)).toContain(one)
      expect(reportText('a.zip', report)).toContain(one)
      expect(copy).toContain(one)
    }
  })
})

test('an export that a command asked for names the account of the operating system, too', async () => {
  const report = await verifyBag(new FilesSource(bag.files), { trust: { policy: parsePolicy(bag.policy) } })
  if (report.sealed === undefined) throw new Error('it is not sealed')
  const asked = (account: object) =>
    bagFacts({ ...report, sealed: { ...report.sealed, ...account } as never })
  const said = (facts: ReturnType<typeof asked>) => facts.find(([name]) => name === 'asked for by')?.[1]
  expect(said(asked({ account: 'labuser' }))).toContain(
    "(quinn), by the operating system's account labuser, 20",
  )
  expect(said(asked({}))).not.toContain('account')
  // Where no person is enrolled, the relay's name is no person's.
  const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
  expect(said(asked({ actor: relay, account: 'labuser' }))).toMatch(
    /^the relay ws-nmr-01, by the operating system's account labuser, 20/,
  )
})

describe('what is said of a bag that does not hold', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('says first that it does not hold, also where its seal does', async () => {
    const report = await verified(changed('data/records.csv', utf8('another table\n')), bag.policy)
    expect(report.sealed).toMatchObject({ holds: true })
    const lines = reportText('a.zip', report).trimEnd().split('\n')
    expect(lines[0]).toMatch(/^verdict {7}\d+ findings: this bag does not hold\. /)
    expect(lines.at(-1)).toBe(verdictText(report))
    const good = await verified(bag.files, bag.policy)
    expect(reportText('a.zip', good)).toMatch(/^bag {11}a\.zip\n/)
  })

  test('by keys that were not given is what it says of itself, and nothing as checked', async () => {
    const report = await verifyBag(new FilesSource(bag.files), { trust: { fingerprints: ['ab'.repeat(32)] } })
    expect(report.sealed).toMatchObject({ holds: false })
    expect(report.info).toBeUndefined()
    const text = reportText('a.zip', report)
    expect(text).not.toMatch(
      / of \d+ records|checkpoints? holds?|withheld|against the manifest|asked for by {2}/,
    )
    expect(text).toContain('it says       asked for by Quinn Parker (quinn)')
    expect(checkedTexts(report)).toEqual([expect.stringContaining('nothing against a seal that holds')])
    // What was given is named, and the bag's own keys are not offered.
    const [finding] = report.findings
    expect(finding?.expected).toContain('ab'.repeat(32))
    for (const print of prints()) expect(text).not.toContain(print)
  })

  test('where nothing was given says that, and shows no fingerprint to copy', async () => {
    const report = await verifyBag(new FilesSource(bag.files), { trust: { fingerprints: [] } })
    expect(report.findings.map(findingText)).toEqual([
      expect.objectContaining({
        code: 'policy-unknown',
        sentence: 'nothing was given that says whose word counts',
        found: 'none was given',
      }),
    ])
    expect(verdictText(report)).toContain('nothing was given that says whose word counts')
    for (const print of prints()) expect(JSON.stringify(report)).not.toContain(print)
  })

  test('calls records that cannot be read neither withheld nor fewer than all', async () => {
    const zip = await zipOf(bag.files)
    const place = placesIn(zip).files.find(({ name }) => name.endsWith('/data/records.json'))
    if (place === undefined) throw new Error('no records')
    zip[place.data + 40] = (zip[place.data + 40] ?? 0) ^ 0xff
    const source = await opened(zip)
    const report = await verifyBag(source, { trust: { policy: parsePolicy(bag.policy) } })
    const text = reportText('a.zip', report)
    expect(report.findings).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ code: 'file-unreadable' })]),
    )
    expect(text).not.toMatch(/\d+ withheld|fewer|each cell/)
    expect(report.trails).toMatchObject([{ disclosed: 0 }])
    expect(report.trails[0]).not.toHaveProperty('withheld')
    expect(report.checked.files).toBe(bag.files.size - 1)
    // A copy of it is made all the same.
    const facts = { manifest: '', file: '', trusted: [] }
    let copy = ''
    for await (const piece of printedPage(await printedCopy(source, report, facts))) copy += piece
    expect(copy).toContain('This is a copy of a bag that does not hold')
    await source.close()
  })

  test('calls neither table nor number of records wrong where the leaves cannot be read that say their places', async () => {
    const zip = await zipOf(bag.files)
    const place = placesIn(zip).files.find(({ name }) => name.endsWith('/leaves.txt'))
    if (place === undefined) throw new Error('no leaves')
    zip[place.data + 40] = (zip[place.data + 40] ?? 0) ^ 0xff
    const source = await opened(zip)
    const { findings, checked } = await verifyBag(source, { trust: { policy: parsePolicy(bag.policy) } })
    await source.close()
    const codes = findings.map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['file-unreadable', 'trail-missing']))
    expect(codes.filter((code) => /^csv-|^record-/.test(code))).toEqual([])
    expect(checked).toMatchObject({ records: 0, table: false })
  })

  test('whose leaves are gone is read no further than one line of its records,', async () => {
    const files = changed('data/records.json', fresh(100_000, 'x,'))
    for (const name of files.keys()) if (name.endsWith('/leaves.txt')) files.delete(name)
    const { findings, checked } = await verified(files, bag.policy)
    expect(checked.lines).toBe(1)
    expect(findings.map(({ code }) => code)).toContain('trail-missing')
  })

  test('that has far more records than were sealed is read no further than one beyond', async () => {
    const lines = fresh(100_000, 'x,')
    const report = await verified(changed('data/records.json', lines), bag.policy)
    expect(report.checked.lines).toBe(captures + 2)
    expect(report.findings.filter(({ code }) => code === 'record-count')).toHaveLength(2)
    expect(report.findings.length).toBeLessThan(captures + 20)
    expect(report.omitted).toEqual([])
    const after = utf8(
      `${new TextDecoder().decode(bag.files.get('data/records.json'))}${'x\n'.repeat(5_000)}`,
    )
    const { findings } = await verified(changed('data/records.json', after), bag.policy)
    expect(findings.filter(({ code }) => code === 'file-form')).toHaveLength(1)
    const leaves = [...bag.files.keys()].find((name) => name.endsWith('/leaves.txt')) ?? ''
    const many = await verified(changed(leaves, fresh(100_000, '')), bag.policy)
    expect(many.findings.length).toBeLessThan(4 * captures)
  })

  test.each([
    ['bag-info.txt', 256 << 10],
    ['manifest-sha256.txt', 300 * 13],
    ['tagmanifest-sha256.txt', 300 * 13],
    ['seal.json', 65_536],
    ['seal.tlog-proof', 128 << 10],
    ['bagit.txt', 1_024],
    ['data/policy.txt', 65_536],
  ])('holds no more of %s in memory than %d bytes', async (name, most) => {
    const unreadable = async (bytes: number) => {
      const { findings, info } = await verified(changed(name, fresh(bytes, '')), bag.policy)
      if (name === 'bag-info.txt') expect(info).toBeUndefined()
      return findings.some(({ code, file }) => code === 'file-unreadable' && file === name)
    }
    expect(await unreadable(most)).toBe(false)
    expect(await unreadable(most + 1)).toBe(true)
  })
})
