import { useSyncExternalStore } from 'react'
import { Workbox } from 'workbox-window'
import { unlessAtWork } from '../signing/at-work.ts'
import { loadAnew } from './own-worker.ts'
import { ownScript } from './trusted.ts'

/*
 * A new version is fetched beside the one that runs, and waits until somebody says so: never while somebody is at a
 * verdict, in whichever tab. All tabs are loaded again then, for what the old version is made of is gone from the device.
 * On some tablets the browser does not say when the new one has taken over; then the page is loaded again all the same.
 */

const TAKEN_OVER_MILLISECONDS = 2_000
const LOOK_MILLISECONDS = 3_600_000

let isWaiting = false
let workbox: Workbox | undefined
const listeners = new Set<() => void>()

export function startUpdates(): void {
  if (!('serviceWorker' in navigator)) return
  workbox = new Workbox(ownScript('/sw.js') as unknown as string, { scope: '/' })
  workbox.addEventListener('waiting', () => {
    isWaiting = true
    for (const listener of listeners) listener()
  })
  navigator.serviceWorker.addEventListener('controllerchange', () => void loadAnew())
  void workbox.register().catch(() => undefined)
  const look = () => void workbox?.update().catch(() => undefined)
  setInterval(look, LOOK_MILLISECONDS)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look()
  })
}

/** Whether a newer version waits. */
export function useUpdate(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isWaiting,
  )
}

/** Gives false, and does nothing, while somebody signs in any tab of this device. */
export function takeUpdate(): Promise<boolean> {
  return unlessAtWork(() => {
    workbox?.messageSkipWaiting()
    setTimeout(() => void loadAnew(), TAKEN_OVER_MILLISECONDS)
  })
}
