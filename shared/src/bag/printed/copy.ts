import { isKindIn } from '../../trail/index.ts'
import type { BagSource } from '../bag-source.ts'
import { filterText } from '../filter.ts'
import { type ProvenBound, provenBounds } from '../proven-bounds.ts'
import {
  afterTexts,
  askedByText,
  isNothingGiven,
  leftOutText,
  provedText,
  saidOfItself,
  thereText,
  uncheckedText,
  unseenChangesText,
} from '../report-text.ts'
import type { BagReport } from '../verify-bag.ts'
import { Beside } from './beside.ts'
import { type Block, type Cell, code, type EveryPage, type PrintedCopy, type Row, words } from './blocks.ts'
import { inGroups, utc } from './field-lines.ts'
import { plainText } from './plain-text.ts'
import { changesTable, everyRecordTable, lookedFor, type RecordTable, statesTable } from './record-rows.ts'
import { CAPTURES } from './record-text.ts'
import { type ReadRecord, recordsOf } from './records-of.ts'
import { SAID_ALONE, signatureColumns, signatureRows, trailRow } from './signature-rows.ts'

const FINDINGS_PRINTED_MAX = 50
const DEVICES_PRINTED_MAX = 20

export interface PrintedCopyFacts {
  /** SHA-256 of the payload manifest, hexadecimal: which bag this is a copy of. */
  readonly manifest: string
  /** SHA-256 of the file the bag came in, hexadecimal; undefined of one that was unpacked. */
  readonly file: string | undefined
  /** Whose word was taken, in lines. */
  readonly trusted: readonly string[]
}

/**
 * A copy of a bag for people (21 CFR 11.10(b)): every record in it, every signature with name, time, meaning and reason as
 * 21 CFR 11.50 wants them shown, and what verifying it has shown. It is no evidence itself: it says so, and which bag is.
 * The same bag, verified in the same way, gives the same copy: no clock is asked. Rejects with `BagUnreadable`, as the
 * blocks do, if its records cannot be read any more as they were.
 */
export async function printedCopy(
  source: BagSource,
  report: BagReport,
  facts: PrintedCopyFacts,
): Promise<PrintedCopy> {
  const records = () => recordsOf(source, report)
  const seen = await overview(records, report)
  const page = everyPage(report, facts)
  const { signatures } = seen.beside
  const isShown = page.alarm === undefined
  return {
    page,
    blocks: async function* () {
      yield { as: 'title', text: page.title }
      yield* summary(page, report, facts, seen)
      yield* findings(report)
      yield { as: 'heading', text: `Signatures (${signatures.list.length})` }
      if (signatures.list.length === 0) yield { as: 'paragraph', text: noneText(isShown) }
      else {
        if (!isShown) yield { as: 'alarm', text: SAID_ALONE }
        yield {
          as: 'table',
          columns: signatureColumns,
          rows: signatureRows(seen.beside, report.trails, isShown),
        }
      }
      // Of a bag that does not hold no signature is said to come to anything.
      if (isShown && seen.signed > 0)
        yield* tableOf(rowsOf(records(), statesTable, seen.beside), statesTable, seen.signed, isShown)
      const unseen = unseenChangesText(report)
      for (const [i, table] of lookedFor.entries()) {
        yield* tableOf(rowsOf(records(), table, seen.beside), table, seen.counts[i] ?? 0, isShown)
        if (table === changesTable && unseen !== undefined)
          yield { as: 'paragraph', text: asSentence(unseen) }
      }
      const all = rowsOf(records(), everyRecordTable, seen.beside, isShown ? report.trails : [])
      yield* tableOf(all, everyRecordTable, seen.records, isShown)
    },
  }
}

function everyPage({ sealed, findings }: BagReport, { manifest }: PrintedCopyFacts): EveryPage {
  const number = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  const holds = sealed?.holds === true && findings.length === 0
  return {
    title: 'Printed copy of a sealed export',
    bag: manifest,
    alarm: holds
      ? undefined
      : findings.some(isNothingGiven)
        ? 'This is a copy of a bag that vouches for nothing: nothing was given that says whose word counts.'
        : `This is a copy of a bag that does not hold: ${number}. Nothing in it is evidence.`,
    sealed: sealed?.time,
  }
}

interface Overview {
  readonly beside: Beside
  readonly records: number
  /** How many records have signatures. */
  readonly signed: number
  /** By table of what is looked for. */
  readonly counts: readonly number[]
  readonly devices: readonly string[]
  /** The first and the last time of a record. */
  readonly span: readonly [first: string, last: string] | undefined
}

