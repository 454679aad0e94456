import { randomBytes, randomUUID } from 'node:crypto'
import {
  LEASE_HOURS,
  LEASE_SIGNATURES_MAX,
  type Lease,
  Problem,
  type Receipt,
  type Role,
  requireAllowed,
  type SignedView,
  type SiteRules,
  type StatementVerdict,
  signatureState,
  signingRuleOf,
  signLease,
  signReceipt,
  standing,
  stepsFilled,
} from '../../api/index.ts'
import {
  type Actor,
  type Body,
  fromUtf8,
  hex,
  isSignable,
  type Meaning,
  type Signer,
  utf8,
  type Verifier,
} from '../../trail/index.ts'
import { type Account, isUsable } from '../accounts/account.ts'
import type { Append, Caller, People } from '../people.ts'
import { reasonOf } from '../reason.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { hintOf } from './hint.ts'
import type { HoldCode } from './hold-reasons.ts'
import {
  isOvertaken,
  type Judgement,
  judgeStatement,
  meaningsFor,
  type RefusalCode,
  type SignedTrail,
  type Site,
} from './judge-statement.ts'
import { isDeviceName, keyNameOf, keyProved } from './proof-of-possession.ts'
import { RefusalRoom } from './refusal-room.ts'
import {
  CLONED,
  type HeldStatement,
  type SigningBook,
  type SigningKey,
  type StatementCounts,
} from './signing-book.ts'

/** How long a nonce for an enrolment is good. */
const NONCE_MILLISECONDS = 5 * 60_000
/** A note longer than this has no room in a record. */
const NOTE_LENGTH_MAX = 56_000

export interface SigningOptions {
  readonly people: People
  readonly book: SigningBook
  readonly trail: SignedTrail
  /** The relay's own key, for leases and receipts: that of its checkpoints. */
  readonly signer: Signer
  /** The relay as an actor, for what no person does. */
  readonly relay: Actor
  /** Domain of the site: keys are named after it. */
  readonly org: string
  /** Those in force: of four eyes, and of who signs in which order. */
  readonly rules: () => SiteRules
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
}

interface Nonce {
  readonly nonce: string
  readonly device: string
  /** Monotonic milliseconds. */
  readonly until: number
}

/** What became of one statement. */
export interface StatementItem {
  /** SHA-256 of the note as it was given, hexadecimal. */
  readonly statement: string
  readonly verdict: StatementVerdict
  readonly code: RefusalCode | HoldCode | null
  /** Signed by the relay; null where nothing is recorded: it waits for the device's signature `wanted`, or is throttled. */
  readonly receipt: string | null
  readonly wanted: number | null
  /** What there is to say of this one beside what its code means: which record is to be signed, or which step is due. */
  readonly hint?: string | undefined
  /** What its signer means, where that could be read. */
  readonly meaning?: Meaning | undefined
}

/**
 * Signing keys and e-signatures. A signature is made where the signer is, with a key that only their password opens;
 * the relay never has it, and so can make none. What it does is to enrol keys, and to say of each statement what it is.
 */
export class Signing {
  readonly #options: SigningOptions
  /** By session: what is to be signed to enrol a key, good once. */
  readonly #nonces = new Map<string, Nonce>()
  readonly #room: RefusalRoom

  constructor(options: SigningOptions) {
    this.#options = options
    this.#room = new RefusalRoom(options.now)
  }

  /** What a device signs with the key it wants enrolled. Throws `Problem` `key-refused` for what names no device. */
  challenge({ session }: Caller, device: string): string {
    if (!isDeviceName(device)) throw new Problem('key-refused')
    const nonce = randomBytes(32).toString('base64url')
    this.#sweepNonces()
    this.#nonces.set(session.id, { nonce, device, until: this.#options.now() + NONCE_MILLISECONDS })
    return nonce
  }

