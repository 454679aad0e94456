import { base64, equalBytes, hex, utf8 } from './bytes.ts'
import { FormatError, shown } from './format-error.ts'
import { type Hash, sha256 } from './hash.ts'
import { checkNote, type Note, printNote } from './note.ts'
import type { Actor, Body } from './record.ts'
import { type Finding, type NoticeCode, trailFaults } from './report.ts'
import { canTakeBack, type SaidSignature, SignatureFold } from './signature-fold.ts'
import { parseStatement, type Statement } from './statement.ts'
import { parseVkey, type Verifier } from './vkey.ts'

interface EnrolledKey {
  readonly verifier: Verifier
  readonly user: string
  revoked: boolean
  lastCount: number
}

/** What of a statement that was held a decision about it is held against. */
interface Held {
  readonly leaf: Hash
  /** Undefined where its note does not verify: then it can be no signature. */
  readonly said: (SaidSignature & { readonly name: string; readonly note: string }) | undefined
}

/** What of the trail an e-signature is held against: the entries before its own. */
export interface TrailBefore {
  readonly trail: string | undefined
  /** Leaf hash of the entry with this seq, undefined if there is none. */
  readonly leaf: (seq: number) => Hash | undefined
  /** Root at this size, undefined if the trail was not so long. */
  readonly root: (size: number) => Hash | undefined
  /** Time of the record with this seq; undefined if it is none of those that are shown. */
  readonly time: (seq: number) => string | undefined
}

type Report = (code: Finding['code'] | NoticeCode, expected: string, found: string) => void

/**
 * The signing keys of a trail as its own records enrol and revoke them, and the check of every
 * e-signature against them. An e-signature counts only under a key that was enrolled, and not yet
 * revoked, at the place where the trail took it in.
 */
export class EnrolledSigners {
  readonly #keys = new Map<string, EnrolledKey>()
  readonly #byVkey = new Map<string, EnrolledKey>()
  readonly #enrolled = new Set<string>()
  /** By its record: what was held and waits for a decision. */
  readonly #held = new Map<number, Held>()
  /** What became of the e-signatures that verify. */
  readonly #fold = new SignatureFold()
  /** SHA-256 of each signed note that has been answered. */
  readonly #answered = new Set<string>()

  /** Keys that have another role, and so can be nobody's signing key. */
  constructor(taken: readonly Verifier[]) {
    for (const { key } of taken) this.#enrolled.add(hex(key))
  }

  enrol(body: Body, report: Report): void {
    const { key, user } = body
    try {
      if (typeof key !== 'string' || typeof user !== 'string' || user === '') {
        return report('enrolled-key', 'a key and a user', shown(JSON.stringify(body), 120))
      }
      const verifier = parseVkey(key)
      // One key, one role, one person: a key seen twice could speak for either.
      const publicKey = hex(verifier.key)
      if (verifier.type !== 'note' || this.#enrolled.has(publicKey) || this.#keys.has(nameOf(verifier))) {
        return report('enrolled-key', 'a new key for notes', shown(key, 160))
      }
      if (!isNameOf(user, verifier.name)) {
        return report('enrolled-key', `a key named …/u/${shown(user)}/<device>`, shown(verifier.name, 160))
      }
      this.#enrolled.add(publicKey)
      const enrolled = { verifier, user, revoked: false, lastCount: 0 }
      this.#keys.set(nameOf(verifier), enrolled)
      this.#byVkey.set(key, enrolled)
    } catch (error) {
      reportFormat(error, report)
    }
  }

  revoke(body: Body, report: Report): void {
    const { key } = body
    const known = typeof key === 'string' ? this.#byVkey.get(key) : undefined
    if (known === undefined || known.revoked)
      return report('revoked-key', 'a key enrolled before', shown(JSON.stringify(key) ?? 'none', 160))
    known.revoked = true
  }

