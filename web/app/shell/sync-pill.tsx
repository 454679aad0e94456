import { Link } from 'wouter'
import { useLog } from '../log/use-log.ts'
import type { OutboxStanding } from '../outbox/outbox-standing.ts'
import { clockTime, weekTime } from '../parts/dates.ts'
import { countText, plural } from '../parts/words.ts'
import { useSession } from '../session/session.ts'
import styles from './sync-pill.module.css'

/** How current this device is and what waits on it, always in sight: in words, with a shape. It leads to the outbox. */
export function SyncPill() {
  const standing = useLog()
  const user = useSession()?.account.id
  const { look, text, until } = said(standing)
  const outbox = standing?.outbox
  const waiting = outbox === undefined ? '' : waitingText(outbox)
  const lease = outbox === undefined ? undefined : leaseIn(outbox, user)
  return (
    <Link href="/outbox" className={`${styles['pill']} ${styles[look]}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
        {shapes[look]}
      </svg>
      <span className={styles['lines']}>
        <output className={styles['said'] ?? ''} aria-live="polite">
          <span className={styles['text']}>
            {text}
            {until !== undefined && (
              <span className={styles['until']}> · records up to {clockTime(until)}</span>
            )}
          </span>
          {waiting !== '' && <strong className={styles['waiting']}>{waiting}</strong>}
        </output>
        {lease !== undefined && (
          <span className={styles['lease']}>
            {lease.until === undefined ? (
              lease.says
            ) : (
              <>
                sign <span className={styles['roomy']}>offline </span>until {lease.until}
              </>
            )}
          </span>
        )}
      </span>
    </Link>
  )
}

function waitingText({ unsent, held, refused, fault }: OutboxStanding): string {
  if (fault !== null) return 'The outbox of this device does not open'
  return [
    unsent > 0 ? `${plural(unsent, 'signature')} waiting` : '',
    held > 0 ? `${held} held` : '',
    refused > 0 ? `${refused} refused` : '',
  ]
    .filter((one) => one !== '')
    .join(', ')
}

/** Of whoever is signed in, or of the only person who signs here. */
function leaseIn({ enrolments }: OutboxStanding, user: string | undefined): Lease | undefined {
  const own =
    enrolments.find((one) => one.user === user) ?? (enrolments.length === 1 ? enrolments[0] : undefined)
  if (own === undefined) return undefined
  if (own.state !== 'ready') return { says: 'this device has to be enrolled again' }
  if (own.leaseUntil < Date.now() || own.left === 0) return { says: 'offline signing is over: connect once' }
  return { until: `${weekTime(own.leaseUntil)}, ${own.left} left` }
}

/** Until when, and how many signatures; or why there is none. */
type Lease =
  | { readonly until: string; readonly says?: undefined }
  | { readonly says: string; readonly until?: undefined }

type Look = 'current' | 'busy' | 'offline' | 'wrong'

const shapes: { readonly [L in Look]: React.JSX.Element } = {
  current: <path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" />,
  busy: <path d="M8 2v9M4 7l4 4 4-4M3 14h10" fill="none" />,
  offline: <path d="M2 6c4-3.5 8-3.5 12 0M4.5 9c2.5-2 4.5-2 7 0M2.5 13.5l11-11" fill="none" />,
  wrong: <path d="M8 2l6.5 12h-13ZM8 6.5v3.5m0 2v.3" fill="none" />,
}

interface Said {
  readonly look: Look
  readonly text: string
  /** Time of the newest checkpoint that this device was given. */
  readonly until?: number
}

function said(standing: ReturnType<typeof useLog>): Said {
  if (standing === undefined) return { look: 'busy', text: 'Opening' }
  const { trails, sync } = standing
  const size = trails.reduce((sum, one) => sum + one.size, 0)
  const of = trails.reduce((sum, one) => sum + one.of, 0)
  const seen = Math.max(0, ...trails.map((one) => one.seen))
  const until = seen === 0 ? {} : { until: seen }
  if (trails.some(({ conflict, fault }) => conflict !== null || fault !== null))
    return { look: 'wrong', text: 'The relay’s trail does not follow what is on this device' }
  if (sync.phase === 'none') return { look: 'offline', text: 'Not signed in', ...until }
  if (sync.offlineSince !== null)
    return { look: 'offline', text: `Offline since ${clockTime(sync.offlineSince)}`, ...until }
  if (size < of) return { look: 'busy', text: `${countText(size)} of ${countText(of)} records` }
  if (sync.fault !== null && sync.phase !== 'asks') return { look: 'wrong', text: sync.fault, ...until }
  // Nothing was heard since the app was opened: what is here may be old, or nothing.
  if (sync.contact === 0) return { look: 'busy', text: 'Asking the relay', ...until }
  return { look: 'current', text: `Current · ${countText(size)} records` }
}
