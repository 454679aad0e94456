import type { AccountView, ReviewedAccount } from './accounts.ts'

export type Look = 'plain' | 'good' | 'warn' | 'bad'
export interface Said {
  readonly look: Look
  readonly text: string
}

const roleTexts: { readonly [role: string]: string } = {
  administrator: 'Administrator',
  operator: 'Operator',
  reviewer: 'Reviewer',
  qa: 'QA',
  auditor: 'Auditor',
}

export function roleText(role: string): string {
  return roleTexts[role] ?? role
}

/** What keeps somebody out, the gravest first; else that nothing does. */
export function stateOf(account: AccountView, now: number): Said {
  if (account.state === 'retired') return { look: 'plain', text: 'Retired' }
  if (account.state === 'disabled') return { look: 'bad', text: 'Disabled' }
  if (account.locked !== null) return { look: 'bad', text: 'Locked' }
  if (account.state === 'invited')
    return isBefore(now, account.codeExpires)
      ? { look: 'warn', text: 'Has a one-time code' }
      : { look: 'warn', text: 'Has no password' }
  if (isBefore(now, account.waitsUntil)) return { look: 'warn', text: 'Has to wait' }
  return { look: 'good', text: 'Active' }
}

/** In sentences, with what to do; empty if nothing is to be known. */
export function standingOf(account: AccountView, now: number, zoned: (time: number) => string): string[] {
  const at = (time: string) => zoned(Date.parse(time))
  const { state, locked, codeExpires, waitsUntil, resetProposedBy, passwordEnds, signer } = account
  return [
    ...(state === 'retired' ? ['It is over for good. Its user id is never given to anybody else.'] : []),
    ...(state === 'disabled' ? ['Nobody can sign in to it until an administrator enables it.'] : []),
    ...(state !== 'invited'
      ? []
      : isBefore(now, codeExpires)
        ? [`Its owner sets a password with the one-time code until ${at(codeExpires ?? '')}.`]
        : ['Its owner has no password, and the one-time code is over: reset the account for another code.']),
    ...(locked === null
      ? []
      : [
          `Locked since ${at(locked)} after ten wrong passwords within a day. Find out who typed them, then unlock it.`,
        ]),
    ...(isBefore(now, waitsUntil)
      ? [`It has to wait until ${at(waitsUntil ?? '')} after wrong passwords. No administrator is needed.`]
      : []),
    ...(resetProposedBy === null
      ? []
      : [
          `${resetProposedBy} has asked for a reset. Another administrator has to ask for it, too, and gets the code.`,
        ]),
    ...(passwordEnds !== null && Date.parse(passwordEnds) <= now
      ? ['Its password is older than the site lets one become: another is set at the next sign-in.']
      : []),
    ...(signer.state === 'proposed'
      ? [`${signer.by} has proposed that they may sign: another administrator grants it.`]
      : []),
  ]
}

export function signerText({ signer }: AccountView): Said {
  if (signer.state === 'granted') return { look: 'good', text: 'May sign' }
  if (signer.state === 'proposed') return { look: 'warn', text: 'Proposed' }
  return { look: 'plain', text: 'No' }
}

/** Whether any word typed is in what identifies the account. */
export function isLike(account: AccountView | ReviewedAccount, typed: string): boolean {
  const text = `${account.id} ${account.name} ${account.roles.map(roleText).join(' ')} ${account.roles.join(' ')}`
  const folded = text.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => folded.includes(word))
}

function isBefore(now: number, time: string | null): boolean {
  return time !== null && now < Date.parse(time)
}
