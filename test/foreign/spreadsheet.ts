import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromUtf8, hex } from '@compliance-relay/shared/trail'
import { bagOf } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* The table of an export, opened by LibreOffice Calc: every cell is what we wrote, and none is a formula. */

/** Names that somebody could give a file to harm who opens a table, and some that look like numbers or dates. */
const names = [
  'plain.dat',
  '=HYPERLINK("http://evil.example","open")',
  '=1+1',
  '+1+1',
  '-2',
  '@SUM(A1)',
  '＝1+1',
  '{=1}',
  'a;=1+1',
  '; =2+2',
  '\tTab first',
  'new\nline',
  'carriage\rreturn',
  'both\r\nof them',
  'quote " and, comma',
  "'apostrophe",
  '\u202egnp.exe',
  'e\u0301 NFD',
  '😀 emoji',
  ' spaces  around ',
  '007',
  '1E5',
  '1,5',
  '100%',
  '½',
  '0x1F',
  'TRUE',
  '12:30',
  '2026-03-02',
  '9007199254740993',
  '</text:p><text:p>x',
]

type Tally = (holds: boolean, name: string, detail?: string) => void

/** How the file is read: parted by commas, quoted, UTF-8, from the first line; what is a number Calc decides. */
const UTF_8 = 'CSV:44,34,76,1'
/** The same, each column being text. */
const asText = (columns: number) =>
  `${UTF_8},${Array.from({ length: columns }, (_, i) => `${i + 1}/2`).join('/')}`

export function hasSpreadsheet(): boolean {
  return spawnSync('libreoffice', ['--version']).status === 0
}

export async function checkSpreadsheet(work: string, seed: Uint8Array, tally: Tally): Promise<void> {
  const maker = new TrailMaker(hex(seed))
  for (const name of names)
    maker.take({
      do: 'capture',
      body: { path: name, project: name, device: name, size: 7, sha256: '1e9'.padEnd(64, '0') },
    })
  maker.take({ do: 'sign', reason: '=HYPERLINK("http://evil.example","the reason")' })
  const { files } = await bagOf(maker)
  const csv = files.get('data/records.csv') ?? new Uint8Array()
  const text = fromUtf8(csv)
  tally(
    text.startsWith('\ufeff'),
    'the table begins with a byte order mark, by which spreadsheet programs know UTF-8',
  )
  const rows = rowsOfCsv(text.replace(/^\ufeff/, ''))
  const columns = rows[0]?.length ?? 0
  const folder = join(work, 'spreadsheet')
  mkdirSync(folder)
  writeFileSync(join(folder, 'records.csv'), csv)
  // As it comes, Calc takes numbers and dates for what they look like; without a window it does not look at the mark.
  const ways = [
    { how: 'as it comes', options: [], exact: () => false },
    { how: 'as UTF-8', options: [`--infilter=${UTF_8}`], exact: (column: number) => column === columns - 1 },
    { how: 'as UTF-8 and text', options: [`--infilter=${asText(columns)}`], exact: () => true },
  ]
  for (const { how, options, exact } of ways) {
    const opened = convert(folder, options)
    const cells = rowsOfSheet(opened)
    tally(cells.length === rows.length, `Calc, ${how}: all ${rows.length} rows are there`, `${cells.length}`)
    tally(!/table:formula|xlink:href/.test(opened), `Calc, ${how}: no cell is a formula, none is a link`)
    const all = rows.flatMap((row, i) =>
      row.map((cell, column) => ({ cell, column, is: cells[i]?.[column] })),
    )
    const exactOnes = all.filter(({ column }) => exact(column))
    const other = exactOnes.find(({ cell, is }) => cell !== is)
    if (exactOnes.length > 0)
      tally(
        other === undefined,
        `Calc, ${how}: ${exactOnes.length} of ${all.length} cells are what we wrote`,
        `${other?.cell} is ${other?.is}`,
      )
  }
  rmSync(folder, { recursive: true })
}

/** What Calc makes of the table, as a flat OpenDocument file. */
function convert(folder: string, options: readonly string[]): string {
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
  const { status, stderr } = spawnSync(
    'libreoffice',
    [
      profile,
      '--headless',
      ...options,
      '--convert-to',
      'fods',
      '--outdir',
      folder,
      join(folder, 'records.csv'),
    ],
    { encoding: 'utf8', timeout: 120_000 },
  )
  if (status !== 0) throw new Error(`libreoffice ended with ${status}: ${stderr}`)
  return readFileSync(join(folder, 'records.fods'), 'utf8')
}

/** RFC 4180, each line ended by CRLF. */
function rowsOfCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

/** The rows of the one table of a flat OpenDocument file; what is said to be repeated at its end is empty. */
function rowsOfSheet(xml: string): string[][] {
  const [table = ''] = /<table:table [\s\S]*?<\/table:table>/.exec(xml) ?? []
  const rows = [...table.matchAll(/<table:table-row([^>]*)>([\s\S]*?)<\/table:table-row>/g)].flatMap(
    ([, attributes = '', content = '']) => {
      const row = [...content.matchAll(/<table:table-cell([^>]*?)(?:\/>|>([\s\S]*?)<\/table:table-cell>)/g)]
      const cells = row.flatMap(([, about = '', inner = '']) =>
        Array.from({ length: Math.min(repeated(about, 'columns'), 100) }, () => textOf(inner)),
      )
      return Array.from({ length: Math.min(repeated(attributes, 'rows'), 100) }, () => cells)
    },
  )
  while (rows.at(-1)?.every((cell) => cell === '') === true) rows.pop()
  return rows
}

function repeated(attributes: string, what: string): number {
  const [, count = '1'] = new RegExp(`table:number-${what}-repeated="([0-9]+)"`).exec(attributes) ?? []
  return Number(count)
}

function textOf(cell: string): string {
  const paragraphs = [...cell.matchAll(/<text:p>([\s\S]*?)<\/text:p>|<text:p\/>/g)].map(([, text = '']) =>
    text
      .replace(/<text:s(?: text:c="([0-9]+)")?\/>/g, (_, count = '1') => ' '.repeat(Number(count)))
      .replace(/<text:tab\/>/g, '\t')
      .replace(/<text:line-break\/>/g, '\n')
      .replace(/<[^>]*>/g, '')
      .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? ''),
  )
  return paragraphs.join('\n')
}

const entities: { readonly [name: string]: string } = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
