import { isSameFullName, isSameUserId } from '@compliance-relay/shared/relay'
import { shown } from '@compliance-relay/shared/trail'

/*
 * A person of the machine and an account of the relay are taken for one by their user id or by their full name, so that
 * nobody approves what they made. Where only one of the two is the same, somebody may have meant otherwise.
 */

/** A person of the machine. */
interface Enrolled {
  readonly id: string
  readonly name: string
  readonly disabled?: boolean | undefined
}

/** An account of the relay. */
interface User {
  readonly id: string
  readonly name: string
  readonly state: string
}

/** What is to be thought over when a person is enrolled or renamed, a sentence for each account. Pure. */
export function accountsLinked(person: Enrolled, accounts: readonly User[]): readonly string[] {
  return accounts.flatMap((user) => linkWarning(person, user) ?? [])
}

/** What is to be thought over when an account is added or changed, a sentence for each person. Pure. */
export function personsLinked(user: User, persons: readonly Enrolled[]): readonly string[] {
  return persons.flatMap((person) => linkWarning(person, user) ?? [])
}

function linkWarning(person: Enrolled, user: User): string | undefined {
  if (user.state === 'retired' || person.disabled === true) return undefined
  const isSameId = isSameUserId(person.id, user.id)
  if (isSameId === isSameFullName(person.name, user.name)) return undefined
  const one = `the person ${shown(person.id)} of the machine`
  const other = `the account ${shown(user.id)} of the relay`
  return isSameId
    ? `${one} is ${shown(person.name)}, and ${other} is ${shown(user.name)}: they are taken for one and the same, who should have one full name`
    : `${one} and ${other} are both ${shown(user.name)}: they are taken for one and the same, who approves nothing they made; two people need different full names`
}
