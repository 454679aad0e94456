import { base64, equalBytes, hex, utf8 } from './bytes.ts'
import { FormatError, shown } from './format-error.ts'
import type { Hash } from './hash.ts'
import { checkNote, type Note } from './note.ts'
import type { Actor, Body } from './record.ts'
import type { Finding, NoticeCode } from './report.ts'
import { parseStatement, type Statement } from './statement.ts'
import { parseVkey, type Verifier } from './vkey.ts'

interface EnrolledKey {
  readonly verifier: Verifier
  readonly user: string
  revoked: boolean
  lastCount: number
}

/** What of the trail an e-signature is held against: the entries before its own. */
export interface TrailBefore {
  readonly trail: string | undefined
  /** Leaf hash of the entry with this seq, undefined if there is none. */
  readonly leaf: (seq: number) => Hash | undefined
  /** Root at this size, undefined if the trail was not so long. */
  readonly root: (size: number) => Hash | undefined
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
  /** By its record: e-signatures that were held, verify, and wait for a decision. */
  readonly #held = new Map<number, { readonly user: string; readonly leaf: Hash }>()

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

  /** Checks one `signature.applied` record; true if everything held. */
  check(body: Body, actor: Actor, before: TrailBefore, report: Report): boolean {
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
      if (statement.count <= key.lastCount)
        fault('statement-count', `more than ${key.lastCount}`, String(statement.count))
      if (!sound) return false
      if (statement.count > key.lastCount + 1)
        report('statement-count-gap', String(key.lastCount + 1), String(statement.count))
      key.lastCount = statement.count
    } catch (error) {
      reportFormat(error, fault)
    }
    return sound
  }

  /**
   * A statement that the trail took in and not for a signature: `signature.held` or `signature.refused`. It claims
   * nothing, so nothing is reported; that the device made it counts, and a held one may be decided about.
   */
  passOver(kind: string, seq: number, leaf: Hash, { note: text }: Body, before: TrailBefore): void {
    const read = typeof text === 'string' ? readOrNone(text) : undefined
    const [line] = read?.note.signatures ?? []
    const key = line && this.#keys.get(nameOf(line))
    if (read === undefined || key === undefined || checkNote(read.note, key.verifier) !== 'good') return
    const { statement } = read
    key.lastCount = Math.max(key.lastCount, statement.count)
    if (kind !== 'signature.held') return
    let sound = statement.user === key.user
    checkSubject(statement, before, () => {
      sound = false
    })
    if (sound) this.#held.set(seq, { user: key.user, leaf })
  }

  /** Checks one `signature.decided` record; true if by it a held statement is a signature. */
  decide({ held, decision }: Body, actor: Actor, report: Report): boolean {
    const { seq, leaf } = (typeof held === 'object' && held !== null ? held : {}) as {
      readonly seq?: unknown
      readonly leaf?: unknown
    }
    const one = typeof seq === 'number' ? this.#held.get(seq) : undefined
    if (typeof seq === 'number') this.#held.delete(seq)
    if (decision !== 'accepted') return false
    const isIt = one !== undefined && hex(one.leaf) === leaf
    if (isIt && one.user !== actor.id) return true
    const expected = isIt ? `somebody else than ${shown(one.user)}` : 'a held e-signature that verifies'
    report('decided-statement', expected, shown(isIt ? actor.id : (JSON.stringify(held) ?? 'none'), 160))
    return false
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
