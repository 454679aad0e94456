import type { Progress as Told } from '../../check/messages.ts'
import { Button } from './button.tsx'
import styles from './progress.module.css'
import { countText } from './words.ts'

interface Props {
  readonly progress: Told
  /** What is counted, in the plural. */
  readonly what: string
  readonly label: string
  readonly onStop?: () => void
}

/** How far something is that takes over a second: a bar with its figures. */
export function Progress({ progress: { doneBytes, ofBytes, done, of }, what, label, onStop }: Props) {
  const part = ofBytes === 0 ? 0 : Math.min(1, doneBytes / ofBytes)
  const counted =
    done === undefined || of === undefined ? 'reading' : `${countText(done)} of ${countText(of)} ${what}`
  return (
    <div className={styles['progress']}>
      <progress max={1} value={part} aria-label={label} />
      <span className={styles['figures']}>
        {Math.floor(100 * part)} %, {counted}
      </span>
      {onStop !== undefined && <Button onPress={onStop}>Stop</Button>}
    </div>
  )
}
