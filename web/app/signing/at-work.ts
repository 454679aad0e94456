import { useEffect, useSyncExternalStore } from 'react'

/** Held by each tab in which somebody is at a verdict, together; alone by whoever takes a newer version of the app. */
const LOCK = 'relay-signing'

let atWork = 0
const listeners = new Set<() => void>()

/** While it is shown, somebody in this tab is at a verdict. */
export function useAtWork(): void {
  useEffect(() => {
    const ended = Promise.withResolvers<void>()
    if ('locks' in navigator) void navigator.locks.request(LOCK, { mode: 'shared' }, () => ended.promise)
    // A page that was left and is kept for whoever goes back is at no verdict.
    const leave = () => ended.resolve()
    addEventListener('pagehide', leave)
    count(1)
    return () => {
      leave()
      removeEventListener('pagehide', leave)
      count(-1)
    }
  }, [])
}

/** Whether somebody in this tab is. */
export function useIsAtWork(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => atWork > 0,
  )
}

/** Does something unless somebody is at a verdict in any tab of this device, and lets nobody begin one after it. Gives whether it was done. */
export async function unlessAtWork(work: () => void): Promise<boolean> {
  const done = Promise.withResolvers<boolean>()
  const alone = (lock: unknown) => {
    if (lock !== null) work()
    done.resolve(lock !== null)
    // Until this page is gone.
    return lock === null ? undefined : new Promise<never>(() => undefined)
  }
  if ('locks' in navigator) void navigator.locks.request(LOCK, { ifAvailable: true }, alone)
  else alone(true)
  return done.promise
}

function count(more: number): void {
  atWork += more
  for (const listener of listeners) listener()
}
