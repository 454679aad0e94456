import { useLog } from '../log/use-log.ts'
import { clockTime } from '../parts/dates.ts'
import { countText } from '../parts/words.ts'
import styles from './sync-pill.module.css'

/** How current this device is, always in sight: in words, with a shape. */
export function SyncPill() {
  const standing = useLog()
  const { look, text } = said(standing)
  return (
    <output className={`${styles['pill']} ${styles[look]}`} aria-live="polite">
      <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
        {shapes[look]}
      </svg>
      {text}
    </output>
  )
}

type Look = 'current' | 'busy' | 'offline' | 'wrong'

const shapes: { readonly [L in Look]: React.JSX.Element } = {
  current: <path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" />,
  busy: <path d="M8 2v9M4 7l4 4 4-4M3 14h10" fill="none" />,
  offline: <path d="M2 6c4-3.5 8-3.5 12 0M4.5 9c2.5-2 4.5-2 7 0M2.5 13.5l11-11" fill="none" />,
  wrong: <path d="M8 2l6.5 12h-13ZM8 6.5v3.5m0 2v.3" fill="none" />,
}

function said(standing: ReturnType<typeof useLog>): { readonly look: Look; readonly text: string } {
  if (standing === undefined) return { look: 'busy', text: 'Opening' }
  const { trails, sync } = standing
  const size = trails.reduce((sum, one) => sum + one.size, 0)
  const of = trails.reduce((sum, one) => sum + one.of, 0)
  const seen = Math.max(0, ...trails.map((one) => one.seen))
  const until = seen === 0 ? '' : ` · records up to ${clockTime(seen)}`
  if (trails.some(({ conflict, fault }) => conflict !== null || fault !== null))
    return { look: 'wrong', text: 'The relay’s trail does not follow what is on this device' }
  if (sync.phase === 'none') return { look: 'offline', text: `Not signed in${until}` }
  if (sync.offlineSince !== null)
    return { look: 'offline', text: `Offline since ${clockTime(sync.offlineSince)}${until}` }
  if (size < of) return { look: 'busy', text: `${countText(size)} of ${countText(of)} records` }
  if (sync.phase === 'waits') return { look: 'wrong', text: `${sync.fault}${until}` }
  return { look: 'current', text: `Current · ${countText(size)} records` }
}
