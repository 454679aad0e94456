import type { AccountView } from './accounts.ts'

/** What an administrator does to an account with nothing but a reason. */
interface PlainAct {
  readonly route:
    | 'disableAccount'
    | 'enableAccount'
    | 'retireAccount'
    | 'unlockAccount'
    | 'endSessions'
    | 'unlinkAccount'
    | 'grantSigner'
    | 'withdrawSigner'
  readonly title: string
  readonly says: string
  readonly isGrave: boolean
}

export const plainActs = {
  enable: {
    route: 'enableAccount',
    title: 'Enable',
    says: 'Its owner can sign in again, with the password they have.',
    isGrave: false,
  },
  unlock: {
    route: 'unlockAccount',
    title: 'Unlock',
    says: 'Its owner can sign in again. Find out first who typed the wrong passwords.',
    isGrave: false,
  },
  grant: {
    route: 'grantSigner',
    title: 'Grant the right to sign',
    says: 'They may sign records from now on, with a key on a device of their own. It takes another administrator than the one who proposed it.',
    isGrave: false,
  },
  withdraw: {
    route: 'withdrawSigner',
    title: 'Withdraw the right to sign',
    says: 'They sign nothing from now on; what they have signed stays signed. What is signed without the relay meanwhile is held.',
    isGrave: true,
  },
  'end-sessions': {
    route: 'endSessions',
    title: 'End sessions',
    says: 'Wherever they are signed in, they are signed out at once. They can sign in again.',
    isGrave: false,
  },
  unlink: {
    route: 'unlinkAccount',
    title: 'Unlink from the provider',
    says: 'Their sessions by the identity provider end at once, and they sign in with their password of this relay alone.',
    isGrave: false,
  },
  disable: {
    route: 'disableAccount',
    title: 'Disable',
    says: 'Their sessions end at once, and nobody can sign in to it until it is enabled again.',
    isGrave: true,
  },
  retire: {
    route: 'retireAccount',
    title: 'Retire',
    says: 'It is over for good: it cannot be enabled again, their devices sign nothing more, and the user id stays taken, so that old signatures stay theirs.',
    isGrave: true,
  },
} as const satisfies { readonly [act: string]: PlainAct }

export type PlainActName = keyof typeof plainActs
export type ActName = PlainActName | 'change' | 'reset' | 'link' | 'propose'

/** What makes sense for an account as it is, in the order in which it is offered: the relay judges for itself. */
export function actsFor(account: AccountView): readonly ActName[] {
  const { state, locked, external, signer, roles } = account
  if (state === 'retired') return []
  const signs = roles.some((role) => role === 'reviewer' || role === 'qa')
  return [
    ...(state === 'disabled' ? (['enable'] as const) : []),
    ...(locked !== null ? (['unlock'] as const) : []),
    'change',
    ...(state === 'disabled' ? [] : (['reset'] as const)),
    ...(signer.state === 'none' && signs && state === 'active' ? (['propose'] as const) : []),
    ...(signer.state === 'proposed' ? (['grant'] as const) : []),
    ...(signer.state === 'none' ? [] : (['withdraw'] as const)),
    'end-sessions',
    ...(external === null ? (['link'] as const) : (['unlink'] as const)),
    ...(state === 'disabled' ? [] : (['disable'] as const)),
    'retire',
  ]
}

export const otherTitles = {
  change: 'Change name or roles',
  reset: 'Reset the password',
  link: 'Link to the provider',
  propose: 'Propose the right to sign',
} as const

export function titleOf(act: ActName): string {
  return act in plainActs
    ? plainActs[act as PlainActName].title
    : otherTitles[act as keyof typeof otherTitles]
}

export function isPlain(act: ActName): act is PlainActName {
  return act in plainActs
}