  /** Checks the `signature.applied` record at a place; true if everything held. */
  check(seq: number, body: Body, actor: Actor, before: TrailBefore, report: Report): boolean {
    let sound = true
    const fault: Report = (code, expected, found) => {
      sound = false
      report(code, expected, found)
    }
    const { note: text } = body
    if (typeof text !== 'string') {
      fault('statement-form', 'a note', shown(JSON.stringify(text) ?? 'nothing'))
      return false
    }
    try {
      const { statement, note } = parseStatement(utf8(text))
      checkSubject(statement, before, fault)
      const key = this.#signerOf(note, fault)
      if (key === undefined) return false
      if (checkNote(note, key.verifier) !== 'good')
        fault('statement-signature', `a signature of ${shown(key.verifier.name)}`, 'another')
      if (key.revoked) fault('signer-revoked', 'a key in force', shown(key.verifier.name))
      if (statement.user !== key.user || statement.user !== actor.id || statement.name !== actor.name) {
        fault(
          'statement-user',
          `${shown(key.user)} and actor ${shown(actor.id)} ${shown(actor.name)}`,
          `${shown(statement.user)} ${shown(statement.name)}`,
        )
      }
      checkDevice(statement, key, fault)
      if (statement.count <= key.lastCount)
        fault('statement-count', `more than ${key.lastCount}`, String(statement.count))
      if (!sound) return false
      if (statement.count > key.lastCount + 1)
        report('statement-count-gap', String(key.lastCount + 1), String(statement.count))
      key.lastCount = statement.count
      this.#answered.add(digestOf(note))
      this.#checkTakenBack(statement, before, fault)
      checkBeside(statement, body, before, fault)
      if (sound) this.#fold.apply(seq, saidIn(statement, key))
    } catch (error) {
      reportFormat(error, fault)
    }
    return sound
  }

  /**
   * A statement that the trail took in and not for a signature: `signature.held` or `signature.refused`. It claims
   * nothing, so of itself nothing is reported; that the device made it counts, and a held one may be decided about. What
   * the relay says beside it is held against it, and that nothing was said of it before. Returns why its note is none
   * that a relay holds or keeps, in words: nobody enrolled here has signed it, or what is held is of something else than
   * stands here. Undefined where there is no note in a refusal.
   */
  passOver(
    kind: string,
    seq: number,
    leaf: Hash,
    body: Body,
    before: TrailBefore,
    report: Report,
  ): string | undefined {
    const { note: text } = body
    const read = typeof text === 'string' ? readOrNone(text) : undefined
    const [line, second] = read?.note.signatures ?? []
    const key = line && second === undefined ? this.#keys.get(nameOf(line)) : undefined
    if (kind === 'signature.held') this.#held.set(seq, { leaf, said: undefined })
    if (text === undefined && kind === 'signature.refused') return undefined
    if (read === undefined) return 'no statement'
    if (key === undefined || checkNote(read.note, key.verifier) !== 'good')
      return 'a statement that verifies under no key enrolled before it'
    const { statement, note } = read
    key.lastCount = Math.max(key.lastCount, statement.count)
    const digest = digestOf(note)
    const isAgain = this.#answered.has(digest)
    if (isAgain) report('statement-again', 'a statement that was not answered before', digest)
    this.#answered.add(digest)
    if (kind !== 'signature.held' || isAgain) return undefined
    let wrong = statement.user === key.user ? undefined : `a statement of ${shown(statement.user)}`
    const fault: Report = (code) => {
      wrong ??= trailFaults[code as keyof typeof trailFaults]
    }
    checkSubject(statement, before, fault)
    checkDevice(statement, key, fault)
    this.#checkTakenBack(statement, before, fault)
    if (wrong !== undefined) return wrong
    checkBeside(statement, body, before, report)
    const said = saidIn(statement, key)
    this.#held.set(seq, { leaf, said: { ...said, name: statement.name, note: digest } })
    this.#fold.hold(seq, said)
    return undefined
  }

  /** Checks the `signature.decided` record at a place; true if by it a held statement is a signature. */
  decide(seq: number, body: Body, actor: Actor, report: Report): boolean {
    const { held, decision } = body
    const { seq: at, leaf } = (typeof held === 'object' && held !== null ? held : {}) as {
      readonly seq?: unknown
      readonly leaf?: unknown
    }
    const one = typeof at === 'number' ? this.#held.get(at) : undefined
    if (typeof at === 'number') this.#held.delete(at)
    const isAccepted = decision === 'accepted'
    const isIt = one !== undefined && hex(one.leaf) === leaf
    const isOwn = isIt && one.said?.user === actor.id
    const isSound = isIt && !isOwn && (isAccepted ? one.said !== undefined : decision === 'refused')
    if (!isSound) {
      const wanted = isAccepted ? 'a held e-signature that verifies' : 'an e-signature that is held, refused'
      report(
        isAccepted ? 'decided-statement' : 'refused-statement',
        isOwn ? `somebody else than ${shown(actor.id)}` : wanted,
        shown(isOwn ? actor.id : (JSON.stringify(held) ?? 'none'), 160),
      )
      return false
    }
    if (one.said === undefined) return false
    const { user, name, meaning, note } = one.said
    checkSame(body, { signer: user, signerName: name, meaning, statement: note }, report)
    return this.#fold.decide(at as number, seq, actor.id, isAccepted)?.counts === seq
  }

