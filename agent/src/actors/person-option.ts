import { shown } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import type { Person } from './types.ts'

const ID_LENGTH_MAX = 100
const NAME_LENGTH_MAX = 200

/** Words that stand for a role or for nobody. A full name made of them alone names no person. */
const noNames = new Set(
  'admin administrator analyst chemist guest instrument lab laboratory nmr nobody operator qa qc relay root service shared student system tech technician test tester unknown user'.split(
    ' ',
  ),
)

/** What is named before the full name: the account of the operating system, or the user id of a relay's account. */
export type NamedBy = 'OSUSER' | 'ID'

/**
 * A person from `OSUSER="Full Name"`, or `ID="Full Name"`, as the shell passes it on. Throws `UnusableInput`. A role instead of a name is
 * refused, for it would stand in records that nobody can mend; the account's own name is taken, so that the relay
 * can be tried out, and `personWarning` says what is wrong with it.
 */
export function parsePersonOption(text: string, by: NamedBy = 'OSUSER'): Person {
  const at = text.indexOf('=')
  const id = text.slice(0, Math.max(at, 0)).trim()
  const name = text.slice(at + 1).trim()
  if (at < 1 || id === '' || name === '')
    throw new UnusableInput(`a person is given as ${by}="Full Name", not ${shown(text)}`)
  requireFullName({ id, name })
  return { id, name }
}

/** An account and a full name that can stand in records, however they were given. Throws `UnusableInput`. */
export function requireFullName({ id, name }: Pick<Person, 'id' | 'name'>): void {
  const refused = (says: string) => new UnusableInput(says, { detail: 'person-form' })
  if (id.trim() !== id || name.trim() !== name || id === '' || name === '')
    throw refused('a person has an account and a full name, without blanks around them')
  if (!(id + name).isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(id + name))
    throw refused('a person has no control characters in account or name')
  if (id.length > ID_LENGTH_MAX || name.length > NAME_LENGTH_MAX)
    throw refused(`an account has at most ${ID_LENGTH_MAX} characters, a full name ${NAME_LENGTH_MAX}`)
  if (!/\p{L}/u.test(name)) throw refused(`${shown(name)} is not somebody's full name: it has no letter`)
  if (isRole(name) && name.toLowerCase() !== id.toLowerCase())
    throw refused(`${shown(name)} is not somebody's full name: records name the person who acted`)
}

/** What a site should think twice about, as one plain sentence; undefined if there is nothing. */
export function personWarning({ id, name }: Person): string | undefined {
  const account = id.replace(/^.*\\/, '').toLowerCase()
  if (name.toLowerCase() === id.toLowerCase() || name.toLowerCase() === account)
    return `${shown(name)} is only the account's name: records should have the person's full name`
  if (isRole(account))
    return `the account ${shown(id)} sounds like one that several people use: list it as shared if they do`
  return undefined
}

function isRole(text: string): boolean {
  const words = text
    .toLowerCase()
    .split(/[\s\d._-]+/)
    .filter((word) => word !== '')
  return words.length > 0 && words.every((word) => noNames.has(word))
}
