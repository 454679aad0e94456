import { isRole, type Role } from '../../api/index.ts'
import type { Body, TrailRecord } from '../../trail/index.ts'
import {
  type Account,
  type AccountState,
  accountStates,
  type ExternalSubject,
  isEnded,
  type Regained,
} from './account.ts'

/**
 * The accounts of a relay, made from the records of its own trail and of nothing else: there is no table of accounts
 * that could say otherwise, so a row written past the relay is nobody's right. Records are taken in order, each once.
 */
export class AccountBook {
  readonly #accounts = new Map<string, Account>()

  get(id: string): Account | undefined {
    return this.#accounts.get(id)
  }

  /** In the order in which they were added. */
  all(): readonly Account[] {
    return [...this.#accounts.values()]
  }

  /** Whose account somebody's at an identity provider is; at most one has them. */
  linkedTo({ issuer, subject }: ExternalSubject): Account | undefined {
    return this.all().find(({ external }) => external?.issuer === issuer && external.subject === subject)
  }

  /**
   * Takes a record in. Of kinds that say nothing of accounts, nothing. Throws an Error on one that this relay cannot
   * have written: a book that is unsure gives nobody a right.
   */
  take({
    kind,
    body,
    time,
    actor,
    seq,
  }: Pick<TrailRecord, 'kind' | 'body' | 'time' | 'actor' | 'seq'>): void {
    const change = changes[kind]
    if (change === undefined) return
    const id = text(body, 'account')
    const before = this.#accounts.get(id)
    if ((before === undefined) !== (kind === 'account.added' || kind === 'account.carried'))
      throw new Error(
        `record ${seq}: ${kind} of ${id}, which is ${before === undefined ? 'unknown' : 'there'}`,
      )
    const base = before ?? newAccount(id, body)
    const now = { ...base, ...change(base, body, { time, by: actor.id, seq }) }
    this.#accounts.set(id, { ...now, regained: { ...base.regained, ...regainedBy(base, now, seq) } })
  }
}

interface When {
  readonly time: string
  readonly by: string
  readonly seq: number
}

type Change = (account: Account, body: Body, when: When) => Partial<Account>

/** What each kind of record does to the account it names. */
const changes: { readonly [kind: string]: Change } = {
  'account.added': (_, body) => codeOf(body),
  // From the trail before: see `carriedAccounts`.
  'account.carried': (_, body) => ({
    state: stateIn(body),
    endedAt: optional(body, 'endedAt'),
    locked: optional(body, 'locked'),
    credential:
      body['credential'] === undefined
        ? undefined
        : {
            digest: text(body, 'credential'),
            epoch: integer(body, 'epoch'),
            since: text(body, 'passwordSince'),
          },
    formerCredential: optional(body, 'formerCredential'),
    passwords: integer(body, 'passwords'),
    external:
      body['issuer'] === undefined
        ? undefined
        : {
            issuer: text(body, 'issuer'),
            subject: text(body, 'subject'),
            since: text(body, 'linkedSince'),
          },
  }),
  'account.changed': (account, body) => {
    const after = object(body, 'after')
    const now = {
      name: 'name' in after ? text(after, 'name') : account.name,
      roles: 'roles' in after ? rolesIn(after) : account.roles,
    }
    // Other roles are other rights: whoever may sign now is to be said again, by two.
    return { ...now, ...('roles' in after ? { signer: { state: 'none' } } : {}) }
  },
  'account.disabled': (_, __, { time }) => ({
    state: 'disabled',
    endedAt: time,
    code: undefined,
    resetProposed: undefined,
  }),
  // What ends with them is known by `session.ended`: sessions are no part of an account.
  'account.sessions-ended': () => ({}),
  'account.enabled': ({ credential }) => ({
    state: usable(credential !== undefined),
    endedAt: undefined,
  }),
  'account.retired': (_, __, { time }) => ({
    state: 'retired',
    endedAt: time,
    code: undefined,
    resetProposed: undefined,
    signer: { state: 'none' },
  }),
  'account.locked': (_, __, { time }) => ({ locked: time }),
  'account.unlocked': () => ({ locked: undefined }),
  'account.reset-proposed': (_, __, { by, seq }) => ({ resetProposed: { by, seq } }),
  // From here on the old password opens nothing: whoever asked for a reset may have lost it to somebody.
  'account.reset': begunAnew,
  'account.recovered': begunAnew,
  'account.password-set': (account, body, { time }) => ({
    state: 'active',
    code: undefined,
    credential: { digest: text(body, 'credential'), epoch: integer(body, 'epoch'), since: time },
    formerCredential: undefined,
    passwords: integer(body, 'epoch'),
    // A password set by its owner, who knows the one before, ends no right and no lock.
    locked: account.locked,
  }),
  // The same password, hashed at a higher cost.
  'account.password-rehashed': ({ credential }, body) =>
    credential === undefined ? {} : { credential: { ...credential, digest: text(body, 'credential') } },
  'account.linked': (_, body, { time }) => ({
    external: { issuer: text(body, 'issuer'), subject: text(body, 'subject'), since: time },
  }),
  'account.unlinked': () => ({ external: undefined }),
  'signer.proposed': (_, body, { by, seq }) => ({
    signer: { state: 'proposed', proposal: { by, seq }, identityCheck: text(body, 'identityCheck') },
  }),
  'signer.granted': ({ signer, id }, _, { time, seq }) => {
    if (signer.state !== 'proposed') throw new Error(`record ${seq}: a right for ${id} that nobody proposed`)
    return { signer: { state: 'granted', since: time, identityCheck: signer.identityCheck } }
  },
  'signer.withdrawn': () => ({ signer: { state: 'none' } }),
}

/** The kinds of record that say something of an account. */
export const accountKinds = Object.keys(changes)

function newAccount(id: string, body: Body): Account {
  return {
    id,
    name: text(body, 'name'),
    roles: rolesIn(body),
    state: 'invited',
    endedAt: undefined,
    locked: undefined,
    code: undefined,
    resetProposed: undefined,
    credential: undefined,
    formerCredential: undefined,
    external: undefined,
    passwords: 0,
    signer: { state: 'none' },
    regained: {},
  }
}

/** Whatever the record was: what counts is what the account was before it, and is now. */
function regainedBy(before: Account, now: Account, seq: number): Regained {
  return {
    ...(isEnded(before) && !isEnded(now) ? { enabled: seq } : {}),
    ...(before.locked !== undefined && now.locked === undefined ? { unlocked: seq } : {}),
    ...(before.signer.state !== 'granted' && now.signer.state === 'granted' ? { granted: seq } : {}),
  }
}

function begunAnew({ credential, formerCredential }: Account, body: Body): Partial<Account> {
  return {
    ...codeOf(body),
    state: 'invited',
    credential: undefined,
    formerCredential: credential?.digest ?? formerCredential,
    resetProposed: undefined,
    signer: { state: 'none' },
    locked: undefined,
  }
}

function usable(hasPassword: boolean): AccountState {
  return hasPassword ? 'active' : 'invited'
}

function codeOf(body: Body): Pick<Account, 'code'> {
  return { code: { digest: text(body, 'code'), expires: text(body, 'codeExpires') } }
}

function text(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string' || value === '') throw new Error(`a record of an account without ${field}`)
  return value
}

function optional(body: Body, field: string): string | undefined {
  return body[field] === undefined ? undefined : text(body, field)
}

function stateIn(body: Body): AccountState {
  const state = accountStates.find((one) => one === body['state'])
  if (state === undefined) throw new Error('a record of an account without state')
  return state
}

function integer(body: Body, field: string): number {
  const value = body[field]
  if (typeof value !== 'number') throw new Error(`a record of an account without ${field}`)
  return value
}

function object(body: Body, field: string): Body {
  const value = body[field]
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`a record of an account without ${field}`)
  return value as Body
}

function rolesIn(body: Body): readonly Role[] {
  const { roles } = body
  if (!Array.isArray(roles) || !roles.every(isRole)) throw new Error('a record of an account without roles')
  return roles
}
