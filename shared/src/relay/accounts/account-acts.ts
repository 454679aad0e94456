import {
  type Action,
  isIssuer,
  isSubject,
  Problem,
  type ProblemDetail,
  type Role,
  requireAllowed,
  requireTogether,
  signingRoles,
} from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { isPlainLine } from '../plain-line.ts'
import { REASON_CHARACTERS, reasonOf } from '../reason.ts'
import { type Account, type ExternalSubject, isUsable, type OneTimeCode } from './account.ts'
import type { AccountBook } from './account-book.ts'
import { userIdOf } from './user-id.ts'

/**
 * What may be done to accounts. Each act is pure: from the accounts as they are and who asks, what is to be recorded,
 * or a `Problem`. Whoever carries it out does so where nothing else can be recorded in between.
 */
export interface Act {
  readonly kind: string
  readonly body: Body
}

const NAME_LENGTH_MAX = 100

/** A full name as it can be printed. Throws `Problem`. */
export function fullNameOf(text: string): string {
  const name = text.normalize('NFC').trim().replace(/\s+/gu, ' ')
  const fits = name.length >= 2 && name.length <= NAME_LENGTH_MAX && /\p{L}/u.test(name)
  if (!fits || !isPlainLine(name)) throw new Problem('name-form')
  return name
}

export interface NewAccount {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly reason: string
}

/** The first account, by whoever sets the relay up: an administrator, and only where there is none. */
export function addFirst(
  book: AccountBook,
  { id, name }: Pick<NewAccount, 'id' | 'name'>,
  code: OneTimeCode,
): Act {
  const known = book.get(userIdOf(id))
  // Its code was not used in time, or is lost: nobody has come in yet, so whoever sets the relay up gives another.
  if (known !== undefined && isFirst(book, known))
    return { kind: 'account.reset', body: { ...plain('', known, FIRST_REASON).body, ...codeFields(code) } }
  if (book.all().length > 0) throw new Problem('forbidden', { detail: 'accounts-there' })
  return added(book, { id, name, roles: ['administrator'], reason: FIRST_REASON }, code)
}

const FIRST_REASON = 'set-up of the relay'

/** The only account there is, and nobody ever set its password. */
function isFirst(book: AccountBook, { passwords, state }: Account): boolean {
  return book.all().length === 1 && passwords === 0 && state === 'invited'
}

export function add(book: AccountBook, by: Account, account: NewAccount, code: OneTimeCode): Act {
  requireActor(by, 'account.add')
  return added(book, account, code)
}

function added(book: AccountBook, { id: typed, name, roles, reason }: NewAccount, code: OneTimeCode): Act {
  const id = userIdOf(typed)
  requireTogether(roles)
  // An id is never used again, not even by who had it: a signature of long ago stays one person's.
  if (book.get(id) !== undefined) throw new Problem('account-exists')
  return {
    kind: 'account.added',
    body: {
      account: id,
      name: fullNameOf(name),
      roles: [...roles],
      reason: reasonOf(reason),
      ...codeFields(code),
    },
  }
}

export interface AccountChange {
  readonly name?: string
  readonly roles?: readonly Role[]
  readonly reason: string
}

export function change(
  book: AccountBook,
  by: Account,
  id: string,
  { name, roles, reason }: AccountChange,
): Act {
  requireActor(by, 'account.change')
  const account = known(book, id)
  requireNotRetired(account)
  if (name === undefined && roles === undefined) throw new Problem('bad-request')
  if (roles !== undefined) {
    requireTogether(roles)
    if (!roles.includes('administrator')) requireAnother(book, account)
  }
  const newName = name === undefined ? account.name : fullNameOf(name)
  const isNamed = newName !== account.name
  const isOther = roles !== undefined && !areSame(roles, account.roles)
  // Only what is other than it was: that of the roles ends the right to sign.
  if (!isNamed && !isOther) throw new Problem('nothing-changed')
  const after = { ...(isNamed ? { name: newName } : {}), ...(isOther ? { roles: [...roles] } : {}) }
  const before = {
    ...(isNamed ? { name: account.name } : {}),
    ...(isOther ? { roles: [...account.roles] } : {}),
  }
  return { kind: 'account.changed', body: { account: account.id, before, after, reason: reasonOf(reason) } }
}

function areSame(some: readonly Role[], others: readonly Role[]): boolean {
  return new Set(some).size === new Set(others).size && some.every((role) => others.includes(role))
}

export function disable(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.disable')
  const account = known(book, id)
  requireNotRetired(account)
  if (account.state === 'disabled') throw stateProblem('is-disabled-already')
  requireAnother(book, account)
  // By a slip in the name whoever does it would be out with it.
  if (account.id === by.id) throw stateProblem('is-own')
  return plain('account.disabled', account, reason)
}

export function enable(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.enable')
  const account = known(book, id)
  if (account.state !== 'disabled') throw stateProblem(`is-${account.state}`)
  return plain('account.enabled', account, reason)
}

export function retire(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.retire')
  const account = known(book, id)
  requireNotRetired(account)
  requireAnother(book, account)
  if (account.id === by.id) throw stateProblem('is-own')
  return plain('account.retired', account, reason)
}

/** Whoever is signed in with it has to sign in again: a screen that was left, a token that may have been seen. */
export function endSessions(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.end-sessions')
  return plain('account.sessions-ended', known(book, id), reason)
}

