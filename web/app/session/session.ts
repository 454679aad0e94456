import type { ResultOf } from '@compliance-relay/shared/api'
import { useSyncExternalStore } from 'react'
import { ask, Refusal, Silence } from './ask.ts'

/** Who is signed in, in this tab. Offline it is what the relay said last: rights are the relay's to judge, each time. */
export interface Session {
  readonly token: string
  readonly account: Account
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly mustChange: boolean
}

const KEY = 'relay-session'
const listeners = new Set<() => void>()
let session = read()

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

/** What somebody is told who signed in: the last time, and what failed since. */
export type Notice = ResultOf<'signIn'>['notice']

/** Rejects with a `Refusal` or a `Silence`. */
export async function signIn(user: string, password: string): Promise<Notice> {
  const mark = readMark(user)
  const given = await ask('signIn', { body: { user, password, ...(mark === null ? {} : { mark }) } })
  keepMark(user, given.mark)
  set({ token: given.token, account: given.account })
  return given.notice
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
  } catch {
    // Then the next sign-in waits like a first one.
  }
}

/** Ends it here in any case; at the relay if that can be reached. */
export async function signOut(): Promise<void> {
  try {
    await ask('signOut', {})
  } catch (error) {
    if (!(error instanceof Silence || (error instanceof Refusal && error.code === 'unauthenticated')))
      throw error
  } finally {
    set(undefined)
  }
}

/** The relay knows it no more. */
export function sessionEnded(): void {
  set(undefined)
}

function set(now: Session | undefined): void {
  session = now
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