  /** Nobody takes back what another has signed, or what is no signature. What is not shown cannot be looked at. */
  #checkTakenBack({ meaning, user, records }: Statement, before: TrailBefore, fault: Report): void {
    if (meaning !== 'withdrawn') return
    for (const { seq } of records) {
      const one = this.#fold.counting(seq)
      if (one === undefined ? before.time(seq) === undefined : canTakeBack(user, one)) continue
      const found = one === undefined ? 'no signature' : `${one.meaning} by ${shown(one.user)}`
      fault('withdrawn-signature', `a signature of ${shown(user)} at ${seq}`, found)
    }
  }

  #signerOf(note: Note, fault: Report): EnrolledKey | undefined {
    const [line, second] = note.signatures
    if (line === undefined || second !== undefined) {
      fault('statement-form', 'one signature', String(note.signatures.length))
      return undefined
    }
    const key = this.#keys.get(nameOf(line))
    if (key === undefined) fault('signer-not-enrolled', 'an enrolled key', shown(nameOf(line), 160))
    return key
  }
}

// What was signed is what is expected; what the trail holds is what is found.
function checkSubject({ checkpoint, records }: Statement, before: TrailBefore, fault: Report): void {
  if (checkpoint.trail !== before.trail)
    fault('statement-trail', shown(checkpoint.trail), before.trail ?? 'no trail')
  const root = before.root(checkpoint.size)
  if (root === undefined || !equalBytes(root, checkpoint.root)) {
    const place = `at size ${checkpoint.size}`
    const found = root === undefined ? 'fewer records before this one' : `${base64(root)} ${place}`
    fault('statement-root', `${base64(checkpoint.root)} ${place}`, found)
  }
  for (const { seq, leaf } of records) {
    const stands = before.leaf(seq)
    if (stands === undefined || !equalBytes(stands, leaf)) {
      fault(
        'statement-record',
        `${hex(leaf)} at ${seq}`,
        `${stands === undefined ? 'no record' : hex(stands)} at ${seq}`,
      )
    }
  }
}

/** The name of a key ends with the device it is on. */
function checkDevice({ device }: Statement, { verifier }: EnrolledKey, fault: Report): void {
  const own = verifier.name.slice(verifier.name.lastIndexOf('/') + 1)
  if (device !== undefined && device !== own) fault('statement-device', shown(own), shown(device))
}

/** What the relay says beside a statement: the meaning in plain words, and since when it can have been signed. */
function checkBeside(
  { meaning, checkpoint }: Statement,
  body: Body,
  { time }: TrailBefore,
  fault: Report,
): void {
  checkSame(body, { meaning }, fault)
  const { note, notBefore, statement } = body
  if (statement !== undefined && typeof note === 'string')
    checkSame(body, { statement: hex(sha256(utf8(note))) }, fault)
  const head = time(checkpoint.size - 1)
  if (notBefore !== undefined && head !== undefined && notBefore !== head)
    fault('statement-not-before', head, said(notBefore))
}

/** Of these fields each that the body has says this. */
function checkSame(body: Body, fields: { readonly [field: string]: string }, fault: Report): void {
  for (const [field, value] of Object.entries(fields))
    if (body[field] !== undefined && body[field] !== value)
      fault('statement-beside', `${field} ${shown(value)}`, said(body[field]))
}

function said(value: unknown): string {
  return shown(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'))
}

function saidIn({ meaning, records }: Statement, { user }: EnrolledKey): SaidSignature {
  return { user, meaning, seqs: records.map(({ seq }) => seq), roles: [] }
}

/** A note is printed in one way only: who has not its key can make no other of the same statement. */
function digestOf(note: Note): string {
  return hex(sha256(utf8(printNote(note))))
}

function readOrNone(text: string): ReturnType<typeof parseStatement> | undefined {
  try {
    return parseStatement(utf8(text))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function nameOf({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${name}+${id}`
}

/** Signing keys are named `…/u/<user>/<device>`: the name on the note says whose key it is. */
function isNameOf(user: string, name: string): boolean {
  const [device, owner, mark, ...site] = name.split('/').reverse()
  return device !== undefined && device !== '' && owner === user && mark === 'u' && site.length > 0
}

function reportFormat(error: unknown, report: Report): void {
  if (!(error instanceof FormatError)) throw error
  report(error.code, error.expected, error.found)
}
