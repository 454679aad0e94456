import { shown } from '@compliance-relay/shared/trail'
import type { Known } from './account-known.ts'
import { personWarning } from './person-option.ts'
import type { Person } from './types.ts'

/** What a site should think twice about in the persons and shared accounts it names, a sentence each. Pure. */
export function enrolmentWarnings(
  { persons, shared }: { readonly persons: readonly Person[]; readonly shared: readonly string[] },
  known: (account: string) => Known,
): readonly string[] {
  return [
    ...persons.flatMap((person) => {
      const account = accountWarning(person, known(person.id))
      const name = personWarning(person)
      return [...(account === undefined ? [] : [account]), ...(name === undefined ? [] : [name])]
    }),
    ...shared.flatMap((account) => (known(account) === false ? [noAccount(account)] : [])),
  ]
}

function accountWarning({ id, name }: Person, known: Known): string | undefined {
  if (known === false) return `${noAccount(id)}: no file is ${shown(name)}'s until there is`
  // One that is so by its number alone is whose it is said to be.
  if (known?.service === undefined || known.byNumber === true) return undefined
  return `the account ${shown(id)} is no person's: ${known.service}. What it writes stays nobody's (service-account), and none of it is recorded as ${shown(name)}'s`
}

function noAccount(account: string): string {
  return `there is no account ${shown(account)} on this machine; the name is the one that "whoami" prints for it`
}

/** Of a relay that is set up without a person. */
export const NOBODY_ENROLLED =
  'no person is enrolled: every file will be recorded as one that no person answers for (capture.refused) until somebody is, with relay person add OSUSER="Full Name" --data DIR --reason TEXT'