  /** What a key has to be called. */
  keyName({ account }: Caller, device: string): string {
    return keyNameOf(this.#options.org, account.id, device)
  }

  /**
   * Enrols the key that a proof holds for, and gives the first lease. A key of the same person and device before it is
   * revoked. Throws `Problem`: `forbidden` for who may not sign, `review-overdue`, `key-refused`.
   */
  enrol(
    by: Caller,
    device: string,
    proof: string,
  ): Promise<{ readonly key: string; readonly lease: string }> {
    const { people, book, trail, org } = this.#options
    return people.act(by, async (account, append) => {
      this.#requireMaySign(account)
      const nonce = this.#takeNonce(by, device)
      const verifier = nonce === undefined ? undefined : keyProved(utf8(proof), { nonce, trail: trail.trail })
      const isNamed = verifier?.name === keyNameOf(org, account.id, device)
      if (verifier === undefined || !isNamed || this.#isTaken(verifier)) throw new Problem('key-refused')
      for (const one of book.keys())
        if (one.user === account.id && one.device === device && one.revoked === undefined)
          await append('key.revoked', {
            key: one.verifier.vkey,
            user: one.user,
            device,
            reason: 'another key was enrolled for this device',
          })
      const { signer } = account
      await append('key.enrolled', {
        key: verifier.vkey,
        user: account.id,
        device,
        identityCheck: signer.state === 'granted' ? signer.identityCheck : '',
      })
      return { key: verifier.vkey, lease: await this.#lease(account, verifier.vkey, append) }
    })
  }

  /** Another lease for one's own key. Throws `Problem`: `key-unknown`, `forbidden`, `review-overdue`. */
  renew(by: Caller, key: string): Promise<string> {
    return this.#options.people.act(by, async (account, append) => {
      const known = this.#options.book.key(key)
      if (known === undefined || known.user !== account.id || known.revoked !== undefined)
        throw new Problem('key-unknown')
      this.#requireMaySign(account)
      return this.#lease(account, key, append)
    })
  }

  /** A device that is lost, or that nobody should sign with any more. Throws `Problem` `key-unknown`. */
  revoke(by: Caller, key: string, given: string): Promise<void> {
    return this.#options.people.act(by, async (_, append) => {
      const known = this.#options.book.key(key)
      if (known === undefined || known.revoked !== undefined) throw new Problem('key-unknown')
      const { user, device } = known
      await append('key.revoked', { key, user, device, reason: reasonOf(given) })
    })
  }

  /** What became of what a key has signed. */
  countsOf(key: SigningKey): StatementCounts {
    return this.#options.book.countsOf(key)
  }

  /** In the order in which they were enrolled. */
  keys(): readonly SigningKey[] {
    return this.#options.book.keys()
  }

  /** Records that were signed, the one signed last first, with what their signatures come to now. */
  signed(limit: number): { readonly total: number; readonly signed: SignedView[] } {
    const { signatures } = this.#options.book
    const all = signatures.signed()
    return { total: all.length, signed: all.slice(0, limit).map((seq) => this.#signedOne(seq)) }
  }

  #signedOne(seq: number): SignedView {
    const { book, trail, rules } = this.#options
    const { kind, project, path } = trail.subject(seq) ?? { kind: '', project: undefined, path: undefined }
    const rule = signingRuleOf(rules(), project ?? '')
    const signatures = book.signatures.on(seq)
    const newest = trail.newest(seq)
    return {
      seq,
      kind,
      project: project ?? null,
      path: path ?? null,
      state: signatureState(signatures, rule),
      next: rule.steps[stepsFilled(standing(signatures), rule)] ?? null,
      newest: newest ?? null,
      newestPath: (newest === undefined ? undefined : trail.subject(newest)?.path) ?? null,
      newestState:
        newest === undefined || !isSignable(trail.subject(newest)?.kind ?? '')
          ? null
          : signatureState(book.signatures.on(newest), rule),
      signatures: [...signatures],
    }
  }

  /** Signatures that a person has to decide about, the oldest first. */
  held(): readonly HeldStatement[] {
    return this.#options.book.held()
  }

  /** Which file or data set each record of a held statement is about; of a withdrawal, what the signature is on. */
  pathsOf({ statement }: HeldStatement): readonly (string | null)[] {
    const { book, trail } = this.#options
    return statement.records.map(({ seq }) => {
      const [signed = seq] = statement.meaning === 'withdrawn' ? book.signatures.of(seq) : []
      return trail.subject(signed)?.path ?? null
    })
  }

  /**
   * Lets a held signature count, or not: for good. Nobody decides about their own. `name`: the hash of its statement, or
   * what that begins with. Throws `Problem`: `held-unknown`, `held-decided`, `own-record`, `reason-missing`,
   * `held-overtaken`, `review-overdue`.
   */
  decide(by: Caller, name: string, decision: 'accepted' | 'refused', given: string): Promise<void> {
    const { people, book, trail } = this.#options
    return people.act(by, async (account, append) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'held.decide')
      const hash = book.heldNamed(name)
      const decided = hash === undefined ? undefined : book.decided(hash)
      if (decided !== undefined) throw new Problem('held-decided', { decided })
      const held = hash === undefined ? undefined : book.heldOne(hash)
      const leaf = held && trail.leaf(held.record)
      if (hash === undefined || held === undefined || leaf === undefined) throw new Problem('held-unknown')
      if (held.statement.user === account.id) throw new Problem('own-record')
      const { meaning, user, name: signerName } = held.statement
      // What was its turn when it came may have become somebody else's since.
      if (decision === 'accepted' && isOvertaken(held.statement, this.#site()))
        throw new Problem('held-overtaken')
      if (decision === 'accepted') this.#requireReviewed()
      const reason = reasonOf(given)
      const named = {
        held: { seq: held.record, leaf: hex(leaf) },
        statement: hash,
        meaning,
        signer: user,
        signerName,
      }
      await append('signature.decided', { ...named, decision, reason })
    })
  }

  /**
   * In order, each by itself. What was told before is told again in the same words. `lostBefore`: what the device of
   * whoever asks signed before these is lost, and is not waited for. Throws `Problem` `held`.
   */
  async accept(by: Caller, notes: readonly string[], lostBefore = false): Promise<StatementItem[]> {
    const items: StatementItem[] = []
    for (const note of notes)
      items.push(
        await this.#options.people.act(by, ({ id }, append) =>
          this.#acceptOne(note, id, append, lostBefore ? id : undefined),
        ),
      )
    return items
  }

  async #acceptOne(note: string, giver: string, append: Append, lostBefore?: string): Promise<StatementItem> {
    const { people, trail, wall, relay } = this.#options
    const site = { ...this.#site(), ...(lostBefore === undefined ? {} : { lostBefore }) }
    const judged: Judgement =
      note.length > NOTE_LENGTH_MAX
        ? { verdict: 'refused', code: 'form' }
        : judgeStatement(note, site, wall())
    const statement = sha256Hex(note)
    if (judged.verdict === 'duplicate') {
      const { verdict, code, record, time } = judged.answered
      const told = { statement, trail: trail.trail, verdict, code, record, time }
      return { ...this.#item(told), verdict: 'duplicate' }
    }
    if (judged.verdict === 'held' && judged.code === 'count-gap')
      return {
        statement,
        verdict: 'held',
        code: judged.code,
        receipt: null,
        wanted: judged.key.lastCount + 1,
      }
    if (judged.verdict !== 'accepted' && !isNewClone(judged) && !this.#room.take(judged, giver)) {
      people.count('signature.throttled', { account: giver })
      return { statement, verdict: 'throttled', code: null, receipt: null, wanted: null }
    }
    const { user } = judged.statement ?? {}
    const held = user === undefined ? [] : (people.account(user)?.roles ?? [])
    const { kind, body, actor } = recordOf(judged, note, relay, held)
    const { seq, time } = await append(kind, body, actor)
    const code = judged.verdict === 'accepted' ? null : judged.code
    if (judged.verdict !== 'accepted') await this.#look(judged, append)
    const told = { statement, trail: trail.trail, verdict: judged.verdict, code, record: seq, time }
    return { ...this.#item(told), hint: hintOf(judged, site), meaning: judged.statement?.meaning }
  }

  #site(): Site {
    const { people, book, trail, rules } = this.#options
    const isReviewOverdue = people.isReviewOverdue()
    return { book, account: (id) => people.account(id), trail, rules: rules(), isReviewOverdue }
  }

  #requireMaySign(account: Account): void {
    const { state } = account.signer
    if (!isUsable(account)) throw new Problem('forbidden')
    if (state !== 'granted')
      throw new Problem('forbidden', {
        detail: state === 'proposed' ? 'signing-right-proposed' : 'signing-right-missing',
      })
    this.#requireReviewed()
  }

  #requireReviewed(): void {
    if (this.#options.people.isReviewOverdue()) throw new Problem('review-overdue')
  }

  /** One device that tells two stories signs nothing more; the record of that is an alert. */
  async #look(
    judged: Exclude<Judgement, { verdict: 'accepted' | 'duplicate' }>,
    append: Append,
  ): Promise<void> {
    const { relay } = this.#options
    const cloned =
      judged.verdict === 'refused' ? judged.cloned : judged.code === 'clone' ? judged.key : undefined
    if (cloned !== undefined) {
      const { verifier, user, device, revoked } = cloned
      if (revoked === undefined)
        await append('key.revoked', { key: verifier.vkey, user, device, reason: CLONED }, relay)
    }
  }

  #item(told: Receipt): StatementItem {
    const receipt = fromUtf8(signReceipt(told, this.#options.signer))
    const { statement, verdict, code } = told
    return { statement, verdict, code: code as StatementItem['code'], receipt, wanted: null }
  }

  async #lease(account: Account, key: string, append: Append): Promise<string> {
    const { book, trail, signer, wall } = this.#options
    const known = book.key(key) as SigningKey
    const issued = new Date(wall())
    const lease: Lease = {
      id: randomUUID(),
      trail: trail.trail,
      key,
      user: account.id,
      name: account.name,
      device: known.device,
      meanings: meaningsFor(account.roles),
      epoch: account.credential?.epoch ?? 0,
      issued: issued.toISOString(),
      notAfter: new Date(issued.getTime() + LEASE_HOURS * 3_600_000).toISOString(),
      countFrom: known.lastCount,
      countMax: known.lastCount + LEASE_SIGNATURES_MAX,
    }
    const { id, user, epoch, notAfter, countFrom, countMax } = lease
    await append('lease.issued', {
      lease: id,
      key,
      user,
      epoch,
      issued: lease.issued,
      notAfter,
      countFrom,
      countMax,
    })
    return fromUtf8(signLease(lease, signer))
  }

  /** One key, one role, one person: also not the relay's own. */
  #isTaken({ key }: Verifier): boolean {
    const { book, signer } = this.#options
    return [signer, ...book.keys().map((one) => one.verifier)].some((one) => hex(one.key) === hex(key))
  }

  #takeNonce({ session }: Caller, device: string): string | undefined {
    const kept = this.#nonces.get(session.id)
    this.#nonces.delete(session.id)
    const isGood = kept !== undefined && kept.device === device && this.#options.now() < kept.until
    return isGood ? kept.nonce : undefined
  }

  #sweepNonces(): void {
    const now = this.#options.now()
    for (const [id, { until }] of this.#nonces) if (now >= until) this.#nonces.delete(id)
  }
}

