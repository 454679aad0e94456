import {
  EnrolledSigners,
  equalBytes,
  type FindingCode,
  fromUtf8,
  type Hash,
  hex,
  leafHash,
  NAMES_NONE,
  notices,
  type Policy,
  Refusals,
  readEntry,
  refusalIn,
  sha256InPieces,
  type TrailRecord,
} from '../trail/index.ts'
import { AskedFor } from './asked-for.ts'
import type { BagSource } from './bag-source.ts'
import { findInTable } from './check-table.ts'
import type { CheckedTrail } from './check-trails.ts'
import { csvHeader, csvRow } from './csv.ts'
import { entriesIn } from './entries-in.ts'
import type { BagFindings } from './findings.ts'
import { CSV, RECORDS } from './layout.ts'
import { TimesOfTrails } from './record-times.ts'
import type { Seal } from './seal.ts'
import { endDiffers, endOfTrailBefore } from './trail-before.ts'

export interface CheckedRecords {
  /** Lines of records.json that were read as records: of too many, one more than there may be. */
  readonly read: number
  /** By trail: how many of its records are in the bag. */
  readonly disclosed: ReadonlyMap<string, number>
  /** All records that were sealed are there, each at its place: so the others of each trail are withheld. */
  readonly isWhole: boolean
  /** Each cell of the table is what the records say. */
  readonly isTable: boolean
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
  /** When the last record of the bag was made that stands in its trail at this size: what was shown there is not older. */
  readonly timeBelow: (size: number) => string | undefined
  /** How many records the seal says there are. */
  readonly of: number
}

const RECORDS_BETWEEN = 1_000