async function overview(
  recordsRead: () => AsyncIterable<ReadRecord>,
  { trails }: BagReport,
): Promise<Overview> {
  const beside = new Beside(trails.map(({ trail }) => trail))
  const counts = lookedFor.map(() => 0)
  const devices = new Set<string>()
  let records = 0
  let span: Overview['span']
  for await (const read of recordsRead()) {
    records++
    beside.take(read)
    const { time, kind, body } = read.record
    const { device } = body
    // A person’s own device is none that was watched.
    if (typeof device === 'string' && isKindIn(CAPTURES, kind) && devices.size <= DEVICES_PRINTED_MAX)
      devices.add(device)
    span =
      span === undefined ? [time, time] : [time < span[0] ? time : span[0], time > span[1] ? time : span[1]]
  }
  for await (const read of recordsRead()) beside.look(read)
  let signed = 0
  for await (const { record } of recordsRead()) {
    if (statesTable.takes(record, beside)) signed++
    for (const [i, { takes }] of lookedFor.entries())
      if (takes(record, beside)) counts[i] = (counts[i] ?? 0) + 1
  }
  return { beside, records, signed, counts, devices: [...devices], span }
}

function* summary(
  { alarm }: EveryPage,
  report: BagReport,
  { manifest, file, trusted }: PrintedCopyFacts,
  { beside, records, devices, span }: Overview,
): Generator<Block> {
  const { sealed, trails, checked, info } = report
  const unseen = unseenChangesText(report)
  yield {
    as: 'paragraph',
    text: 'A copy for reading and no evidence itself. The evidence is the bag named here: whoever has it and the fingerprints of its keys can check it without the relay and without us.',
  }
  if (alarm === undefined)
    yield {
      as: 'paragraph',
      text: 'Verdict: the bag holds in all that was checked, by the keys named here.',
    }
  else yield { as: 'alarm', text: alarm }
  const organisation = info?.find(([label]) => label === 'Source-Organization')?.[1]
  yield {
    as: 'facts',
    facts: [
      [
        'Bag',
        [code(inGroups(manifest)), words('SHA-256 of its manifest-sha256.txt; it stands on every page')],
      ],
      [
        'File',
        file === undefined
          ? [words('none: it was read from a folder that it was unpacked into')]
          : [code(inGroups(file)), words('SHA-256 of the file it came in')],
      ],
      ['Checked with', trusted.map((line) => code(inGroups(plainText(line))))],
      ...(organisation === undefined ? [] : [['Organisation', [words(plainText(organisation))]] as const]),
      ...sealedFacts(sealed, trails),
      ['Devices', namesOf(devices)],
      [
        'Records',
        [
          words(
            sealed?.holds === true
              ? `${records} printed here, ${checked.records} checked at their places; e-signatures that verify: ${checked.statements}${heldText(beside.signatures.list.length - checked.statements)}`
              : `${records} printed here as the bag has them; none is checked against a seal that holds`,
          ),
          ...(span === undefined ? [] : [words(`from ${utc(span[0])} to ${utc(span[1])}, as they claim`)]),
        ],
      ],
      ...(sealed?.holds === true ? trails.map((trail) => ['Trail', trailLines(trail)] as const) : []),
      ...(unseen === undefined ? [] : [['Withheld', [words(asSentence(unseen))]] as const]),
      [
        'Times',
        [
          words(
            'Every time is UTC unless a zone stands beside it. A record’s time is that of the relay’s clock: a claim.',
          ),
          words(
            'Proven is what is said to be: by the clock of a witness or of who gave a time stamp, or by the order of the records.',
          ),
        ],
      ],
      [
        'How to read',
        [
          words(
            'What would not be seen on paper, or could be taken for something else, is written as \\uXXXX or \\u{XXXXX}; the bag has it exactly.',
          ),
          words(
            'Of a signature, after is the last record in this bag under the head its signer saw, and notBefore, among the records, the last in the trail: an export of a part may lack that.',
          ),
          words(
            'Of files and data sets, what else their records hold (how the person was found, lists of files, what the instrument says) is in the bag alone.',
          ),
        ],
      ],
    ],
  }
}

/** Why more are listed than count. */
function heldText(more: number): string {
  return more > 0
    ? `. Listed below ${more === 1 ? 'is one' : `are ${more}`} more that ${more === 1 ? 'was' : 'were'} held and not accepted`
    : ''
}

function sealedFacts(
  sealed: BagReport['sealed'],
  trails: BagReport['trails'],
): [name: string, value: Cell][] {
  if (sealed === undefined) return [['Sealed', [words('no: nothing in it says by whom')]]]
  if (!sealed.holds)
    return [
      ['Sealed', [words('no: nothing in it is evidence')]],
      ['It says of itself', saidOfItself(sealed, trails).map((said) => words(plainText(said)))],
    ]
  const { seq, trail, time, reason, filter, leftOut } = sealed
  return [
    ['Sealed', [words(`record ${seq} of ${plainText(trail)}, ${utc(time)} by the clock of the relay`)]],
    ['Asked for by', [words(plainText(askedByText(sealed)))]],
    ['Reason', [words(plainText(reason))]],
    ['Filter', [words(plainText(filterText(filter)))]],
    ['After', afterTexts(sealed).map((text) => words(text))],
    ...leftOut.map((one): [name: string, value: Cell] => ['Left out', [words(plainText(leftOutText(one)))]]),
  ]
}

function asSentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}

function namesOf(names: readonly string[]): Cell {
  if (names.length === 0) return [words('none is named')]
  const more = names.length > DEVICES_PRINTED_MAX ? [words('and more')] : []
  return [...names.slice(0, DEVICES_PRINTED_MAX).map((name) => words(plainText(name))), ...more]
}

function trailLines({
  trail,
  size,
  disclosed,
  withheld,
  covered,
  witnessed,
  proved,
  unchecked,
}: BagReport['trails'][number]): Cell {
  const [stamped, open] = [provedText(proved), uncheckedText(unchecked)]
  return [
    words(`${plainText(trail)}: ${thereText({ disclosed, size, withheld })}`),
    ...witnessed.map(({ name, seconds }) =>
      words(
        `proven: ${covered === 1 ? 'its first record was' : `its first ${covered} records were`} there at ${utc(new Date(seconds * 1_000).toISOString())}, by the clock of ${plainText(name)}`,
      ),
    ),
    ...(witnessed.length === 0 ? [words('no witness has said when its records were there')] : []),
    ...(stamped === undefined ? [] : [words(`proven: ${stamped}`)]),
    ...(open === undefined ? [] : [words(`not checked: ${open}`)]),
  ]
}

async function* findings({ findings: found, omitted }: BagReport): AsyncGenerator<Block> {
  if (found.length === 0) return
  const shown = found.slice(0, FINDINGS_PRINTED_MAX)
  const rest = found.length - shown.length + omitted.reduce((sum, { count }) => sum + count, 0)
  yield { as: 'heading', text: 'Findings' }
  yield {
    as: 'table',
    columns: [
      { name: 'Code', share: 16 },
      { name: 'File', share: 24 },
      { name: 'Expected', share: 30 },
      { name: 'Found', share: 30 },
    ],
    rows: (async function* (): AsyncGenerator<Row> {
      for (const { code: name, file, seq, expected, found: what } of shown)
        yield [
          [words(name)],
          [words(plainText(file)), ...(seq === undefined ? [] : [words(`record ${seq}`)])],
          [words(inGroups(plainText(expected)))],
          [words(inGroups(plainText(what)))],
        ]
    })(),
  }
  if (rest > 0) yield { as: 'paragraph', text: `And ${rest} more: relay verify names them.` }
}

async function* tableOf(
  rows: AsyncIterable<Row>,
  { heading, says, columns }: RecordTable,
  count: number,
  isShown: boolean,
): AsyncGenerator<Block> {
  yield { as: 'heading', text: `${heading} (${count})` }
  if (count === 0) yield { as: 'paragraph', text: noneText(isShown) }
  else {
    yield { as: 'paragraph', text: says }
    yield { as: 'table', columns, rows }
  }
}

/** In a bag that does not hold, what cannot be read is not known. */
function noneText(isShown: boolean): string {
  return isShown ? 'There is none in this bag.' : 'There is none in what could be read of this bag.'
}

/**
 * Before the first record of each trail its name, over the whole width: numbers are places in it. After the last record
 * that is proven to have been there by some time, that time: of `trails`.
 */
async function* rowsOf(
  records: AsyncIterable<ReadRecord>,
  { takes, row }: RecordTable,
  beside: Beside,
  trails: BagReport['trails'] = [],
): AsyncGenerator<Row> {
  let trail: string | undefined
  let bounds: readonly ProvenBound[] = []
  for await (const read of records) {
    const { record } = read
    if (!takes(record, beside)) continue
    const { seq } = record
    const passed = bounds.filter(({ size }) => record.trail !== trail || size <= seq)
    yield* boundRows(passed)
    bounds = bounds.slice(passed.length)
    if (record.trail !== trail) {
      trail = record.trail
      yield trailRow(trail)
      const own = trails.find((one) => one.trail === trail)
      // Of those below the first record nothing is to be said.
      bounds = own === undefined ? [] : provenBounds(own).filter(({ size }) => size > seq)
    }
    yield row(read, beside)
  }
  yield* boundRows(bounds)
}

/** Of several the earliest that each of those clocks gives. */
function* boundRows(bounds: readonly ProvenBound[]): Generator<Row> {
  const earliest = new Map<string, string>()
  for (const { time, by } of bounds) if (time < (earliest.get(by) ?? '~')) earliest.set(by, time)
  for (const [by, time] of earliest)
    yield [[words(`proven: the records above of this trail were there by ${utc(time)}, by ${plainText(by)}`)]]
}
