import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { useIsAtWork } from '../signing/at-work.ts'
import styles from './update-bar.module.css'
import { takeUpdate, useUpdate } from './updates.ts'

/** A newer version waits until somebody says so. Nothing is said of it at a verdict: nothing may move under the finger there. */
export function UpdateBar() {
  const isAtWork = useIsAtWork()
  const [isRefused, setRefused] = useState(false)
  if (!useUpdate() || isAtWork) return null
  return (
    <div className={styles['bar']} role="status">
      <span>
        A newer version of this app is on this device.
        {isRefused && ' Somebody is about to sign in another tab: finish or close that first.'}
      </span>
      <Button onPress={() => void takeUpdate().then((isTaken) => setRefused(!isTaken))}>
        Restart to update
      </Button>
    </div>
  )
}