/**
 * Every record in the bag: it is the one at its place in its trail, in order, asked for, and what is signed in it verifies.
 * The table is made again from the records on the way; where it is another, its lines are looked through. More lines than
 * there can be records are not read, however many they are.
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
  { read, checked }: { readonly read: (bytes: number) => void; readonly checked: (records: number) => void },
): Promise<CheckedRecords> {
  const table = sha256InPieces()
  table.update(csvHeader)
  const one = new RecordsOfTrail(seal, trails, policy, findings, onRecord)
  const places = [...trails.values()].reduce((sum, { leaves }) => sum + leaves.size, 0)
  const most = Math.min(seal.count, places)
  let count = 0
  for await (const { line, at } of entriesIn(source, findings, read)) {
    count++
    if (count > most) break
    if (count % RECORDS_BETWEEN === 0) checked(count)
    // What is no entry is a finding already, and has no row: then the table is another, and is looked through.
    const record = one.check(line, at)
    if (record !== undefined) table.update(csvRow(record, fromUtf8(line)))
  }
  one.end()
  const isMore = count > most
  // Of a trail whose leaves are not there nobody can say how many of its records there can be: that is a finding already.
  const isCut = isMore && most < seal.count && seal.trails.some(({ trail }) => !trails.has(trail))
  if (!isCut && (isMore || count !== seal.count)) {
    const found = isMore ? `more than ${most}` : String(count)
    findings.add({ code: 'record-count', file: RECORDS, expected: String(seal.count), found })
  }
  const expected = hex(table.digest())
  const isTable = csvDigest === expected
  // Beside records that are too many no row is looked for; of those that were not read the table may be right.
  if (csvDigest !== undefined && !isTable && !isCut) {
    if (isMore) findings.add({ code: 'csv-changed', file: CSV, expected, found: csvDigest })
    else await findInTable(source, findings)
  }
  const { disclosed, statements, isInOrder } = one
  const there = [...disclosed.values()].reduce((sum, number) => sum + number, 0)
  return { read: count, disclosed, statements, isTable, isWhole: there === seal.count && isInOrder }
}

class RecordsOfTrail {
  readonly disclosed = new Map<string, number>()
  statements = 0
  isInOrder = true
  readonly #seal: Seal
  readonly #onRecord: ((seen: SeenRecord) => void) | undefined
  readonly #askedFor: AskedFor
  readonly #trails: ReadonlyMap<string, CheckedTrail>
  readonly #findings: BagFindings
  readonly #signers = new Map<string, EnrolledSigners>()
  readonly #times = new TimesOfTrails()
  readonly #refusals = new Map<string, Refusals>()
  readonly #taken: Policy | undefined
  #before: { readonly trail: string; readonly seq: number } | undefined
  readonly #ended = new Set<string>()
  readonly #opened = new Set<string>()

  constructor(
    seal: Seal,
    trails: ReadonlyMap<string, CheckedTrail>,
    policy: Policy | undefined,
    findings: BagFindings,
    onRecord: ((seen: SeenRecord) => void) | undefined,
  ) {
    this.#seal = seal
    this.#onRecord = onRecord
    this.#askedFor = new AskedFor(seal.filter, findings)
    this.#trails = trails
    this.#taken = policy
    this.#findings = findings
  }

  /** The record, if it is one, whatever is wrong with it. */
  check(line: Uint8Array, at: number): TrailRecord | undefined {
    const entry = this.#findings.read(RECORDS, () => readEntry(line), undefined, at)
    if (entry === undefined) return undefined
    const { record } = entry
    const { trail, seq } = record
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
    if (seq === 0) {
      this.#opened.add(trail)
      this.#checkTrailBefore(record, found)
    }
    this.#times.of(trail).take(record)
    this.disclosed.set(trail, (this.disclosed.get(trail) ?? 0) + 1)
    const before = this.statements
    const counts = this.#checkKind(record, leaf, known, found)
    this.#askedFor.take(record, at, counts)
    const signs = this.statements > before
    const timeBelow = (size: number) => this.#times.of(trail).below(size)
    this.#onRecord?.({ record, leaf, line: at, signs, timeBelow, of: this.#seal.count })
    return record
  }

  /** Once all records have been shown. */
  end(): void {
    this.#askedFor.end()
    // Which trail it is and who opened it: without that nothing in it can be read rightly.
    for (const trail of this.#trails.keys())
      if (!this.#opened.has(trail))
        this.#findings.add({
          code: 'record-count',
          file: RECORDS,
          trail,
          expected: 'the record that opens the trail',
          found: 'none',
        })
  }

  #checkOrder(trail: string, seq: number, found: Found): void {
    const before = this.#before
    const wrong = (expected: string, what: string): void => {
      this.isInOrder = false
      found('record-order', expected, what)
    }
    if (before?.trail === trail && seq <= before.seq) wrong(`a seq above ${before.seq}`, String(seq))
    if (before !== undefined && before.trail !== trail) this.#ended.add(before.trail)
    if (this.#ended.has(trail)) wrong('each trail in one piece', `more of ${trail}`)
    this.#before = { trail, seq }
  }

  /** A trail that was left is here as far as the one after it says that it went, or as its notary knew it by then. */
  #checkTrailBefore({ body }: TrailRecord, found: Found): void {
    const said = endOfTrailBefore(body)
    if (said === undefined) return
    const before = this.#trails.get(said.trail)
    if (before === undefined && !this.#seal.leftOut.includes(said.trail))
      found('trail-end', `${said.trail}, or that it is left out`, 'neither')
    const differs = before && endDiffers(said, before.leaves)
    if (differs !== undefined) found('trail-end', differs.expected, differs.found)
  }

  /** What the chain itself knows of: keys for signing, and what was signed with them. False for what does not verify. */
  #checkKind(
    { seq: own, kind, body, actor }: TrailRecord,
    leaf: Hash,
    { trail, leaves }: CheckedTrail,
    found: Found,
  ): boolean {
    if (kind === 'capture.refused') this.#refusalsOf(trail).take(own, { kind, body }, leaf)
    if (kind === 'capture.claimed') this.#checkClaim({ kind, body }, found)
    if (!/^(?:key|signature)\./.test(kind)) return true
    const signers = this.#signersOf(trail)
    const report = (code: FindingCode | keyof typeof notices, expected: string, what: string): void => {
      // In an extract devices have gaps: what was signed before is not always asked for.
      if (!(code in notices)) found(code as FindingCode, expected, what)
    }
    const before = {
      trail,
      leaf: (seq: number) => (seq < own ? leaves.leaf(seq) : undefined),
      root: (size: number) => (size <= own ? leaves.root(size) : undefined),
      time: (seq: number) => (seq < own ? this.#times.of(trail).at(seq) : undefined),
    }
    switch (kind) {
      case 'key.enrolled':
        signers.enrol(body, report)
        return true
      case 'key.revoked':
        signers.revoke(body, report)
        return true
      case 'signature.applied':
      case 'signature.decided': {
        const isSignature =
          kind === 'signature.applied'
            ? signers.check(own, body, actor, before, report)
            : signers.decide(own, body, actor, report)
        if (isSignature) this.statements++
        return isSignature || (kind === 'signature.decided' && body['decision'] !== 'accepted')
      }
      case 'signature.held':
      case 'signature.refused': {
        const wrong = signers.passOver(kind, own, leaf, body, before, report)
        if (wrong !== undefined)
          found(
            'statement-unsigned',
            'a statement signed by a key enrolled here, of records that stand here',
            wrong,
          )
        return wrong === undefined
      }
    }
    return true
  }

  /** A claim brings its refusal, unless that stands in a trail which is not in the bag: that much, the seal says. */
  #checkClaim(claim: Pick<TrailRecord, 'kind' | 'body'>, found: Found): void {
    const trail = refusalIn(claim)?.trail
    if (trail !== undefined && this.#seal.leftOut.includes(trail)) return
    const fault = trail === undefined ? NAMES_NONE : this.#refusalsOf(trail).fault(claim)
    if (fault !== undefined) found('claim-refusal', fault.expected, fault.found)
  }

  #refusalsOf(trail: string): Refusals {
    const known = this.#refusals.get(trail)
    if (known !== undefined) return known
    const made = new Refusals()
    this.#refusals.set(trail, made)
    return made
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
