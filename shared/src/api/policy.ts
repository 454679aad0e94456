import { Problem } from './problem.ts'

/** What a person may be to a relay. An account has one role or several that go together. */
export const roles = ['administrator', 'operator', 'reviewer', 'qa', 'auditor'] as const
export type Role = (typeof roles)[number]

export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text)
}

/**
 * Who may do what: the only place it is said. A route names its action, and the relay asks this table at each request,
 * with the roles as they are then. What is not here, nobody may.
 */
export const policy = {
  'status.read': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'trail.read': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'trail.export': ['reviewer', 'qa', 'auditor'],
  'unclaimed.read': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'capture.claim': ['operator', 'reviewer', 'qa'],
  'signature.read': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'signature.make': ['reviewer', 'qa'],
  'signature.approve': ['qa', 'reviewer'],
  'signature.withdraw': ['reviewer', 'qa'],
  'held.decide': ['qa'],
  'device.enrol-own': ['reviewer', 'qa'],
  'device.list': ['administrator', 'qa', 'auditor'],
  'device.revoke': ['administrator'],
  'account.list': ['administrator', 'qa', 'auditor'],
  'account.review': ['qa'],
  'account.add': ['administrator'],
  'account.change': ['administrator'],
  'account.disable': ['administrator'],
  'account.enable': ['administrator'],
  'account.retire': ['administrator'],
  'account.reset': ['administrator'],
  'account.unlock': ['administrator'],
  'account.link': ['administrator'],
  'account.unlink': ['administrator'],
  'account.end-sessions': ['administrator'],
  'signer.propose': ['administrator'],
  'signer.grant': ['administrator'],
  'signer.withdraw': ['administrator'],
  'recovery.confirm': ['administrator'],
  'settings.read': ['administrator', 'qa', 'auditor'],
  'settings.change': ['administrator'],
  'feed.read': ['administrator', 'qa', 'auditor'],
  'feed.manage': ['administrator'],
  'api.read': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'password.change-own': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'session.read-own': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
  'session.end-own': ['administrator', 'operator', 'reviewer', 'qa', 'auditor'],
} as const satisfies { readonly [action: string]: readonly Role[] }

export type Action = keyof typeof policy
export const actions = Object.keys(policy) as readonly Action[]

/** All that is open to whoever has to set another password first. */
export const beforePasswordChange: readonly Action[] = [
  'password.change-own',
  'session.read-own',
  'session.end-own',
]

export function mayDo(held: readonly Role[], action: Action): boolean {
  const allowed: readonly Role[] = policy[action]
  return held.some((role) => allowed.includes(role))
}

/** Throws `Problem` unless one of the roles may do it. */
export function requireAllowed(held: readonly Role[], action: Action): void {
  if (!mayDo(held, action)) throw new Problem('forbidden', { roles: policy[action] })
}

/** Roles whose holders sign records, once their identity has been checked. */
export const signingRoles: readonly Role[] = ['reviewer', 'qa']

/**
 * Whoever gives rights does not use them, and whoever only looks does nothing else: an administrator signs nothing
 * and captures nothing, an auditor is no other role. Throws `Problem`.
 */
export function requireTogether(held: readonly Role[]): void {
  const isAlone = !held.some((role) => role === 'administrator' || role === 'auditor') || held.length === 1
  if (held.length === 0 || new Set(held).size < held.length || !isAlone)
    throw new Problem('roles-conflict', { detail: 'role-alone' })
}
