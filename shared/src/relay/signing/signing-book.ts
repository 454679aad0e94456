import { type Decided, isRole, type Receipt, type Role } from '../../api/index.ts'
import {
  type Body,
  parseStatement,
  parseVkey,
  type Statement,
  utf8,
  type Verifier,
} from '../../trail/index.ts'
import type { PersonRecord } from '../people-memory.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { SignatureBook, type Standing } from './signature-book.ts'

/** One person's key on one device, as the records have made it. */
export interface SigningKey {
  readonly verifier: Verifier
  readonly user: string
  readonly device: string
  /** Place and time of the record that enrolled it. */
  readonly seq: number
  readonly since: string
  /** Since when it signs nothing more. */
  readonly revoked: string | undefined
  readonly lease: LeaseTerms | undefined
  /** Place of the first lease under the password of now, where a lease before it was of another one. */
  readonly relet: number | undefined
  /** The n-th signature of this device is the last that was taken in, and its statement's hash. */
  readonly lastCount: number
  readonly lastStatement: string | undefined
}

export interface LeaseTerms {
  readonly id: string
  readonly epoch: number
  readonly issued: string
  readonly notAfter: string
  readonly countFrom: number
  readonly countMax: number
}

/** A statement that a person has to decide about. */
export interface HeldStatement {
  /** Line of the key that signed it. */
  readonly key: string
  /** SHA-256 of its note, hexadecimal. */
  readonly hash: string
  readonly statement: Statement
  /** The gravest reason, and the others. */
  readonly code: string
  readonly also: readonly string[]
  /** Place and time of the record that says so. */
  readonly record: number
  readonly time: string
  /** The signature was not made before that, ISO 8601. */
  readonly notBefore: string
  /** Those its signer had when it came. */
  readonly roles: readonly Role[]
}

/** What was said of a statement. */
export type Answered = Omit<Receipt, 'trail'>

/** Of what a key has signed: how many signatures count, were withdrawn, wait for a decision, and do not count. */
export interface StatementCounts {
  readonly signatures: number
  readonly withdrawn: number
  readonly held: number
  readonly refused: number
}

/** Why the relay revokes a key that seems to be on two devices. */
export const CLONED = 'one count, two statements'

/**
 * Keys, leases and what became of every statement, made from the records of the relay's own trail. Records are taken
 * in order, each once.
 */
export class SigningBook {
  readonly #keys = new Map<string, SigningKey>()
  readonly #answered = new Map<string, Answered>()
  /** By key and count: which statement it was. */
  readonly #byCount = new Map<string, string>()
  /** By hash. */
  readonly #held = new Map<string, HeldStatement>()
  /** By hash: what was held, and is decided. */
  readonly #decided = new Map<string, Decided>()
  /** By key: the records by which its signatures count, and how many of its statements were refused. */
  readonly #applied = new Map<string, number[]>()
  readonly #refused = new Map<string, number>()
  readonly signatures = new SignatureBook()

  key(vkey: string): SigningKey | undefined {
    return this.#keys.get(vkey)
  }

  /** The key a note's only signature names. */
  named(name: string, id: string): SigningKey | undefined {
    return this.keys().find(({ verifier }) => verifier.name === name && verifier.id === id)
  }

  /** In the order in which they were enrolled. */
  keys(): readonly SigningKey[] {
    return [...this.#keys.values()]
  }

  answered(statement: string): Answered | undefined {
    return this.#answered.get(statement)
  }

  /** The statement that was this device's n-th, if it was given one. */
  statementAt({ verifier }: SigningKey, count: number): string | undefined {
    return this.#byCount.get(`${verifier.vkey} ${count}`)
  }

  /** What waits for a decision, the oldest first. */
  held(): readonly HeldStatement[] {
    return [...this.#held.values()]
  }

  heldOne(hash: string): HeldStatement | undefined {
    return this.#held.get(hash)
  }

  decided(hash: string): Decided | undefined {
    return this.#decided.get(hash)
  }

  /** The hash of the only statement, held or decided, whose hash is this or begins with these 8 or more digits. */
  heldNamed(begin: string): string | undefined {
    if (!/^[0-9a-f]{8,64}$/.test(begin)) return undefined
    const [found, other] = [...this.#held.keys(), ...this.#decided.keys()].filter((hash) =>
      hash.startsWith(begin),
    )
    return other === undefined ? found : undefined
  }

  /** A withdrawal is not counted: it shows in the signature that it took back. */
  countsOf({ verifier }: SigningKey): StatementCounts {
    const applied = (this.#applied.get(verifier.vkey) ?? []).flatMap((seq) => this.signatures.get(seq) ?? [])
    const signatures = applied.filter(({ withdrawn }) => withdrawn === null).length
    return {
      signatures,
      withdrawn: applied.length - signatures,
      held: this.held().filter(({ key }) => key === verifier.vkey).length,
      refused: this.#refused.get(verifier.vkey) ?? 0,
    }
  }

  take({ kind, body, seq, time, actor }: PersonRecord): void {
    switch (kind) {
      case 'key.enrolled':
        return this.#enrol(body, seq, time)
      case 'key.revoked':
        return this.#change(text(body, 'key'), { revoked: time })
      case 'lease.issued':
        return this.#let(text(body, 'key'), leaseIn(body), seq)
      case 'signature.applied':
      case 'signature.held':
      case 'signature.refused':
        return this.#answer(kind, body, seq, time)
      case 'signature.decided':
        return this.#decide(body, seq, time, actor.id)
    }
  }

  #enrol(body: Body, seq: number, time: string): void {
    const vkey = text(body, 'key')
    if (this.#keys.has(vkey)) throw new Error(`record ${seq}: a key is enrolled twice`)
    this.#keys.set(vkey, {
      verifier: parseVkey(vkey),
      user: text(body, 'user'),
      device: text(body, 'device'),
      seq,
      since: time,
      revoked: undefined,
      lease: undefined,
      relet: undefined,
      lastCount: 0,
      lastStatement: undefined,
    })
  }

  #let(vkey: string, lease: LeaseTerms, seq: number): void {
    const former = this.#keys.get(vkey)?.lease
    const isOtherPassword = former !== undefined && former.epoch !== lease.epoch
    this.#change(vkey, { lease, ...(isOtherPassword ? { relet: seq } : {}) })
  }

