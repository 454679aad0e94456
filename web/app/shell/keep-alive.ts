import { useEffect, useState } from 'react'
import { ask, Refusal } from '../session/ask.ts'
import { type Idle, idleOf } from '../session/idle.ts'
import { type Session, sessionEnded } from '../session/session.ts'
import { lastUsed } from '../session/used.ts'

/** Records come from this device, so work in the app is told the relay now and then: else the session would be over. */
const TELL_MILLISECONDS = 60_000
const WORK = ['pointerdown', 'keydown', 'wheel'] as const

/** Undefined while nobody is signed in, and as long as there is nothing to say of it. */
export function useKeepAlive(session: Session | undefined): Idle | undefined {
  const [idle, setIdle] = useState<Idle>()
  const isSoon = idle?.is === 'soon'
  useEffect(() => {
    if (session === undefined || isSoon) return
    const worked = () => {
      if (Date.now() - lastUsed() >= TELL_MILLISECONDS) void stay()
    }
    for (const name of WORK) addEventListener(name, worked, { passive: true })
    return () => {
      for (const name of WORK) removeEventListener(name, worked)
    }
  }, [session, isSoon])
  useEffect(() => {
    if (session === undefined) return
    const look = () => {
      const now = idleOf(Date.now(), lastUsed(), session.since)
      if (now.is === 'over') sessionEnded(now.by)
      setIdle(now.is === 'soon' ? now : undefined)
    }
    look()
    const timer = setInterval(look, 1_000)
    return () => {
      clearInterval(timer)
      setIdle(undefined)
    }
  }, [session])
  return idle
}

/** Tells the relay that somebody is here. */
export async function stay(): Promise<void> {
  try {
    await ask('whoAmI', {})
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unauthenticated') sessionEnded('relay')
  }
}
