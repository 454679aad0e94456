import {
  EnrolledSigners,
  equalBytes,
  type FindingCode,
  FormatError,
  fromUtf8,
  type Hash,
  hex,
  LINE_BYTES_MAX,
  leafHash,
  notices,
  type Policy,
  readEntry,
  sha256InPieces,
  type TrailRecord,
} from '../trail/index.ts'
import { type BagSource, linesIn } from './bag-source.ts'
import type { CheckedTrail } from './check-trails.ts'
import { csvHeader, csvRow } from './csv.ts'
import { takenBy } from './filter.ts'
import { BagFindings } from './findings.ts'
import { CSV, RECORDS } from './layout.ts'
import type { Seal } from './seal.ts'

export interface CheckedRecords {
  readonly count: number
  /** By trail: how many of its records are in the bag. */
  readonly disclosed: ReadonlyMap<string, number>
  /** E-signatures in the bag that verify. */
  readonly statements: number
}

/** A record that is the one at its place in its trail. */
export interface SeenRecord {
  readonly record: TrailRecord
  readonly leaf: Hash
  /** Number of its line in records.json, from 1. */
  readonly line: number
  /** It is an e-signature that verifies, or a decision that makes one of what was held. */
  readonly signs: boolean
  /** How many records the seal says there are. */
  readonly of: number
}

/**
 * Every record in the bag: it is the one at its place in its trail, in order, asked for, and what is signed in it verifies.
 * The table is made again from the records on the way; where it is another, its lines are looked through.
 */
export async function checkRecords(
  source: BagSource,
  {
    seal,
    trails,
    policy,
    onRecord,
  }: {
    readonly seal: Seal
    readonly trails: ReadonlyMap<string, CheckedTrail>
    readonly policy: Policy | undefined
    readonly onRecord: ((seen: SeenRecord) => void) | undefined
  },
  csvDigest: string | undefined,
  findings: BagFindings,
  read: (bytes: number) => void,
): Promise<CheckedRecords> {
  const table = sha256InPieces()
  table.update(csvHeader)
  const one = new RecordsOfTrail(seal, trails, policy, findings, onRecord)
  let count = 0
  for await (const { line, at } of entriesOf(source, findings, read)) {
    count++
    // What is no entry is a finding already; the table cannot agree with it.
    const record = one.check(line, at)
    if (record !== undefined) table.update(csvRow(record, fromUtf8(line)))
  }
  if (count !== seal.count)
    findings.add({ code: 'record-count', file: RECORDS, expected: String(seal.count), found: String(count) })
  if (csvDigest !== undefined && hex(table.digest()) !== csvDigest) await findInTable(source, findings)
  return { count, disclosed: one.disclosed, statements: one.statements }
}

interface Line {
  readonly line: Uint8Array
  /** Its number in the file, from 1. */
  readonly at: number
}

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

/** The lines of records.json that are entries: `[`, one a line with a comma but for the last, `]`. */
async function* entriesOf(
  source: BagSource,
  findings: BagFindings,
  read: (bytes: number) => void,
): AsyncGenerator<Line> {
  let at = 0
  let last: Line | undefined
  let isClosed = false
  const form = (line: number, expected: string, found: string) =>
    findings.add({ code: 'file-form', file: RECORDS, line, expected, found })
  for await (const lines of linesIn(source.read(RECORDS), LINE_BYTES_MAX + 2))
    for (const line of lines) {
      at++
      read(line.length + 1)
      if (at === 1) {
        if (line.length !== 1 || line[0] !== OPEN) form(at, '[', 'another line')
        continue
      }
      if (isClosed) {
        form(at, 'nothing after ]', 'a line')
        continue
      }
      if (line.length === 1 && line[0] === CLOSE) {
        if (last !== undefined) yield last
        last = undefined
        isClosed = true
        continue
      }
      if (last !== undefined) {
        if (last.line.at(-1) !== COMMA) form(last.at, 'a comma at the end', 'none')
        yield { line: last.line.at(-1) === COMMA ? last.line.subarray(0, -1) : last.line, at: last.at }
      }
      last = { line: line.slice(), at }
    }
  if (!isClosed) form(at, ']', 'the end of the file')
}

