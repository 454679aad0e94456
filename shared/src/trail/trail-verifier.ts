import { equalBytes, hexInto } from './bytes.ts'
import { emptyHead, type Head, headAfter, kidAfter } from './chain.ts'
import { CheckpointClaims, type GivenCheckpoint } from './checkpoint-claims.ts'
import { EnrolledSigners } from './enrolled-signers.ts'
import { actorOf, bodyOf, checksumOf, LINE_BYTES_MAX, readEntryParts, recordBytesOf } from './entry.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import { type LeafStore, memoryLeafStore } from './leaf-store.ts'
import { MacInput, type MacKey, macKey } from './mac-key.ts'
import type { Policy } from './policy.ts'
import { NAMES_NONE, Refusals } from './refusals.ts'
import type { Finding, FindingCode, Notice, NoticeCode, Report } from './report.ts'
import { GIVEN_OF_EACH_CODE, notices } from './report.ts'
import type { EntryParts } from './scan-entry.ts'
import { SeqPlaces } from './seq-places.ts'
import { refusalIn } from './subjects.ts'
import { TimeBounds } from './time-bounds.ts'
import { Frontier, type FrontierState, LeafHasher, leafHash } from './tree.ts'

export interface VerifyOptions {
  /** Keys to check checksums with. Keys derived at rotations follow by themselves; fresh ones must be given. */
  readonly keys?: readonly MacKey[]
  readonly checkpoints?: readonly GivenCheckpoint[]
  /** Without it the signatures on checkpoints are not checked, and no checkpoint counts as held. */
  readonly policy?: Policy
  /** Where leaf hashes are kept for e-signatures that point back. In memory unless given: 40 bytes an entry. */
  readonly leaves?: LeafStore
  /** Given the root of each 256 lines, in order. */
  readonly onTile?: (root: Hash) => void
  /** How far a record's time may lie outside what witnesses bear out. */
  readonly skewSeconds?: number
}

export const SKEW_SECONDS = 300

/**
 * Verifies a trail as it streams by: push the lines, then end. Nothing stops it and nothing is thrown for
 * what is in the lines: every fault becomes a finding, and the check takes up again at the next line.
 */
export class TrailVerifier {
  readonly #findings: Finding[] = []
  readonly #notices: Notice[] = []
  /** The latest notice of each kind, which may still grow. */
  readonly #lastNotice = new Map<NoticeCode, { seq: number; count: number }>()
  readonly #given = new Map<FindingCode | NoticeCode, number>()
  readonly #omitted = new Map<FindingCode | NoticeCode, { count: number; line: number }>()
  readonly #keys = new Map<string, MacKey>()
  readonly #keyed: boolean
  readonly #claims: CheckpointClaims
  readonly #skewSeconds: number
  #bounds = new TimeBounds([], 0)
  readonly #signers: EnrolledSigners
  readonly #leaves: LeafStore
  readonly #places = new SeqPlaces()
  readonly #frontier: Frontier
  readonly #refusals = new Refusals()
  readonly #missing = new Set<string>()

  readonly #hasher = new LeafHasher()
  readonly #macInput = new MacInput(LINE_BYTES_MAX)
  readonly #mac = new Uint8Array(HASH_BYTES)
  readonly #macDigits = new Uint8Array(2 * HASH_BYTES)

  #head: Head | undefined
  /** False after a line that could not be read: the next one's prev has nothing to be held against. */
  #follows = true
  #entries = 0
  #checksums = 0
  #statements = 0

  constructor(options: VerifyOptions = {}) {
    const { keys = [], checkpoints = [], policy, skewSeconds = SKEW_SECONDS } = options
    for (const key of keys) this.#keys.set(key.kid, key)
    this.#keyed = keys.length > 0
    this.#leaves = options.leaves ?? memoryLeafStore()
    this.#frontier = new Frontier(undefined, options.onTile)
    this.#claims = new CheckpointClaims(checkpoints, policy, (finding) => this.#keep(this.#findings, finding))
    const roles = [...(policy?.logs ?? []), ...(policy?.witnesses ?? [])]
    this.#signers = new EnrolledSigners(roles.map((one) => one.verifier))
    this.#skewSeconds = skewSeconds
  }

