/** What LookupAccountSidW calls a SID: SID_NAME_USE of winnt.h. Only users can be persons. */
export const SID_USER = 1
const uses = [
  '',
  'a user',
  'a group',
  'a domain',
  'a local group',
  'a built-in group',
  'a deleted account',
  '',
  '',
]
const SID_DELETED = 6
const SID_INVALID = 7
const SID_UNKNOWN = 8

/** Accounts of Windows itself, the same on every machine and in every language ("well-known SIDs"). */
const services: readonly (readonly [RegExp, string])[] = [
  [/^S-1-5-18$/, 'LocalSystem'],
  [/^S-1-5-19$/, 'LocalService'],
  [/^S-1-5-20$/, 'NetworkService'],
  [/^S-1-5-32-544$/, 'the group Administrators: some elevated administrator, Windows does not say which'],
  [/^S-1-5-32-/, 'a built-in group'],
  [/^S-1-5-80-956008885-/, 'TrustedInstaller'],
  [/^S-1-5-80-/, 'a service (NT SERVICE)'],
  [/^S-1-5-82-/, 'an application pool of IIS'],
  [/^S-1-5-83-/, 'a virtual machine'],
  [/^S-1-5-90-/, 'a window manager'],
  [/^S-1-5-96-/, 'a font driver host'],
  // Of 80 to 111 every one is made up by Windows for something that is no user (SECURITY_MIN_BASE_RID, _MAX_).
  [/^S-1-5-(?:[89]\d|10\d|11[01])-/, 'a virtual account'],
  [/^S-1-5-21-\d+-\d+-\d+-501$/, 'the guest account'],
  [/^S-1-5-21-\d+-\d+-\d+-(?:502|503|504)$/, 'an account of Windows itself'],
]
const ADMINISTRATOR = /^S-1-5-21-\d+-\d+-\d+-500$/

export interface SidVerdict {
  readonly service: string
  /** True if it is only its number that says so, as with uid 0 elsewhere. */
  readonly byNumber?: boolean
}

/** Why a SID is no person's: 'gone' if it is nobody's any more, undefined if it can be a person's. */
export function judgeSid(sid: string, name: string, use: number): SidVerdict | 'gone' | undefined {
  const known = services.find(([form]) => form.test(sid))
  if (known !== undefined) return { service: known[1] }
  if (use === SID_DELETED || use === SID_INVALID || use === SID_UNKNOWN) return 'gone'
  // Machines, and group-managed service accounts, which log on like users.
  if (name.endsWith('$')) return { service: 'the account of a machine or a managed service' }
  if (use !== SID_USER) return { service: uses[use] || 'no user' }
  if (ADMINISTRATOR.test(sid)) return { service: 'the built-in administrator', byNumber: true }
  return undefined
}