function rowOf(line: Uint8Array): Uint8Array | undefined {
  try {
    return csvRow(readEntry(line).record, fromUtf8(line))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

class RecordsOfTrail {
  readonly disclosed = new Map<string, number>()
  statements = 0
  readonly #seal: Seal
  readonly #onRecord: ((seen: SeenRecord) => void) | undefined
  readonly #trails: ReadonlyMap<string, CheckedTrail>
  readonly #findings: BagFindings
  readonly #signers = new Map<string, EnrolledSigners>()
  readonly #taken: Policy | undefined
  #before: { readonly trail: string; readonly seq: number } | undefined
  readonly #ended = new Set<string>()

  constructor(
    seal: Seal,
    trails: ReadonlyMap<string, CheckedTrail>,
    policy: Policy | undefined,
    findings: BagFindings,
    onRecord: ((seen: SeenRecord) => void) | undefined,
  ) {
    this.#seal = seal
    this.#onRecord = onRecord
    this.#trails = trails
    this.#taken = policy
    this.#findings = findings
  }

  /** The record, if it is one, whatever is wrong with it. */
  check(line: Uint8Array, at: number): TrailRecord | undefined {
    const entry = this.#findings.read(RECORDS, () => readEntry(line))
    if (entry === undefined) return undefined
    const { record } = entry
    const { trail, seq, kind } = record
    const found = (code: Parameters<BagFindings['add']>[0]['code'], expected: string, what: string): void =>
      this.#findings.add({ code, file: RECORDS, line: at, trail, seq, expected, found: what })
    const known = this.#trails.get(trail)
    const leaf = leafHash(line)
    const stands = known !== undefined && seq < known.leaves.size ? known.leaves.leaf(seq) : undefined
    if (known === undefined || stands === undefined || !equalBytes(stands, leaf)) {
      found(
        'record-not-in-trail',
        stands === undefined ? 'a place in a sealed trail' : hex(stands),
        hex(leaf),
      )
      return record
    }
    this.#checkOrder(trail, seq, found)
    this.disclosed.set(trail, (this.disclosed.get(trail) ?? 0) + 1)
    if (takenBy(this.#seal.filter, record) === undefined)
      found('record-not-asked-for', 'a record of the filter', kind)
    const before = this.statements
    this.#checkKind(record, leaf, known, found)
    this.#onRecord?.({ record, leaf, line: at, signs: this.statements > before, of: this.#seal.count })
    return record
  }

  #checkOrder(trail: string, seq: number, found: Found): void {
    const before = this.#before
    if (before?.trail === trail && seq <= before.seq)
      found('record-order', `a seq above ${before.seq}`, String(seq))
    if (before !== undefined && before.trail !== trail) this.#ended.add(before.trail)
    if (this.#ended.has(trail)) found('record-order', 'each trail in one piece', `more of ${trail}`)
    this.#before = { trail, seq }
  }

  /** What the chain itself knows of: keys for signing, and what was signed with them. */
  #checkKind(
    { seq: own, kind, body, actor }: TrailRecord,
    leaf: Hash,
    { trail, leaves }: CheckedTrail,
    found: Found,
  ): void {
    if (!/^(?:key|signature)\./.test(kind)) return
    const signers = this.#signersOf(trail)
    const report = (code: FindingCode | keyof typeof notices, expected: string, what: string): void => {
      // In an extract devices have gaps: what was signed before is not always asked for.
      if (!(code in notices)) found(code as FindingCode, expected, what)
    }
    const before = {
      trail,
      leaf: (seq: number) => (seq < own ? leaves.leaf(seq) : undefined),
      root: (size: number) => (size <= own ? leaves.root(size) : undefined),
    }
    switch (kind) {
      case 'key.enrolled':
        return signers.enrol(body, report)
      case 'key.revoked':
        return signers.revoke(body, report)
      case 'signature.applied':
        if (signers.check(body, actor, before, report)) this.statements++
        return
      case 'signature.held':
      case 'signature.refused':
        return signers.passOver(kind, own, leaf, body, before)
      case 'signature.decided':
        if (signers.decide(body, actor, report)) this.statements++
    }
  }

  #signersOf(trail: string): EnrolledSigners {
    let signers = this.#signers.get(trail)
    if (signers === undefined) {
      const { logs = [], witnesses = [] } = this.#taken ?? {}
      signers = new EnrolledSigners([...logs, ...witnesses].map(({ verifier }) => verifier))
      this.#signers.set(trail, signers)
    }
    return signers
  }
}

type Found = (code: Parameters<BagFindings['add']>[0]['code'], expected: string, found: string) => void

/** Which rows of the table are others: it is read beside the records once more. */
async function findInTable(source: BagSource, findings: BagFindings): Promise<void> {
  const rows = rowsOf(source)
  let at = 0
  const compare = async (expected: Uint8Array): Promise<void> => {
    at++
    const { value } = await rows.next()
    if (value === undefined || !equalBytes(value, expected))
      findings.add({
        code: 'csv-changed',
        file: CSV,
        line: at,
        expected: 'the row of its record',
        found: value === undefined ? 'no row' : 'another row',
      })
  }
  await compare(csvHeader)
  for await (const { line } of entriesOf(source, new BagFindings(), () => {})) {
    const row = rowOf(line)
    if (row !== undefined) await compare(row)
  }
  const { value } = await rows.next()
  if (value !== undefined)
    findings.add({ code: 'csv-changed', file: CSV, line: at + 1, expected: 'no more rows', found: 'a row' })
}

/** Rows of the table, each with the newline it ends with, quoted ones whole. */
async function* rowsOf(source: BagSource): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0)
  let isQuoted = false
  let looked = 0
  for await (const piece of source.read(CSV)) {
    const all = new Uint8Array(rest.length + piece.length)
    all.set(rest)
    all.set(piece, rest.length)
    let from = 0
    for (let i = looked; i < all.length; i++) {
      if (all[i] === 0x22) isQuoted = !isQuoted
      if (all[i] !== 0x0a || isQuoted) continue
      yield all.slice(from, i + 1)
      from = i + 1
    }
    rest = all.slice(from)
    looked = rest.length
  }
  if (rest.length > 0) yield rest
}
