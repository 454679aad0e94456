import type { Body } from '../../trail/index.ts'
import { type Account, isEnded } from './account.ts'

/**
 * What a new trail says of the accounts of the one before, a record each: a trail that had to be begun anew, after a
 * copy was put back or a line was altered, is what its accounts are known from, and nothing else is.
 *
 * What needs two persons, and what is on its way, is not carried: who may sign is to be said again by two
 * administrators, for the trail that was left may have lost the record by which that right was withdrawn. One-time
 * codes and proposals are made anew. Nor is it carried when somebody got back a right: no key is carried either, and
 * none signs what is of a time before it was enrolled.
 */
export function carriedAccounts(
  accounts: readonly Account[],
  isInDoubt: (account: Account) => boolean = () => false,
): { readonly kind: string; readonly body: Body }[] {
  return accounts.map((account) =>
    carried(isInDoubt(account) ? withoutRights(account) : account, isInDoubt(account)),
  )
}

/**
 * A record that is lost may be the one that disabled or retired them, or took their password: nobody comes in by what was
 * before it. An administrator gives them a code, or, to the last one, the recovery file does.
 */
function withoutRights(account: Account): Account {
  const { state, credential, formerCredential, passwords } = account
  return {
    ...account,
    state: isEnded({ state }) ? state : 'invited',
    credential: undefined,
    formerCredential: credential?.digest ?? formerCredential,
    passwords: Math.max(passwords, 1),
    external: undefined,
  }
}

/** Of a user id that is spoken of, and whose account is lost: it is nobody else's. */
export function lostAccount(id: string): { readonly kind: string; readonly body: Body } {
  return {
    kind: 'account.carried',
    body: { account: id, name: id, roles: [], state: 'retired', passwords: 1, inDoubt: true },
  }
}

function carried(
  { id, name, roles, state, endedAt, locked, credential, formerCredential, passwords, external }: Account,
  inDoubt: boolean,
): { readonly kind: string; readonly body: Body } {
  return {
    kind: 'account.carried',
    body: {
      account: id,
      name,
      roles: [...roles],
      state,
      passwords,
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(locked === undefined ? {} : { locked }),
      ...(credential === undefined
        ? {}
        : { credential: credential.digest, epoch: credential.epoch, passwordSince: credential.since }),
      ...(formerCredential === undefined ? {} : { formerCredential }),
      ...(external === undefined
        ? {}
        : { issuer: external.issuer, subject: external.subject, linkedSince: external.since }),
      ...(inDoubt ? { inDoubt } : {}),
    },
  }
}