/** That a device tells two stories is always said: the record revokes its key. */
function isNewClone(judged: Extract<Judgement, { verdict: 'refused' | 'held' }>): boolean {
  const cloned =
    judged.verdict === 'refused' ? judged.cloned : judged.code === 'clone' ? judged.key : undefined
  return cloned !== undefined && cloned.revoked === undefined
}

function recordOf(
  judged: Exclude<Judgement, { verdict: 'duplicate' }>,
  note: string,
  relay: Actor,
  roles: readonly Role[],
): { readonly kind: string; readonly body: Body; readonly actor: Actor } {
  if (judged.verdict === 'accepted') {
    const { user, name, meaning } = judged.statement
    const { notBefore, flags } = judged
    const body = {
      note,
      meaning,
      roles: [...roles],
      notBefore,
      ...(flags.length === 0 ? {} : { flags: [...flags] }),
    }
    return { kind: 'signature.applied', actor: { id: user, name, via: 'signature' }, body }
  }
  // What is no statement at all may be anything: only what it was is kept, not what it said.
  const isRead = judged.statement !== undefined
  const also = judged.verdict === 'held' ? (judged.also ?? []) : []
  const body = {
    code: judged.code,
    ...(also.length === 0 ? {} : { also: [...also] }),
    statement: sha256Hex(note),
    ...(isRead ? { note } : {}),
    ...(judged.verdict === 'held' && judged.notBefore !== undefined
      ? { notBefore: judged.notBefore, roles: [...roles] }
      : {}),
  }
  return { kind: judged.verdict === 'held' ? 'signature.held' : 'signature.refused', actor: relay, body }
}
