import {
  type AccountView,
  deviationsOf,
  type HeldView,
  type RecoveryFilesView,
  type SigningKeyView,
  type SiteRules,
} from '../../api/index.ts'
import type { Account } from '../accounts/account.ts'
import type { People } from '../people.ts'
import type { RecoveryFilesOnRecord } from '../recovery/recovery-files.ts'
import type { HeldStatement, SigningKey, StatementCounts } from '../signing/signing-book.ts'

/* What a relay knows, as it goes over the wire: each field by name, so that none leaves it that is not named here. */

export function heldViewOf(
  { hash, statement, code, also, record, time, notBefore }: HeldStatement,
  paths: readonly (string | null)[],
): HeldView {
  const { user, name, device, meaning, reason, at, records } = statement
  return {
    statement: hash,
    record,
    time,
    code,
    also: [...also],
    user,
    name,
    device: device ?? null,
    meaning,
    reason,
    at,
    notBefore,
    records: records.map(({ seq }) => seq),
    paths: [...paths],
  }
}

export function rulesViewOf(rules: SiteRules) {
  return { rules, deviations: [...deviationsOf(rules)] }
}

export function reviewOf(people: People) {
  const { digest, last, due } = people.review()
  return { digest, last: last ?? null, due }
}

export function keyViewOf(
  { verifier, user, device, since, revoked, lease }: SigningKey,
  counts: StatementCounts,
): SigningKeyView {
  return {
    key: verifier.vkey,
    user,
    device,
    since,
    revoked: revoked ?? null,
    leaseUntil: lease?.notAfter ?? null,
    ...counts,
  }
}

export function recoveryFilesViewOf({ counts, waiting }: RecoveryFilesOnRecord): RecoveryFilesView {
  return {
    counts: counts ?? null,
    waiting: waiting.map(({ sha256, how, from }) => ({
      digest: sha256,
      how,
      countsFrom: new Date(from).toISOString(),
    })),
  }
}

/** No digest of a password or a code leaves the relay. */
export function viewOf(account: Account | undefined, people: People): AccountView {
  if (account === undefined) throw new Error('an account that was there a moment ago is not')
  const { id, name, roles: held, state, locked, code, resetProposed, credential, external, signer } = account
  return {
    id,
    name,
    roles: [...held],
    state,
    locked: locked ?? null,
    codeExpires: code?.expires ?? null,
    passwordSince: credential?.since ?? null,
    passwordEnds: people.passwordEnds(account) ?? null,
    waitsUntil: people.waitsUntil(account) ?? null,
    resetProposedBy: resetProposed?.by ?? null,
    external: external ?? null,
    signer:
      signer.state === 'proposed'
        ? { state: 'proposed', by: signer.proposal.by, identityCheck: signer.identityCheck }
        : signer,
  }
}