  /** One line, newline not included. */
  push(line: Uint8Array): void {
    const parts = this.#read(line)
    if (parts === undefined) this.#passUnread()
    else this.#check(parts, line)
    // The tree is of the lines as they stand, good or bad: the root says whether they are the right ones.
    const leaf = this.#hasher.hash(line)
    this.#frontier.append(leaf)
    this.#leaves.append(leaf, parts && Date.parse(parts.time))
    if (this.#frontier.size === this.#claims.nextSize)
      this.#claims.compare(this.#head?.trail, this.#frontier.root())
  }

  /** A fault of the input as a whole, such as a last line that was cut off. */
  note(code: FindingCode, expected: string, found: string): void {
    this.#found(code, expected, found)
  }

  /**
   * Where the trail stands after the lines so far, for a writer that goes on from here. Undefined before the
   * first entry. Only to be relied on if nothing was found.
   */
  position(): { readonly head: Head; readonly frontier: FrontierState } | undefined {
    return this.#head && { head: this.#head, frontier: this.#frontier.state() }
  }

  /** True as long as nothing was found in the lines so far. What `end` holds them against is not in it. */
  get isClean(): boolean {
    return this.#findings.length === 0
  }

  end(): Report {
    this.#claims.end(this.#head?.trail, this.#frontier.size)
    return {
      findings: this.#findings,
      notices: this.#notices,
      omitted: [...this.#omitted].map(([code, { count, line }]) => ({ code, count, line })),
      trail: this.#head?.trail,
      lines: this.#frontier.size,
      root: this.#frontier.root(),
      entries: this.#entries,
      checked: {
        checksums: this.#checksums,
        checkpoints: this.#claims.held.count,
        coveredSize: this.#claims.held.size,
        cosignedBy: this.#claims.held.by,
        statements: this.#statements,
      },
    }
  }

  #read(line: Uint8Array): EntryParts | undefined {
    try {
      return readEntryParts(line)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#found(error.code, error.expected, error.found)
      return undefined
    }
  }

  /** A line that cannot be read still takes the place of one. */
  #passUnread(): void {
    this.#follows = false
    if (this.#head === undefined) return
    this.#places.take(this.#head.size, this.#frontier.size)
    this.#head = { ...this.#head, size: this.#head.size + 1 }
  }

  #check(parts: EntryParts, line: Uint8Array): void {
    const head = this.#head ?? this.#begin(parts)
    const { seq } = parts
    if (seq !== head.size) this.#found('seq-mismatch', String(head.size), String(seq))
    if (parts.trail !== head.trail) this.#found('trail-mismatch', head.trail, parts.trail, seq)
    if (this.#follows && parts.prev !== head.checksum)
      this.#found('prev-mismatch', head.checksum, parts.prev, seq)
    if (head.kid !== undefined && parts.kid !== head.kid)
      this.#found('kid-not-in-force', head.kid, parts.kid, seq)
    this.#places.take(seq, this.#frontier.size)
    this.#checkMac(parts, line)
    this.#checkTime(parts)
    const inForce = parts.kind === 'key.rotated' ? headAfter(parts).kid : (head.kid ?? parts.kid)
    this.#head = { trail: head.trail, size: seq + 1, checksum: parts.checksum, kid: inForce }
    this.#follows = true
    this.#entries++
    this.#checkKind(parts, line)
  }

  #begin(parts: EntryParts): Head {
    if (parts.kind !== 'trail.opened') this.#found('not-opened', 'trail.opened', parts.kind)
    this.#bounds = new TimeBounds(this.#claims.witnessedOf(parts.trail), this.#skewSeconds)
    // A first line that could not be read has taken place 0.
    return { ...emptyHead(parts.trail), size: this.#frontier.size }
  }

  #checkMac(parts: EntryParts, line: Uint8Array): void {
    const key = this.#keys.get(parts.kid)
    if (key === undefined) {
      if (!this.#keyed || this.#missing.has(parts.kid)) return
      this.#missing.add(parts.kid)
      return this.#found(
        'key-missing',
        `the key named ${parts.kid}`,
        [...this.#keys.keys()].join(', '),
        parts.seq,
      )
    }
    const record = recordBytesOf(line)
    this.#macInput.record.set(record)
    key.macInto(this.#mac, this.#macInput.message(record.length))
    this.#checksums++
    // The right checksum is not printed: it would seal what a forger wrote.
    hexInto(this.#macDigits, 0, this.#mac)
    if (!equalBytes(this.#macDigits, checksumOf(line)))
      this.#found('checksum-mismatch', `the checksum under ${parts.kid}`, parts.checksum, parts.seq)
  }

  #checkTime({ seq, time }: EntryParts): void {
    const { outside, wentBack } = this.#bounds.next(seq, time)
    if (outside !== undefined) this.#noticed('time-outside-witness-interval', outside, time, seq)
    if (wentBack !== undefined) this.#noticed('time-went-back', `not before ${wentBack}`, time, seq)
  }

  #checkKind(parts: EntryParts, line: Uint8Array): void {
    switch (parts.kind) {
      case 'key.rotated':
        return this.#checkRotation(parts)
      case 'key.enrolled':
        return this.#signers.enrol(bodyOf(parts), this.#reporter(parts.seq))
      case 'key.revoked':
        return this.#signers.revoke(bodyOf(parts), this.#reporter(parts.seq))
      case 'signature.applied': {
        const [actor, report] = [actorOf(parts), this.#reporter(parts.seq)]
        if (this.#signers.check(parts.seq, bodyOf(parts), actor, this.#before(), report)) this.#statements++
        return
      }
      case 'signature.held':
      case 'signature.refused': {
        const { kind, seq } = parts
        const report = this.#reporter(seq)
        this.#signers.passOver(kind, seq, leafHash(line), bodyOf(parts), this.#before(), report)
        return
      }
      case 'capture.refused':
        return this.#refusals.take(parts.seq, { kind: parts.kind, body: bodyOf(parts) }, leafHash(line))
      case 'capture.claimed':
        return this.#checkClaim(parts)
      case 'signature.decided': {
        const { seq } = parts
        if (this.#signers.decide(seq, bodyOf(parts), actorOf(parts), this.#reporter(seq))) this.#statements++
      }
    }
  }

  /** Of a refusal in another trail, only who has that trail can say whether it is so. */
  #checkClaim(parts: EntryParts): void {
    const claim = { kind: parts.kind, body: bodyOf(parts) }
    const named = refusalIn(claim)
    if (named !== undefined && named.trail !== this.#head?.trail) return
    const fault = named === undefined ? NAMES_NONE : this.#refusals.fault(claim)
    if (fault !== undefined) this.#found('claim-refusal', fault.expected, fault.found, parts.seq)
  }

  #reporter(seq: number): (code: FindingCode | NoticeCode, expected: string, found: string) => void {
    return (code, expected, found) => {
      if (isNotice(code)) this.#noticed(code, expected, found, seq)
      else this.#found(code, expected, found, seq)
    }
  }

  #checkRotation(parts: EntryParts): void {
    const body = bodyOf(parts)
    const next = kidAfter(parts.kind, body)
    if (next === undefined) {
      return this.#found('rotation-form', 'next, 16 hexadecimal digits', shown(parts.bodyText), parts.seq)
    }
    const key = this.#keys.get(parts.kid)
    if (key === undefined || body['fresh'] === true) return
    const derived = macKey(key.next())
    if (derived.kid !== next) return this.#found('rotation-key', derived.kid, next, parts.seq)
    this.#keys.set(next, derived)
  }

  /** The trail as it stood before the line now being read, which is not yet in the tree. */
  #before() {
    const known = (seq: number): number | undefined => {
      const at = this.#places.placeOf(seq)
      return at === undefined || at >= this.#leaves.size ? undefined : at
    }
    return {
      trail: this.#head?.trail,
      leaf: (seq: number) => {
        const at = known(seq)
        return at === undefined ? undefined : this.#leaves.leaf(at)
      },
      time: (seq: number) => {
        const at = known(seq)
        const time = at === undefined ? undefined : this.#leaves.time(at)
        return time === undefined ? undefined : new Date(time).toISOString()
      },
      root: (size: number) => (size > this.#leaves.size ? undefined : this.#leaves.root(size)),
    }
  }

  #found(
    code: FindingCode,
    expected: string,
    found: string,
    seq = this.#head?.size ?? this.#frontier.size,
  ): void {
    this.#keep(this.#findings, { code, seq, line: this.#line, expected, found })
  }

  /** Notices of one kind for records in a row are one notice. */
  #noticed(code: NoticeCode, expected: string, found: string, seq: number): void {
    const last = this.#lastNotice.get(code)
    if (last !== undefined && last.seq + last.count === seq) {
      last.count++
      return
    }
    const notice = { code, seq, line: this.#line, expected, found, count: 1 }
    this.#lastNotice.set(code, notice)
    this.#keep(this.#notices, notice)
  }

  /** Keeps the first of each code, and counts the rest: a hostile trail has a fault for each of its bytes. */
  #keep<Kept extends Finding | Notice>(list: Kept[], one: Kept): void {
    const given = (this.#given.get(one.code) ?? 0) + 1
    this.#given.set(one.code, given)
    if (given <= GIVEN_OF_EACH_CODE) list.push(one)
    else this.#omitted.set(one.code, { count: given - GIVEN_OF_EACH_CODE, line: this.#line })
  }

  /** Number of the line now being read, from 1. */
  get #line(): number {
    return this.#frontier.size + 1
  }
}

function isNotice(code: FindingCode | NoticeCode): code is NoticeCode {
  return code in notices
}
