import { shown } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import type { Account, AccountRules, Person, RefusalCode } from './types.ts'

/** What an account stands for by the site's list: a person, or the reason why it is none. */
export type Standing =
  | { readonly person: Person; readonly note?: string }
  | { readonly code: RefusalCode; readonly person?: Person }

/** The account of a system that somebody is enrolled with all the same: said in the evidence. */
export const SYSTEM_ACCOUNT_ENROLLED = 'a system account that is enrolled as this person'

/** Whom an account stands for. `at` is when the writing began, milliseconds. Shared is shared, whoever is enrolled. */
export function judge(account: Account | undefined, rules: AccountRules, at: number): Standing {
  if (account === undefined) return { code: 'unknown-owner' }
  if (rules.shared.some((name) => isNamed(name, account))) return { code: 'shared-account' }
  const person = rules.persons.find(({ id }) => isNamed(id, account))
  if (account.service !== undefined && (person === undefined || account.byNumber !== true))
    return { code: 'service-account' }
  if (person === undefined) return { code: 'account-not-enrolled' }
  const code = unfit(person, at)
  if (code !== undefined) return { code, person }
  return account.service === undefined ? { person } : { person, note: SYSTEM_ACCOUNT_ENROLLED }
}

/** Whom the site's list has under an id: a badge is somebody's by that. */
export function judgePerson(id: string, rules: AccountRules, at: number): Standing {
  const person = rules.persons.find((one) => one.id === id)
  if (person === undefined) return { code: 'account-not-enrolled' }
  if (rules.shared.some((name) => sameAccount(name, person.id))) return { code: 'shared-account' }
  const code = unfit(person, at)
  return code === undefined ? { person } : { code, person }
}

/** A `since` that is no time counts as never. */
function unfit({ disabled, since }: Person, at: number): RefusalCode | undefined {
  if (disabled === true) return 'person-disabled'
  return since === undefined || Date.parse(since) <= at ? undefined : 'before-enrolment'
}

function isNamed(name: string, account: Account): boolean {
  if (sameAccount(name, account.name)) return true
  return account.localName !== undefined && name.toLowerCase() === account.localName.toLowerCase()
}

/** Windows does not tell accounts apart by case; elsewhere they are what they are. */
export function sameAccount(a: string, b: string): boolean {
  return a === b || (a.includes('\\') && b.includes('\\') && a.toLowerCase() === b.toLowerCase())
}

/** Accounts of Windows that are nobody's under any language; enrolling one is a mistake that can be seen at once. */
const NOBODYS = /^(?:NT AUTHORITY|NT SERVICE|BUILTIN|Window Manager|Font Driver Host)\\|^.*\$$/i

/** Throws `UnusableInput` with the first thing in a site's lists that contradicts itself. */
export function requireSoundRules({ persons, shared, order }: AccountRules): void {
  for (const [i, { id, name, since, disabled }] of persons.entries()) {
    if (id === '' || name === '' || !id.isWellFormed() || !name.isWellFormed())
      throw new UnusableInput(`the person ${shown(id)} has no account or name that a record can hold`)
    if (persons.slice(0, i).some((other) => sameAccount(other.id, id)))
      throw new UnusableInput(`the account ${shown(id)} is enrolled twice`, { detail: 'person-there' })
    if (disabled !== true && shared.some((name) => sameAccount(name, id)))
      throw new UnusableInput(
        `the account ${shown(id)} is listed as shared: it cannot stand for a person too`,
        { detail: 'person-shared' },
      )
    if (NOBODYS.test(id))
      throw new UnusableInput(
        `the account ${shown(id)} is a service's or a machine's: it cannot stand for a person`,
        { detail: 'person-service' },
      )
    if (since !== undefined && Number.isNaN(Date.parse(since)))
      throw new UnusableInput(`the person ${shown(id)} is enrolled since ${shown(since)}, which is no time`)
  }
  if (order.length === 0 || new Set(order).size < order.length)
    throw new UnusableInput(
      'the order names each way to tell who wrote a file at most once, and at least one',
    )
}