  #change(vkey: string, change: Partial<SigningKey>): void {
    const key = this.#keys.get(vkey)
    if (key === undefined) throw new Error('a record of a key that is not enrolled')
    this.#keys.set(vkey, { ...key, ...change })
  }

  #answer(kind: string, body: Body, seq: number, time: string): void {
    const { note } = body
    const statement = typeof note === 'string' ? sha256Hex(note) : text(body, 'statement')
    const verdict = kind === 'signature.applied' ? 'accepted' : kind === 'signature.held' ? 'held' : 'refused'
    const code = typeof body['code'] === 'string' ? body['code'] : null
    this.#answered.set(statement, { statement, verdict, code, record: seq, time })
    // What the relay could read, the device made: it counts, whatever became of it.
    if (typeof note !== 'string') return
    const { statement: said, note: signed } = parseStatement(utf8(note))
    const [line] = signed.signatures
    const key = line && this.named(line.name, line.id)
    if (key === undefined) return
    this.#byCount.set(`${key.verifier.vkey} ${said.count}`, statement)
    if (said.count > key.lastCount)
      this.#change(key.verifier.vkey, { lastCount: said.count, lastStatement: statement })
    const notBefore = typeof body['notBefore'] === 'string' ? body['notBefore'] : key.since
    const { vkey } = key.verifier
    if (verdict === 'refused') this.#refuse(vkey)
    if (verdict === 'accepted')
      this.#apply(vkey, said, {
        record: seq,
        notBefore,
        notAfter: time,
        roles: rolesIn(body),
        decidedBy: null,
      })
    if (verdict === 'held')
      this.#held.set(statement, {
        key: vkey,
        hash: statement,
        statement: said,
        code: code ?? '',
        also: textsIn(body, 'also'),
        record: seq,
        time,
        notBefore,
        roles: rolesIn(body),
      })
  }

  #decide(body: Body, seq: number, time: string, by: string): void {
    const hash = text(body, 'statement')
    const held = this.#held.get(hash)
    if (held === undefined) throw new Error(`record ${seq}: a decision about what was not held`)
    this.#held.delete(hash)
    const isAccepted = body['decision'] === 'accepted'
    this.#decided.set(hash, { by, at: time, decision: isAccepted ? 'accepted' : 'refused' })
    const verdict = isAccepted ? 'accepted' : 'refused'
    this.#answered.set(hash, {
      statement: hash,
      verdict,
      code: isAccepted ? null : 'decided',
      record: seq,
      time,
    })
    const { key, statement, notBefore, roles, time: notAfter } = held
    if (isAccepted)
      this.#apply(key, statement, { record: seq, notBefore, notAfter, roles: [...roles], decidedBy: by })
    else this.#refuse(key)
  }

  #apply(vkey: string, statement: Statement, standing: Standing): void {
    this.signatures.add(statement, standing)
    const applied = this.#applied.get(vkey) ?? []
    applied.push(standing.record)
    this.#applied.set(vkey, applied)
  }

  #refuse(vkey: string): void {
    this.#refused.set(vkey, (this.#refused.get(vkey) ?? 0) + 1)
  }
}

function rolesIn({ roles }: Body): Role[] {
  return Array.isArray(roles) ? roles.filter(isRole) : []
}

function textsIn(body: Body, field: string): readonly string[] {
  const value = body[field]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function leaseIn(body: Body): LeaseTerms {
  return {
    id: text(body, 'lease'),
    epoch: integer(body, 'epoch'),
    issued: text(body, 'issued'),
    notAfter: text(body, 'notAfter'),
    countFrom: integer(body, 'countFrom'),
    countMax: integer(body, 'countMax'),
  }
}

function text(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string' || value === '')
    throw new Error(`a record of a signature or key without ${field}`)
  return value
}

function integer(body: Body, field: string): number {
  const value = body[field]
  if (typeof value !== 'number') throw new Error(`a record of a signature or key without ${field}`)
  return value
}
