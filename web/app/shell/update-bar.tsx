import { Button } from '../parts/button.tsx'
import styles from './update-bar.module.css'
import { takeUpdate, useUpdate } from './updates.ts'

/** A newer version waits until somebody says so. */
export function UpdateBar() {
  if (!useUpdate()) return null
  return (
    <div className={styles['bar']} role="status">
      <span>A newer version of this app is on this device.</span>
      <Button onPress={takeUpdate}>Restart to update</Button>
    </div>
  )
}
