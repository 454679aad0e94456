import type { ResultOf } from '@compliance-relay/shared/api'
import { useSyncExternalStore } from 'react'
import { ask, Refusal, Silence } from './ask.ts'
import { setToken } from './token.ts'
import { used } from './used.ts'

/** Who is signed in, in this tab. Offline it is what the relay said last: rights are the relay's to judge, each time. */
export interface Session {
  readonly token: string
  readonly account: Account
  /** When it was opened, in milliseconds by this device's clock. */
  readonly since: number
  /** What they are to be shown, until they have seen it. */
  readonly notice: Notice | null
}

/** As the relay said it at the sign-in. */
export type Account = SignedIn['account']
/** What somebody is told who signed in: the last time, and what failed since. */
export type Notice = SignedIn['notice']
type SignedIn = ResultOf<'signIn'>

/** Why there is no session any more, where nobody has signed out: `idle` and `life` by the clock here, `relay` as the relay says. */
export type Ended = 'idle' | 'life' | 'relay' | 'password'

const KEY = 'relay-session'
const listeners = new Set<() => void>()
let session = read()
setToken(session?.token)
let ended: Ended | undefined

export function useSession(): Session | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => session,
  )
}

export function currentSession(): Session | undefined {
  return session
}

/** Why the session before is over; undefined if somebody signed out, or there was none. */
export function useEnded(): Ended | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => ended,
  )
}

/** Rejects with a `Refusal` or a `Silence`. */
export async function signIn(user: string, password: string): Promise<void> {
  const mark = readMark(user)
  begin(await ask('signIn', { body: { user, password, ...(mark === null ? {} : { mark }) } }))
}

/** Whoever was signed in by the relay, whatever way. */
export function begin({ token, mark, account, notice }: SignedIn): void {
  keepMark(account.id, mark)
  used(Date.now())
  ended = undefined
  set({ token, account, since: Date.now(), notice })
}

/** They have seen what they are shown at the sign-in. */
export function noticeSeen(): void {
  if (session !== undefined) set({ ...session, notice: null })
}

/** Sets a password by a one-time code, and signs in with it. Rejects with a `Refusal` or a `Silence`. */
export async function signInByCode(user: string, code: string, newPassword: string): Promise<void> {
  await ask('setPasswordByCode', { body: { user, code, newPassword } })
  await signIn(user, newPassword)
}

/** Sets another password of one's own. All sessions of the one before end, so it is signed in anew. */
export async function changePassword(user: string, password: string, newPassword: string): Promise<void> {
  await ask('changePassword', { body: { password, newPassword } })
  sessionEnded('password')
  await signIn(user, newPassword)
}

/** The mark of whoever signed in here last: an identity provider does not say beforehand who comes. */
export function markOfDevice(): string | null {
  try {
    const user = localStorage.getItem('relay-last-user')
    return user === null ? null : readMark(user)
  } catch {
    return null
  }
}

/** Where this person signed in well on this device before: it opens nothing, but spares the wait for strangers' tries. */
function readMark(user: string): string | null {
  try {
    return localStorage.getItem(`relay-mark ${user}`)
  } catch {
    return null
  }
}

function keepMark(user: string, mark: string): void {
  try {
    localStorage.setItem(`relay-mark ${user}`, mark)
    localStorage.setItem('relay-last-user', user)
  } catch {
    // Then the next sign-in waits like a first one.
  }
}

/** Ends it here at once, whatever comes of it; at the relay if that can be reached. */
export async function signOut(): Promise<void> {
  const asked = ask('signOut', {})
  ended = undefined
  set(undefined)
  try {
    await asked
  } catch (error) {
    if (!(error instanceof Silence || (error instanceof Refusal && error.code === 'unauthenticated')))
      throw error
  }
}

/** It is over, and nobody has signed out. What is on this device stays there. */
export function sessionEnded(why: Ended = 'relay'): void {
  if (session === undefined) return
  ended = why
  set(undefined)
}

function set(now: Session | undefined): void {
  session = now
  setToken(now?.token)
  try {
    // Of this tab alone, and gone with it.
    if (now === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, JSON.stringify(now))
  } catch {
    // Then a reload asks for it again.
  }
  for (const listener of listeners) listener()
}

function read(): Session | undefined {
  try {
    const kept = sessionStorage.getItem(KEY)
    return kept === null ? undefined : (JSON.parse(kept) as Session)
  } catch {
    return undefined
  }
}
