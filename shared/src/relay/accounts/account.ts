import type { Role } from '../../api/index.ts'

/**
 * - `invited`: nobody has set a password yet;
 * - `active`: may sign in, unless it is locked;
 * - `disabled`: may not, until an administrator enables it;
 * - `retired`: may not ever again. Its user id stays taken.
 */
export const accountStates = ['invited', 'active', 'disabled', 'retired'] as const
export type AccountState = (typeof accountStates)[number]

/** One person's account, as the records of the trail up to some place have made it. */
export interface Account {
  /** As `userIdOf` gives it. */
  readonly id: string
  /** Full name, as it is printed beside a signature. */
  readonly name: string
  readonly roles: readonly Role[]
  readonly state: AccountState
  /** When it was disabled or retired, ISO 8601; undefined while it is neither. */
  readonly endedAt: string | undefined
  /** Since when too many wrong passwords have locked it, ISO 8601; undefined if they have not. */
  readonly locked: string | undefined
  /** The one-time code by which a password can be set; undefined if there is none. */
  readonly code: OneTimeCode | undefined
  /** A reset that one administrator has asked for and that a second has to allow: for accounts that sign. */
  readonly resetProposed: Proposal | undefined
  readonly credential: Credential | undefined
  /** After a reset: the digest of the password that was in force until then, which is not to come back by the code. */
  readonly formerCredential: string | undefined
  /** Whom of an identity provider it is; undefined if no administrator has said so. */
  readonly external: ExternalLink | undefined
  /** How many passwords it has had: their numbers go on after a reset. */
  readonly passwords: number
  readonly signer: SignerRight
  readonly regained: Regained
}

/**
 * Places of the records by which it last got back what it cannot sign without: enabled, unlocked, with the right granted.
 * What was signed over a head below such a place may be of the time before it.
 */
export interface Regained {
  readonly enabled?: number
  readonly unlocked?: number
  readonly granted?: number
}

/** Whether it was disabled or retired. */
export function isEnded({ state }: Pick<Account, 'state'>): boolean {
  return state === 'disabled' || state === 'retired'
}

/** Somebody as an identity provider knows them: its name and theirs, each compared as it is written. */
export interface ExternalSubject {
  readonly issuer: string
  readonly subject: string
}

export interface ExternalLink extends ExternalSubject {
  /** ISO 8601. */
  readonly since: string
}

export interface OneTimeCode {
  /** SHA-256 of the code's text, hexadecimal. A code has 128 random bits: its digest tells nothing. */
  readonly digest: string
  /** ISO 8601. */
  readonly expires: string
}

/** Which stored password counts: by its digest in the trail, so that a row put into the database is nobody's. */
export interface Credential {
  /** SHA-256 of the PHC string, hexadecimal. Its salt is random: the digest cannot be guessed at. */
  readonly digest: string
  /** The account's n-th password, from 1. */
  readonly epoch: number
  /** When it was set, ISO 8601. */
  readonly since: string
}

export interface Proposal {
  /** User id of the administrator who proposed it. */
  readonly by: string
  /** Place of its record. */
  readonly seq: number
}

/** The right to sign: given by two administrators, after an identity check that is on record. */
export type SignerRight =
  | { readonly state: 'none' }
  | { readonly state: 'proposed'; readonly proposal: Proposal; readonly identityCheck: string }
  | { readonly state: 'granted'; readonly since: string; readonly identityCheck: string }

/** Whether it may sign in at all. */
export function isUsable({ state, locked }: Account): boolean {
  return state === 'active' && locked === undefined
}

/** Whether whom a provider names may sign in as this account: also before anybody has set its password. */
export function isUsableBy({ issuer, subject }: ExternalSubject, account: Account): boolean {
  const { state, locked, external } = account
  const isOpen = (state === 'active' || state === 'invited') && locked === undefined
  return isOpen && external?.issuer === issuer && external.subject === subject
}

/** Whether it may sign records now: signed in, with a role that signs, and with the right given by two. */
export function maySign(account: Account): boolean {
  return isUsable(account) && account.signer.state === 'granted'
}
