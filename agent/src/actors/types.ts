import type { Actor, Body } from '@compliance-relay/shared/trail'

/** Somebody who can be an actor. */
export interface Person {
  /** The account of the operating system, as the site writes it. */
  readonly id: string
  readonly name: string
  readonly disabled?: boolean | undefined
  /** Enrolled since then; what was written before is not theirs. Timestamp. */
  readonly since?: string | undefined
}

export const ways = ['file-owner', 'badge', 'os-session'] as const
export type Way = (typeof ways)[number]

export interface AccountRules {
  readonly persons: readonly Person[]
  /** Accounts that several people use: they stand for nobody. */
  readonly shared: readonly string[]
  /** Which evidence is asked first. */
  readonly order: readonly Way[]
}

/** Who owns a file, as the operating system says it: `uid:1000`, `sid:S-1-5-21-…`. */
export interface Owner {
  readonly id: string
}

/** An account of the machine. */
export interface Account {
  readonly id: Owner['id']
  /** `jdoe`, or `LAB\jdoe` on Windows. */
  readonly name: string
  /** The name without the machine's, on Windows and only for an account of this very machine. */
  readonly localName?: string | undefined
  readonly fullName?: string | undefined
  /** Why it cannot be a person's, by the rules of its operating system. */
  readonly service?: string | undefined
  /** True if that reason is only its number: an enrolment by name overrides it. */
  readonly byNumber?: boolean | undefined
}

/** The account a program runs under. */
export interface CurrentAccount extends Account {
  /** Who had logged in before sudo or su, where the system's audit remembers it and it is another account. */
  readonly login?: Account
}

/** What is known of the writing of one version. Times are the relay's clock, milliseconds. */
export interface WriteEvidence {
  /** Owners of the files that are new or changed in it; empty if the files are gone. */
  readonly owners: readonly Owner[]
  readonly from: number
  readonly to: number
  /** Whom the instrument's own data name: bears witness, proves nothing. */
  readonly vendorUser?: string
  readonly clockStepped?: boolean
  /** It was written while the relay was not looking: `from` is when it was found, and who was signed in tells nothing. */
  readonly unwatched?: boolean
}

/** Somebody logged in to the machine, or a part of that with one state. */
export interface Session {
  readonly id: string
  readonly account: string
  /** The account's owner id, where the system tells it. */
  readonly accountId?: string
  /** Milliseconds since the epoch; 0 if the system does not tell. Without `to` it goes on. */
  readonly from: number
  readonly to?: number
  /** When it was logged in to, if `from` is later: a session is kept in parts of one state each. */
  readonly logon?: number
  readonly kind: 'console' | 'remote' | 'other'
  /** A disconnected or locked session goes on running programs. */
  readonly state: 'active' | 'disconnected' | 'locked' | 'closing'
}

/** Somebody signed in at the workstation with a badge. */
export interface BadgeInterval {
  readonly person: string
  readonly from: number
  readonly to?: number
  readonly ref: string
}

/** Why no person answers for a capture. */
export const refusals = {
  'no-evidence': 'nothing tells who wrote it: no owner that counts, nobody signed in, no session',
  'account-not-enrolled': 'the account that wrote it is not enrolled as a person here',
  'shared-account':
    'the account that wrote it is used by several people, and nobody was signed in with a badge',
  'service-account':
    'the account that wrote it belongs to the system or a service, and nobody was signed in with a badge',
  'unknown-owner': 'its owner is unknown to this machine',
  'several-persons': 'more than one person could have written it',
  'person-disabled': 'the person who wrote it is disabled here',
  'before-enrolment': 'it was written before the person was enrolled',
  'session-changed': 'the person signed in at the workstation changed or left while it was written',
  'clock-stepped': 'the clock was set while it was written, so nothing that rests on times holds',
  'not-watched': 'it was written while the relay was not looking, so who was signed in then is not known',
} as const
export type RefusalCode = keyof typeof refusals

export type Resolution =
  | { readonly actor: Actor; readonly evidence: Body }
  | { readonly refused: RefusalCode; readonly sentence: string; readonly evidence: Body }

/** What the relay asks the operating system. */
export interface Accounts {
  /**
   * The owner of a file: by its uid, where the system has such; by its path on Windows. Never throws: an owner that
   * cannot be read is one that no account has.
   */
  ownerOf(path: string, stat: number | { readonly uid: number | bigint }): Owner
  /** The account of an owner, undefined if the machine knows none. Remembered for up to a minute. */
  accountOf(owner: Owner): Account | undefined
  /** The account the relay itself, or the command, runs under. */
  currentAccount(): CurrentAccount
  /** Who is logged in now. Rejects if that cannot be found out. */
  sessions(): Promise<readonly Session[]>
}
