import { useEffect } from 'react'
import { ask, Refusal } from '../session/ask.ts'
import { type Session, sessionEnded } from '../session/session.ts'

/** A session is over after 15 minutes without use. Records come from this device, so work in the app is told the relay now and then. */
const TELL_MILLISECONDS = 60_000
const WORK = ['pointerdown', 'keydown', 'wheel'] as const

export function useKeepAlive(session: Session | undefined): void {
  useEffect(() => {
    if (session === undefined) return
    let told = Date.now()
    const worked = () => {
      if (Date.now() - told < TELL_MILLISECONDS) return
      told = Date.now()
      ask('whoAmI', {}).catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'unauthenticated') sessionEnded()
      })
    }
    for (const name of WORK) addEventListener(name, worked, { passive: true })
    return () => {
      for (const name of WORK) removeEventListener(name, worked)
    }
  }, [session])
}
