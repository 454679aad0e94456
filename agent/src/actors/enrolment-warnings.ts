import { shown } from '@compliance-relay/shared/trail'
import { personWarning } from './person-option.ts'
import type { Person } from './types.ts'

/** Whether an account is known here; undefined if that cannot be found out. */
export type Exists = (account: string) => boolean | undefined

/** What a site should think twice about in the persons and shared accounts it names, a sentence each. Pure. */
export function enrolmentWarnings(
  { persons, shared }: { readonly persons: readonly Person[]; readonly shared: readonly string[] },
  exists: Exists,
): readonly string[] {
  return [
    ...persons.flatMap((person) => {
      const warning = personWarning(person)
      return [
        ...(exists(person.id) === false
          ? [`${noAccount(person.id)}: no file is ${shown(person.name)}'s until there is`]
          : []),
        ...(warning === undefined ? [] : [warning]),
      ]
    }),
    ...shared.flatMap((account) => (exists(account) === false ? [noAccount(account)] : [])),
  ]
}

function noAccount(account: string): string {
  return `there is no account ${shown(account)} on this machine; the name is the one that "whoami" prints for it`
}

/** Of a relay that is set up without a person. */
export const NOBODY_ENROLLED =
  'no person is enrolled: every file will be recorded as one that no person answers for (capture.refused) until somebody is, with relay person add OSUSER="Full Name" --data DIR --reason TEXT'
