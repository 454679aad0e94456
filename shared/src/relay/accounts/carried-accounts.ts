import type { Body } from '../../trail/index.ts'
import type { Account } from './account.ts'

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
): { readonly kind: string; readonly body: Body }[] {
  return accounts.map(
    ({ id, name, roles, state, endedAt, locked, credential, formerCredential, passwords, external }) => ({
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
      },
    }),
  )
}
