import {
  type Action,
  mayDo,
  type Role,
  type SiteRules,
  signingRuleOf,
  standing,
  stepsFilled,
} from '../../api/index.ts'
import {
  canTakeBack,
  checkNote,
  equalBytes,
  FormatError,
  type Hash,
  hex,
  isSignable,
  type Meaning,
  meanings,
  type Note,
  parseStatement,
  type Statement,
  utf8,
} from '../../trail/index.ts'
import type { Account } from '../accounts/account.ts'
import type { Maker } from '../claims.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { type HoldCode, type HoldReason, holdsOf, orderFault, rightsGone } from './hold-reasons.ts'
import { isSamePerson } from './makers.ts'
import type { Answered, SigningBook, SigningKey } from './signing-book.ts'

/** What of the trail a statement is held against. */
export interface SignedTrail {
  /** Its origin. */
  readonly trail: string
  readonly size: number
  /** Leaf hash of a record; undefined if there is none. */
  leaf(seq: number): Hash | undefined
  /** Root at a size that a checkpoint was signed for; undefined for any other: nobody was shown that. */
  root(size: number): Hash | undefined
  /** When that checkpoint's last record was made, ISO 8601: the signature is not older. */
  timeAt(size: number): string | undefined
  /** What a record is. */
  subject(seq: number): SignedSubject | undefined
  /**
   * Everybody who made what these records are of, by `makersOf`: nobody approves what they had a hand in. Undefined if
   * there are more versions than can be looked at.
   */
  makers(seqs: readonly number[]): Makers | undefined
  /** The newest record of the same file or data set; undefined if it is not there any more under this name. */
  newest(seq: number): number | undefined
  /** The record in this trail by which somebody answers for a refusal; undefined while nobody does here. */
  claimOf(seq: number): number | undefined
}

export interface Makers {
  readonly persons: readonly Maker[]
  /** There may be others: not every record that could tell is believed. */
  readonly isInDoubt: boolean
}

export interface SignedSubject {
  readonly kind: string
  /** Undefined where its record names none. */
  readonly project: string | undefined
  readonly path: string | undefined
}

export interface Site {
  readonly book: SigningBook
  readonly account: (id: string) => Account | undefined
  readonly trail: SignedTrail
  readonly rules: SiteRules
  /** Nobody has looked in time at who may do what. */
  readonly isReviewOverdue: boolean
  /** Who says that what their device signed before these is lost, so that it is not waited for. */
  readonly lostBefore?: string
}

/** Reasons that end it: the statement is no signature and will not be one. */
export type RefusalCode =
  | 'form'
  | 'not-enrolled'
  | 'signature'
  | 'trail'
  | 'root'
  | 'record'
  | 'not-signable'
  | 'name'
  | 'forbidden'
  | 'own-record'
  /** So many versions that nobody can tell who made them: fewer records are to be approved at a time. */
  | 'versions'
  | 'signed-before'
  | 'rejected-before'
  | 'out-of-step'
  /** A person has decided so. */
  | 'decided'
  | 'lease'
  | 'account-disabled'
  | 'password-changed'

export type Judgement =
  | { readonly verdict: 'duplicate'; readonly answered: Answered }
  | {
      readonly verdict: 'refused'
      readonly code: RefusalCode
      /** What was signed, and the enrolled key that signed it; neither where it is nobody's word. */
      readonly statement?: Statement
      readonly key?: SigningKey
      /** The key's device has told two stories, whatever is wrong with this one. */
      readonly cloned?: SigningKey
    }
  | {
      readonly verdict: 'held'
      /** The gravest of its reasons, and the others. */
      readonly code: HoldCode
      readonly also?: readonly HoldReason[]
      readonly statement: Statement
      readonly key: SigningKey
      /** Undefined for a gap: then nothing is recorded. */
      readonly notBefore?: string
    }
  | {
      readonly verdict: 'accepted'
      readonly statement: Statement
      readonly key: SigningKey
      /** The signature was made between this and now: the clock of the device only claims when. */
      readonly notBefore: string
      /** What is odd about the claimed time. */
      readonly flags: readonly string[]
    }