export function unlock(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.unlock')
  const account = known(book, id)
  if (account.locked === undefined) throw stateProblem('not-locked')
  return plain('account.unlocked', account, reason)
}

/**
 * A forgotten password. Of an account that signs, one administrator proposes it and another allows it, so that nobody
 * alone can come to sign as somebody else (21 CFR 11.200(a)(3)).
 */
export function reset(book: AccountBook, by: Account, id: string, reason: string, code: OneTimeCode): Act {
  requireActor(by, 'account.reset')
  const account = known(book, id)
  requireNotRetired(account)
  if (account.state === 'disabled') throw stateProblem('is-disabled')
  if (account.id === by.id) throw stateProblem('is-own')
  if (account.signer.state === 'none') return coded(account, reason, code)
  const proposed = account.resetProposed
  if (proposed === undefined) return plain('account.reset-proposed', account, reason)
  if (proposed.by === by.id) throw new Problem('second-person-needed')
  const act = coded(account, reason, code)
  return { ...act, body: { ...act.body, proposal: proposed.seq } }
}

function coded(account: Account, reason: string, code: OneTimeCode): Act {
  return { kind: 'account.reset', body: { ...plain('', account, reason).body, ...codeFields(code) } }
}

/**
 * Whom of an identity provider an account is. The provider makes no account: what it knows of a person is believed for
 * this one name, because an administrator says so. `provider`: the one that the rules of the site name, if they name one.
 */
export function link(
  book: AccountBook,
  by: Account,
  id: string,
  { issuer, subject, reason }: ExternalSubject & { readonly reason: string },
  provider?: string,
): Act {
  requireActor(by, 'account.link')
  const account = known(book, id)
  requireNotRetired(account)
  if (account.external !== undefined) throw stateProblem('linked-already')
  if (!isIssuer(issuer)) throw new Problem('link-form', { pointer: '/issuer' })
  if (!isSubject(subject)) throw new Problem('link-form', { pointer: '/subject' })
  if (provider !== undefined && issuer !== provider)
    throw new Problem('link-other-issuer', { pointer: '/issuer' })
  // That of an account which is retired is taken until it is said that it is not theirs any more.
  if (book.linkedTo({ issuer, subject }) !== undefined) throw new Problem('link-taken')
  const act = plain('account.linked', account, reason)
  return { ...act, body: { ...act.body, issuer, subject } }
}

export function unlink(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'account.unlink')
  const account = known(book, id)
  if (account.external === undefined) throw stateProblem('not-linked')
  const { issuer, subject } = account.external
  const act = plain('account.unlinked', account, reason)
  return { ...act, body: { ...act.body, issuer, subject } }
}

export interface SignerProposal {
  /** How it was made sure who this is, in words. */
  readonly identityCheck: string
  readonly reason: string
}

/** The right to sign, first half: how the person's identity was checked (21 CFR 11.100(b)). */
export function proposeSigner(
  book: AccountBook,
  by: Account,
  id: string,
  { identityCheck, reason }: SignerProposal,
): Act {
  requireActor(by, 'signer.propose')
  const account = known(book, id)
  requireNotRetired(account)
  if (account.signer.state === 'granted') throw stateProblem('signs-already')
  if (!account.roles.some((role) => signingRoles.includes(role)))
    throw new Problem('roles-conflict', { detail: 'role-signs' })
  const check = identityCheck.trim()
  const { least, most } = REASON_CHARACTERS
  if (check.length < least || check.length > most || !isPlainLine(check))
    throw new Problem('identity-check-missing')
  const act = plain('signer.proposed', account, reason)
  return { ...act, body: { ...act.body, identityCheck: check } }
}

/** The second half, by another administrator. */
export function grantSigner(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'signer.grant')
  const account = known(book, id)
  if (account.signer.state !== 'proposed') throw stateProblem('signing-not-proposed')
  if (account.signer.proposal.by === by.id) throw new Problem('second-person-needed')
  const act = plain('signer.granted', account, reason)
  return { ...act, body: { ...act.body, proposal: account.signer.proposal.seq } }
}

export function withdrawSigner(book: AccountBook, by: Account, id: string, reason: string): Act {
  requireActor(by, 'signer.withdraw')
  const account = known(book, id)
  if (account.signer.state === 'none') throw stateProblem('signs-not')
  return plain('signer.withdrawn', account, reason)
}

/** Whoever asks may sign in and may do it. */
function requireActor(by: Account, action: Action): void {
  if (!isUsable(by)) throw new Problem('unauthenticated')
  requireAllowed(by.roles, action)
}

function known(book: AccountBook, id: string): Account {
  const account = book.get(id)
  if (account === undefined) throw new Problem('account-unknown')
  return account
}

function requireNotRetired({ state }: Account): void {
  if (state === 'retired') throw stateProblem('is-retired')
}

function stateProblem(detail: ProblemDetail): Problem {
  return new Problem('account-state', { detail })
}

/** Somebody who can sign in stays administrator: the way back in needs the recovery file and two people. */
function requireAnother(book: AccountBook, account: Account): void {
  if (!account.roles.includes('administrator')) return
  const others = book.all().filter((one) => one.id !== account.id && one.roles.includes('administrator'))
  if (!others.some(isUsable)) throw new Problem('last-administrator')
}

function plain(kind: string, { id }: Account, reason: string): Act {
  return { kind, body: { account: id, reason: reasonOf(reason) } }
}

function codeFields({ digest, expires }: OneTimeCode): Body {
  return { code: digest, codeExpires: expires }
}
