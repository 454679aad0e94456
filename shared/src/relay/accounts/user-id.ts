import { Problem } from '../../api/index.ts'

/**
 * Names of roles, programs and of nobody in particular. An account is one person's: one that is called so would be
 * shared from its first day (21 CFR 11.100(a)).
 */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'admin administrator administrators analyst anonymous anyone approver auditor backup client daemon default ' +
    'demo device everybody everyone guest host instrument instruments lab laboratory lims local localhost ' +
    'manager me monitor nobody none notary null office operator owner people person postgres public qa ' +
    'qc quality relay reviewer root sa scanner self server service shared signer somebody someone staff ' +
    'superuser support supervisor sysadmin system tablet team temp test tester training undefined unknown ' +
    'unclaimed user username validation vendor visitor workstation www-data'
  ).split(' '),
)

/**
 * The one form of a user id: NFKC and lower case, so that two that look alike on a form are the same account, in the
 * letters every keyboard and every signing key's name can hold (FORMAT.md, section 8). Throws `Problem`.
 */
export function userIdOf(typed: string): string {
  const id = foldedUserId(typed)
  if (id === undefined) throw new Problem('user-id-form')
  if (isReserved(id)) throw new Problem('user-id-reserved')
  return id
}

/** As `userIdOf`, for a name somebody signs in with: undefined if no account can have it. */
export function foldedUserId(typed: string): string | undefined {
  if (typed.length > 64) return undefined
  const id = typed.normalize('NFKC').toLowerCase().trim()
  return /^[a-z][a-z0-9._-]{1,31}$/.test(id) ? id : undefined
}

/** `admin2`, `qa-1`, `lab.user`: a reserved word is not made a person by a number or another reserved word. */
function isReserved(id: string): boolean {
  return id.split(/[._0-9-]+/).every((word) => word === '' || RESERVED.has(word)) || RESERVED.has(id)
}