/** How far a device's clock may be off before it is said. */
const SKEW_MILLISECONDS = 120_000

const actionOf: { readonly [M in Meaning]: Action } = {
  reviewed: 'signature.make',
  approved: 'signature.approve',
  rejected: 'signature.make',
  withdrawn: 'signature.withdraw',
}

/** What somebody with these roles may mean. */
export function meaningsFor(roles: readonly Role[]): readonly Meaning[] {
  return meanings.filter((meaning) => mayDo(roles, actionOf[meaning]))
}

/**
 * Whether a statement is a signature (SYNC-AND-SIGNING.md 2.7), its checks in that order: what it is, whether it was
 * told before, whose key made it, what it is about, who that person is now. Pure. `now`: wall clock, milliseconds.
 */
export function judgeStatement(text: string, site: Site, now: number): Judgement {
  const read = readOrRefuse(text)
  if (read === undefined) return { verdict: 'refused', code: 'form' }
  const { statement, note } = read
  const answered = site.book.answered(sha256Hex(text))
  if (answered !== undefined) return { verdict: 'duplicate', answered }
  const key = keyOf(note, site.book)
  if (key === undefined) return { verdict: 'refused', code: 'not-enrolled' }
  if (checkNote(note, key.verifier) !== 'good') return { verdict: 'refused', code: 'signature' }
  // From here on it is that key's word. What is wrong with it is that person's, or somebody's who has their key.
  // A device's signatures are judged in its order, also those that will be refused: each has been made.
  const isGap = statement.count > key.lastCount + 1
  if (isGap && site.lostBefore !== key.user) return { verdict: 'held', code: 'count-gap', statement, key }
  const order = orderFault(statement, key, site.book)
  const refused = (code: RefusalCode): Judgement => ({
    verdict: 'refused',
    code,
    statement,
    key,
    ...(order === 'clone' ? { cloned: key } : {}),
  })
  const fault = subjectFault(statement, site)
  if (fault !== undefined) return refused(fault)
  const made = makersFor(statement, site)
  const refusal = personFault(statement, key, site, made) ?? stepFault(statement, key.user, site)
  if (refusal !== undefined) return refused(refusal)
  const notBefore = site.trail.timeAt(statement.checkpoint.size)
  if (notBefore === undefined) return refused('root')
  const person = site.account(key.user)
  if (person === undefined) return refused('name')
  const gone = rightsGone(key, person, notBefore)
  if (gone !== undefined) return refused(gone)
  const { isReviewOverdue } = site
  const isInDoubt = made?.isInDoubt === true
  const [hold, ...also] = holdsOf(
    { statement, key, person, notBefore, now, order },
    { isReviewOverdue, isInDoubt },
  )
  if (hold !== undefined) return { verdict: 'held', code: hold, also, statement, key, notBefore }
  return { verdict: 'accepted', statement, key, notBefore, flags: flagsOf(statement, notBefore, now) }
}

/** Who made what is signed; nobody, where that is no matter. */
function makersFor({ meaning, records }: Statement, { rules, trail }: Site): Makers | undefined {
  if (!rules.fourEyes || meaning !== 'approved') return { persons: [], isInDoubt: false }
  return trail.makers(records.map(({ seq }) => seq))
}

