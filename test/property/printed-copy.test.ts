import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BagOptions, plainText, printedCopy, printedPage, verifyBag } from '@compliance-relay/shared/bag'
import { readCertificates } from '@compliance-relay/shared/time-stamp'
import { hex, leafHash, parsePolicy, readEntry, sha256, utf8 } from '@compliance-relay/shared/trail'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printedPdf } from '../../agent/src/printing/pdf.ts'
import { testIf } from '../contract/test-if.ts'
import { bagOf, type Files, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { fontsOf, missingPoppler, pagesOf, pdfInfo, qpdfFaults, solid } from '../support/poppler.ts'
import { opened } from '../support/zipped.ts'

const hostile = [
  '=HYPERLINK("http://evil.example","open")',
  '\tTab first',
  'new\nline',
  '\u202egnp.exe',
  'e\u0301 NFD',
  '😀 emoji',
  '</script><img src=x>',
  'דוד 12.raw',
  'مرحبا/3.d',
  'Ελληνικά Кириллица Łő',
  '山田太郎.raw',
  '王小明/样品一.d',
  '김민수 시료.raw',
  `${'a folder with a long name/'.repeat(30)}fid`,
]
const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }

/** Captures, versions, signatures in every state, refusals, claims and gaps. */
function everything(captures: number): TrailMaker {
  const maker = new TrailMaker('printed')
  const capture = (path: string, more = {}) =>
    maker.take({
      do: 'capture',
      body: {
        path,
        project: 'NMR',
        device: 'nmr-400',
        size: path.length,
        sha256: hex(sha256(utf8(path))),
        ...more,
      },
    })
  for (const path of hostile) capture(path)
  for (let i = 0; i < captures; i++) capture(`runs/${i}/fid`)
  maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria' })
  const [, signed = 0] = statementSeqs(noteIn(maker))
  const note = () => maker.noteOn([signed], 'approved', 'Spectra match the acceptance criteria')
  const { path, sha256: digest } = readEntry(maker.lines[signed] as Uint8Array).record.body
  maker.record('file.changed', { id: 'jdoe', name: 'Jane Doe', via: 'os-session' }, {
    path: path as string, sha256: 'cd'.repeat(32), size: 9, before: { seq: signed, digest: digest as string, size: 3 },
  }) // biome-ignore format: one record
  for (const decision of ['accepted', 'refused']) {
    maker.record('signature.held', relay, { code: 'key-revoked', note: note() })
    const held = { seq: maker.size - 1, leaf: hex(leafHash(maker.lines.at(-1) ?? new Uint8Array())) }
    maker.record('signature.decided', quinn, { held, decision, reason: `looked into: ${decision}` })
  }
  maker.record('signature.held', relay, { code: 'clock', note: note() })
  maker.record('capture.refused', relay, {
    path: 'nobody.raw',
    reason: 'no-evidence',
    sentence: 'nobody is known',
  })
  const refused = maker.lines.at(-1) ?? new Uint8Array()
  const refusal = { trail: maker.trail, seq: maker.size - 1, leaf: hex(leafHash(refused)) }
  maker.record('capture.claimed', quinn, { path: 'nobody.raw', reason: 'I was there', refusal })
  maker.record('relay.paused', relay, { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z' })
  return maker
}

function noteIn(maker: TrailMaker): string {
  return JSON.parse(new TextDecoder().decode(maker.lines.at(-1))).record.body.note
}

function statementSeqs(note: string): number[] {
  return JSON.parse(note.split('\n')[1] ?? '').records.map(({ seq }: { seq: number }) => seq)
}

const facts = {
  manifest: 'ab'.repeat(32),
  file: 'cd'.repeat(32),
  trusted: [`fingerprint ${'ef'.repeat(32)}`],
}

async function copyOf({ policy }: MadeBag, files: Files, more: Partial<BagOptions> = {}) {
  return printedCopy(new FilesSource(files), await verified(files, policy, more), facts)
}

let folder: string
let bag: MadeBag

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-printed-'))
  bag = await bagOf(everything(300))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function pdfOf(files: Files, name: string): Promise<string> {
  const file = join(folder, name)
  writeFileSync(file, Buffer.concat(await gathered(printedPdf(await copyOf(bag, files)))))
  return file
}

async function gathered<One>(all: AsyncIterable<One>): Promise<One[]> {
  const list: One[] = []
  for await (const one of all) list.push(one)
  return list
}

async function pageOf(files: Files, more: Partial<BagOptions> = {}): Promise<string> {
  return (await gathered(printedPage(await copyOf(bag, files, more)))).join('')
}

interface Recorded {
  readonly seq: number
  readonly time: string
  readonly kind: string
  readonly actor: { readonly id: string; readonly name: string; readonly via: string }
  readonly body: { readonly path?: string; readonly sha256?: string }
}

const recordsIn = (files: Files): Recorded[] =>
  JSON.parse(new TextDecoder().decode(files.get('data/records.json'))).map(
    ({ record }: { record: Recorded }) => record,
  )

const onPaper = (text: string) => solid(plainText(text))

/** Of signatures: printed name, id, date and time with zone, meaning, reason, what was signed; and what became of each. */
const ofSignatures = [
  'approved', 'counts', 'Jane Doe', 'jdoe', ' UTC', 'claimed: by the clock of the device',
  'Spectra match the acceptance criteria', 'changed after it was signed, see record',
  'proven: after 2026-03-02 08:05:', 'proven: there by 2026-03-02 08:05:', ' UTC, by the clock of server', 'held: key-revoked', 'accepted by Quinn Parker (quinn)',
  'looked into: accepted', 'refused by Quinn Parker (quinn)', 'does not count', 'held: clock', 'does not count: nobody has decided yet',
] // biome-ignore format: a list to be read through
/** Beside them: changes, refusals, claims, gaps, and what the first page says. */
const besides = [
  'changed after first entry, see record', 'cd'.repeat(32), 'nobody is known', 'I was there', 'relay.paused', 'Quinn Parker (quinn)',
  'for the inspection of March', 'nmr-400', 'all records', `fingerprint ${'ef'.repeat(32)}`, 'cd'.repeat(32), 'the bag holds', 'no evidence itself', '0 withheld',
] // biome-ignore format: a list to be read through

describe('a printed copy as PDF', { tags: ['req/P11-10b-1', 'req/P11-50b-1', 'challenge'] }, () => {
  testIf(
    missingPoppler,
    'read back has each record’s number, path, person and digest, and all of each signature',
    async () => {
      const pages = pagesOf(await pdfOf(bag.files, 'all.pdf'))
      const text = pages.join('')
      // The table of all records comes last, and a footer stands between its rows.
      const table =
        pages
          .map((page) => page.replace(/Bag[0-9a-f]{64}\(SHA.*$/, ''))
          .join('')
          .split(/Records\(\d+\)Every/)[1] ?? ''
      const lacks = (one: string): boolean => !table.includes(solid(one))
      for (const { seq, time, kind, actor, body } of recordsIn(bag.files)) {
        const [day = '', clock = ''] = time.replace('Z', '').split('T')
        const { path, sha256: digest } = body
        const wanted = [
          `${seq}${day}${clock}${kind}${actor.via === 'relay' ? 'the relay' : ''}${actor.name}`,
          ...(path === undefined ? [] : [onPaper(path)]),
          ...(digest === undefined ? [] : [digest]),
        ]
        expect(wanted.filter(lacks)).toEqual([])
      }
      for (const path of hostile.slice(0, -1)) expect(text, path).toContain(onPaper(path))
      for (const one of [...ofSignatures, ...besides]) expect(text, one).toContain(solid(one))
    },
  )

  testIf(
    missingPoppler,
    'says on each page which bag it is a copy of, and which page of how many it is',
    async () => {
      const file = await pdfOf(bag.files, 'pages.pdf')
      const pages = pagesOf(file)
      expect(pages.length).toBeGreaterThan(10)
      expect(pdfInfo(file)).toMatch(new RegExp(`^Pages: +${pages.length}$`, 'm'))
      for (const [i, page] of pages.entries())
        expect(page).toContain(`Bag${facts.manifest}(SHA-256ofitsmanifest)Page${i + 1}of${pages.length}`)
    },
  )

  testIf(
    missingPoppler,
    'is whole, with every font in it, a language, tags, and PDF/A named; nothing runs or leads out',
    async () => {
      const file = await pdfOf((await bagOf(everything(0))).files, 'form.pdf')
      expect(qpdfFaults(file)).toBe('')
      expect(fontsOf(file).length).toBeGreaterThan(2)
      expect(fontsOf(file).filter(({ isWhole }) => !isWhole)).toEqual([])
      expect(pdfInfo(file)).toMatch(/^JavaScript: +no$/m)
      expect(pdfInfo(file)).toMatch(/^Tagged: +yes$/m)
      const bytes = readFileSync(file, 'latin1')
      expect(bytes).toContain('<pdfaid:part>2</pdfaid:part>')
      expect(bytes).toContain('<pdfaid:conformance>B</pdfaid:conformance>')
      expect(bytes).toContain('/GTS_PDFA1')
      expect(bytes).toContain('/Lang (en)')
      expect(bytes).not.toMatch(/\/(?:URI|JS|Launch|GoToR|EmbeddedFile|AA|OpenAction)\b/)
    },
  )

  test('is the same, byte for byte, whenever it is made', async () => {
    const [first, second] = [await pdfOf(bag.files, 'one.pdf'), await pdfOf(bag.files, 'two.pdf')].map(
      (file) => readFileSync(file),
    )
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true)
  })

  testIf(missingPoppler, 'of a bag that does not hold says so on every page', async () => {
    const changed = new Map(bag.files).set('bag-info.txt', utf8('Made-By: somebody else\n'))
    for (const page of pagesOf(await pdfOf(changed, 'broken.pdf')))
      expect(page).toContain(solid('a bag that does not hold'))
  })
})

describe('a printed copy as a page', { tags: ['req/P11-10b-1', 'req/P11-50b-1', 'challenge'] }, () => {
  test('has every record and every signature, and no name in it is markup or turns the direction', async () => {
    const page = await pageOf(bag.files)
    const text = solid(
      page.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    )
    const records = recordsIn(bag.files)
    expect(page.match(/<tr><td><div>\d+<\/div><\/td><td><div>2026-03-02/g)?.length).toBeGreaterThan(
      records.length,
    )
    const wanted = [...hostile.map(plainText), ...ofSignatures, ...besides]
    expect(wanted.filter((one) => !text.includes(solid(one)))).toEqual([])
    expect(page).not.toContain('<img')
    expect(page).not.toContain('</script>')
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(page).toContain("default-src 'none'")
    expect(page).toContain(`@bottom-left { content: "Bag ${facts.manifest}"`)
  })

  test('of a bag that does not hold says so above every table and on every page', async () => {
    const changed = new Map(bag.files).set('bag-info.txt', utf8('Made-By: somebody else\n'))
    const page = await pageOf(changed)
    const tables = page.split('<table>').length - 1
    expect(page.indexOf('does not hold')).toBeLessThan(page.indexOf('<table>'))
    expect(page.split('<div class="alarm">').length - 1).toBe(tables)
    expect(page).toMatch(/@top-left \{ content: "This is a copy of a bag that does not hold/)
  })

  test('whose records cannot be read does not say that there are none', async () => {
    const page = await pageOf(new Map(bag.files).set('data/records.json', utf8('nothing of a form')))
    expect(page).toContain('There is none in what could be read of this bag.')
    expect(page).not.toContain('There is none in this bag.')
  })
})

describe('of a bag that nothing vouches for', { tags: ['req/P11-50b-1', 'challenge'] }, () => {
  const changed = () => new Map(bag.files).set('bag-info.txt', utf8('Made-By: somebody else\n'))

  test.each<[string, () => Files, Partial<BagOptions>]>([
    ['it does not hold', changed, {}],
    ['nobody’s word was given', () => bag.files, { trust: { fingerprints: [] } }],
    ['it goes by another key', () => bag.files, { trust: { fingerprints: ['0'.repeat(64)] } }],
  ])('no signature counts and no time of one is proven, and it is said why: %s', async (_, files, more) => {
    const [, signatures = ''] = (await pageOf(files(), more)).split(/<h2>Signatures \(\d+\)/)
    const [table = ''] = signatures.split('<h2>')
    expect(table).toContain('Jane Doe')
    expect(table).toContain('only what the bag says of itself: of no signature')
    const [, rows = ''] = table.split('<tbody>')
    expect(rows).not.toMatch(/\bcounts?\b|proven/)
    expect(rows.match(/not shown: only what the bag says of itself/g)).toHaveLength(
      rows.match(/<tr><td><div>\d+/g)?.length ?? 0,
    )
  })

  test('it is not said that it does not hold where only nobody’s word was given', async () => {
    const page = await pageOf(bag.files, { trust: { fingerprints: [] } })
    expect(page).toContain('vouches for nothing: nothing was given')
    expect(page).not.toContain('does not hold')
  })
})

describe('time stamps', { tags: ['req/P11-10a-4'] }, () => {
  const golden = (name: string) => readFileSync(join(import.meta.dirname, '../golden-bags', name))
  const { policy, anchors } = JSON.parse(golden('1-stamped.json').toString())

  async function printed(certificates?: string): Promise<string> {
    const source = await opened(new Uint8Array(golden('1-stamped.zip')))
    const report = await verifyBag(source, {
      trust: { policy: parsePolicy(utf8(policy)) },
      ...(certificates !== undefined && { timeStamps: readCertificates(utf8(certificates)) }),
    })
    return (await gathered(printedPage(await printedCopy(source, report, facts)))).join('')
  }

  test('are shown with the words of the report where a certificate was given for them', async () => {
    const page = await printed(anchors)
    expect(page).toMatch(/proven: 1 time stamp: the first \d+ records were there by 2026-03-02T12:00:0\d/)
    expect(page).not.toContain('--tsa-cert')
    const [, records = ''] = page.split(/<h2>Records \(\d+\)/)
    expect(records).toMatch(
      /proven: the records above of this trail were there by 2026-03-02 12:00:0\S+ UTC, by a time stamp/,
    )
  })

  test('are said not to be checked where none was given', { tags: ['challenge'] }, async () => {
    const page = await printed()
    expect(page).toContain('not checked: 1 time stamp: relay verify --tsa-cert FILE says whose count')
    expect(page).not.toContain('proven: 1 time stamp')
    expect(page).not.toContain('by a time stamp')
  })
})

test.each([
  [null, 'Gaps (0)'],
  [{ from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z', stopped: true }, 'Gaps (1)'],
])('a first start comes after no gap, and a later one says its own: %j', async (gap, heading) => {
  const maker = new TrailMaker('gaps')
  maker.record('relay.started', relay, { gap })
  expect(await pageOf((await bagOf(maker)).files)).toContain(heading)
})
