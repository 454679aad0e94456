/** A control, how it is switched off in the source, and the test that must notice. */
export interface Control {
  /** Row of SECURITY.md's threat table or of REQUIREMENTS.md. */
  readonly of: string
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** A second barrier behind the first, switched off with it: each holds without the other. */
  readonly also?: { readonly from: string; readonly to: string }
  readonly test: string
}

const relay = 'shared/src/relay'

export const controls: readonly Control[] = [
  {
    of: 'T10',
    what: 'a statement given again is no second signature',
    file: `${relay}/signing/judge-statement.ts`,
    from: 'if (answered !== undefined) return',
    to: 'if (answered === null) return',
    test: `${relay}/signing/signing.test.ts`,
  },
  {
    of: 'T11',
    what: 'too many wrong passwords make wait',
    file: `${relay}/sign-in.ts`,
    from: 'if (answer.may) return',
    to: 'if (answer !== undefined) return',
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'T12',
    what: 'wrong passwords from one device hinder nobody elsewhere',
    file: `${relay}/sign-in.ts`,
    from: 'guard.ask(name, device, options.wall())',
    to: "guard.ask(name, 'everywhere', options.wall())",
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'T13',
    what: 'the password is asked for again',
    file: `${relay}/http/serve-route.ts`,
    from: 'routeOf(name).asksPassword)',
    to: 'routeOf(name).path === "")',
    test: `${relay}/http/relay-api.test.ts`,
  },
  {
    of: 'T14',
    what: 'a reset of somebody who signs takes two administrators',
    file: `${relay}/accounts/account-acts.ts`,
    from: "if (proposed.by === by.id) throw new Problem('second-person-needed')",
    to: '',
    test: `${relay}/accounts/account-acts.test.ts`,
  },
  {
    of: 'T14',
    what: 'the right to sign takes two administrators',
    file: `${relay}/accounts/account-acts.ts`,
    from: "if (account.signer.proposal.by === by.id) throw new Problem('second-person-needed')",
    to: '',
    test: `${relay}/accounts/account-acts.test.ts`,
  },
  {
    of: 'T15',
    what: 'only the signer’s own key makes a signature',
    file: `${relay}/signing/judge-statement.ts`,
    from: "if (checkNote(note, key.verifier) !== 'good')",
    to: "if (checkNote(note, key.verifier) === 'absent')",
    test: `${relay}/signing/signing.test.ts`,
  },
  {
    of: 'T15',
    what: 'a hash put into the database is nobody’s password',
    file: `${relay}/sign-in.ts`,
    from: 'if (phc !== undefined && credentialDigest(phc) === account.credential.digest) return phc',
    to: 'if (phc !== undefined) return phc',
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'T16',
    what: 'a record that was changed does not verify',
    file: 'shared/src/trail/trail-verifier.ts',
    from: 'if (!equalBytes(this.#macDigits, checksumOf(line)))',
    to: 'if (this.#macDigits.length === 0)',
    test: 'test/property/verify.test.ts',
  },
  {
    of: 'T18',
    what: 'another site’s page asks nothing',
    file: `${relay}/http/guard.ts`,
    from: "refuses: (seen) => (isFromOwnSite(seen) ? undefined : 'origin-refused')",
    to: 'refuses: (seen) => (isFromOwnSite(seen) ? undefined : undefined)',
    test: `${relay}/http/guard.test.ts`,
  },
  {
    of: 'T18',
    what: 'what changes something has a header no form can send',
    file: `${relay}/http/guard.ts`,
    from: "refuses: (seen) => (hasOwnHeader(seen) ? undefined : 'origin-refused')",
    to: 'refuses: (seen) => (hasOwnHeader(seen) ? undefined : undefined)',
    test: `${relay}/http/guard.test.ts`,
  },
  {
    of: 'T19',
    what: 'a name that was made to lead here is not answered',
    file: `${relay}/http/guard.ts`,
    from: "refuses: (seen) => (hosts.has(hostOf(seen)) ? undefined : 'host-refused')",
    to: 'refuses: (seen) => (hosts.has(hostOf(seen)) ? undefined : undefined)',
    test: `${relay}/http/guard.test.ts`,
  },
  {
    of: 'T20',
    what: 'what may be done is asked at each request',
    file: `${relay}/people.ts`,
    from: 'requireAllowed(caller.account.roles, action)',
    to: '',
    test: `${relay}/http/access-matrix.test.ts`,
  },
  {
    of: 'T20',
    what: 'a session that is over opens nothing',
    file: `${relay}/sessions/sessions.ts`,
    from: 'if (kept === undefined || this.#overSince(kept) !== undefined) return undefined',
    to: 'if (kept === undefined) return undefined',
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'T22',
    what: 'a page of the relay runs no script but its own',
    file: `${relay}/http/security-headers.ts`,
    from: "script-src 'self'",
    to: 'script-src *',
    test: `${relay}/http/relay-api.test.ts`,
  },
  {
    of: 'T25',
    what: 'what somebody signs after they were dismissed is no signature',
    file: `${relay}/signing/judge-statement.ts`,
    from: "if (state === 'disabled' || state === 'retired')",
    to: "if (state === 'invited')",
    test: `${relay}/signing/signing.test.ts`,
  },
  {
    of: 'P11-10g-2',
    what: 'nobody approves their own',
    file: `${relay}/signing/judge-statement.ts`,
    from: "return fourEyes && meaning === 'approved' && isOwn",
    to: "return fourEyes && meaning === 'approved' && isOwn === null",
    test: `${relay}/signing/signing.test.ts`,
  },
  {
    of: 'P11-10g-2',
    what: 'an administrator is nothing else',
    file: 'shared/src/api/policy.ts',
    from: 'if (held.length === 0 || new Set(held).size < held.length || !isAlone)',
    to: 'if (held.length === 0 || new Set(held).size < held.length)',
    test: `${relay}/accounts/account-acts.test.ts`,
  },
  {
    of: 'P11-100a-1',
    what: 'a user id is never used again',
    file: `${relay}/accounts/account-acts.ts`,
    from: "if (book.get(id) !== undefined) throw new Problem('account-exists')",
    to: '',
    test: `${relay}/accounts/account-acts.test.ts`,
  },
  {
    of: 'P11-10g-3',
    what: 'the sessions of a disabled account end',
    file: `${relay}/people.ts`,
    from: 'if (session === undefined || !isOpen)',
    to: 'if (session === undefined || account === undefined)',
    also: {
      from: "if (account !== undefined && !isUsable(account)) await this.#core.endAllOf(account.id, 'account')",
      to: '',
    },
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'P11-300d-1',
    what: 'ten wrong passwords lock an account',
    file: `${relay}/sign-in.ts`,
    from: '!guard.isToBeLocked(now.id, wall())',
    to: 'guard.isToBeLocked(now.id, wall()) !== null',
    test: `${relay}/people.test.ts`,
  },
  {
    of: 'P11-10e-7',
    what: 'a capture is claimed once',
    file: `${relay}/claims.ts`,
    from: 'if (this.#captures.isClaimed(place))',
    to: 'if (place.seq === -1)',
    test: `${relay}/claims.test.ts`,
  },
  {
    of: '2.7',
    what: 'a device that tells two stories is noticed',
    file: `${relay}/signing/judge-statement.ts`,
    from: "if (book.statementAt(key, count) !== undefined || count <= key.lastCount) return 'clone'",
    to: '',
    test: `${relay}/signing/signing.test.ts`,
  },
  {
    of: '2.2',
    what: 'a key is enrolled only by who has it',
    file: `${relay}/signing/proof-of-possession.ts`,
    from: 'return isSignedBy(note, verifier) ? verifier : undefined',
    to: 'return note === undefined ? undefined : verifier',
    test: `${relay}/signing/signing.test.ts`,
  },
]