function readOrRefuse(text: string): { readonly statement: Statement; readonly note: Note } | undefined {
  try {
    return parseStatement(utf8(text))
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function keyOf({ signatures }: Note, book: SigningBook): SigningKey | undefined {
  const [line, second] = signatures
  return line === undefined || second !== undefined ? undefined : book.named(line.name, line.id)
}

/** The records are there, as they were shown. */
function subjectFault(
  { checkpoint, records, meaning }: Statement,
  { trail, book }: Site,
): RefusalCode | undefined {
  if (checkpoint.trail !== trail.trail) return 'trail'
  const root = trail.root(checkpoint.size)
  if (root === undefined || !equalBytes(root, checkpoint.root)) return 'root'
  for (const { seq, leaf } of records) {
    const stands = trail.leaf(seq)
    if (stands === undefined || hex(stands) !== hex(leaf)) return 'record'
    const isOfKind =
      meaning === 'withdrawn'
        ? book.signatures.get(seq) !== undefined
        : isSignable(trail.subject(seq)?.kind ?? '')
    if (!isOfKind) return 'not-signable'
  }
  return undefined
}

/** It is this person's, and theirs to sign. */
function personFault(
  { user, name, meaning, records, device }: Statement,
  key: SigningKey,
  { account, book }: Site,
  made: Makers | undefined,
): RefusalCode | undefined {
  const person = account(key.user)
  if (person === undefined || user !== key.user || name !== person.name) return 'name'
  if (device !== undefined && device !== key.device) return 'name'
  if (!mayDo(person.roles, actionOf[meaning])) return 'forbidden'
  // Nobody takes back what another has signed.
  if (meaning === 'withdrawn')
    return records.every(({ seq }) => {
      const signature = book.signatures.get(seq)
      return signature !== undefined && canTakeBack(user, signature)
    })
      ? undefined
      : 'forbidden'
  if (made === undefined) return 'versions'
  // Nobody approves what they made themselves, whoever renamed or reprocessed it since (21 CFR 11.10(g)).
  return made.persons.some((maker) => isSamePerson(maker, person)) ? 'own-record' : undefined
}

/**
 * Whether it is this signature's turn on every record it is about (21 CFR 11.10(f)): what is rejected stays so until
 * that is taken back, nobody says the same twice, and a site's steps come one after the other. A step counts as done for
 * whoever signs the next only if it stood below the head they saw: so the order is proven by the trail.
 */
function stepFault(
  { meaning, records, user, checkpoint }: Statement,
  signer: string,
  { account, trail, rules, book }: Site,
): RefusalCode | undefined {
  // What is taken back stays so: to say it again would be one more record that changes nothing.
  if (meaning === 'withdrawn')
    return records.some(({ seq }) => (book.signatures.get(seq)?.withdrawn ?? null) !== null)
      ? 'signed-before'
      : undefined
  const roles = account(signer)?.roles ?? []
  for (const { seq } of records) {
    const stand = standing(book.signatures.on(seq))
    const rule = signingRuleOf(rules, trail.subject(seq)?.project ?? '')
    const own = stand.filter((one) => one.user === user)
    if (own.some((one) => rule.independent || one.meaning === meaning)) return 'signed-before'
    if (meaning === 'rejected') continue
    if (stand.some((one) => one.meaning === 'rejected')) return 'rejected-before'
    if (rule.steps.length === 0) continue
    const filled = stepsFilled(stand, rule)
    const seen = stand.filter(({ record }) => record < checkpoint.size)
    const step = rule.steps[filled]
    if (step?.meaning !== meaning || stepsFilled(seen, rule) !== filled) return 'out-of-step'
    if (step.role !== null && !roles.includes(step.role)) return 'out-of-step'
  }
  return undefined
}

/** Whether a held statement cannot count any more: it is not its turn, or not its signer's to say. */
export function isOvertaken(statement: Statement, site: Site): boolean {
  const { user, device } = statement
  const key = site.book
    .keys()
    .find((one) => one.user === user && (device === undefined || one.device === device))
  return (
    key === undefined ||
    personFault(statement, key, site, makersFor(statement, site)) !== undefined ||
    stepFault(statement, user, site) !== undefined
  )
}

function flagsOf({ at, clock }: Statement, notBefore: string, now: number): string[] {
  const claimed = Date.parse(at)
  return [
    ...(claimed < Date.parse(notBefore) - SKEW_MILLISECONDS ? ['claimed-before-head'] : []),
    ...(claimed > now + SKEW_MILLISECONDS ? ['claimed-after-receipt'] : []),
    ...(clock?.flags ?? []),
  ]
}
