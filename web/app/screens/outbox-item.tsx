import { useState } from 'react'
import { Link } from 'wouter'
import { log } from '../log/use-log.ts'
import type { ShownStatement } from '../outbox/outbox-standing.ts'
import { Button } from '../parts/button.tsx'
import { clockTime, dateTimeZone } from '../parts/dates.ts'
import { plural } from '../parts/words.ts'
import styles from './outbox-item.module.css'
import { withdrawAddress } from './sign-query.ts'

interface Props {
  readonly item: ShownStatement
  /** User id of whoever is signed in. */
  readonly session: string | undefined
}

type State = ShownStatement['state']

const states: { readonly [S in State]: string } = {
  signed: 'Signed on this tablet, not yet confirmed',
  // Also of what was on its way when the power was cut: whether it arrived, only an answer says.
  sending: 'Signed on this tablet, not yet confirmed',
  accepted: 'Accepted',
  held: 'Held for QA',
  refused: 'Refused',
}
const meanings = {
  reviewed: 'Reviewed',
  approved: 'Approved',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
} as const
const PLACES_SHOWN = 6

/** One signature, and what became of it. */
export function OutboxItem({ item, session }: Props) {
  const { hash, state, meaning, seqs, trailId, name, user, reason, count, isAcknowledged } = item
  const isOpen = state === 'refused' && !isAcknowledged
  return (
    <li className={`${styles['item']} ${styles[state]} ${isOpen ? styles['open'] : ''}`}>
      <p className={styles['state']}>
        <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
          {shapes[state]}
        </svg>
        <span>{states[state]}</span>
        {item.record !== null && state === 'accepted' && (
          <span className={styles['soft']}>receipt {item.record}</span>
        )}
      </p>
      <p>
        <strong>{meanings[meaning]}</strong> by {name} ({user}), number {count} of this device:{' '}
        {plural(seqs.length, 'record')}{' '}
        {seqs.slice(0, PLACES_SHOWN).map((seq, i) => (
          <span key={seq}>
            {i > 0 && ', '}
            <Link href={`/record/${trailId}/${seq}`}>{seq}</Link>
          </span>
        ))}
        {seqs.length > PLACES_SHOWN && ' and more'}
      </p>
      <p className={styles['reason']}>{reason}</p>
      <p className={styles['soft']}>{timesText(item)}</p>
      {saidText(item).map((line) => (
        <p key={line} className={styles['says']}>
          {line}
        </p>
      ))}
      <div className={styles['acts']}>
        {isOpen && <Button onPress={() => void log.acknowledge(hash)}>I have read this</Button>}
        {item.wanted !== null && session === user && (
          <Button look="danger" onPress={() => void log.sendNow(true)}>
            Number {item.wanted} is lost
          </Button>
        )}
        {state === 'accepted' && item.record !== null && meaning !== 'withdrawn' && session === user && (
          <Link href={withdrawAddress(trailId, item.record)}>Withdraw this signature</Link>
        )}
      </div>
      <Bytes hash={hash} receipt={item.receipt} />
    </li>
  )
}

/** The signature and its receipt, as they are: what an auditor would want. */
function Bytes({ hash, receipt }: { readonly hash: string; readonly receipt: string | null }) {
  const [text, setText] = useState<string>()
  return (
    <details
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && text === undefined)
          void log.statementText(hash).then((given) => setText(given ?? ''))
      }}
    >
      <summary>What was signed{receipt === null ? '' : ', and the receipt'}</summary>
      <pre className={styles['text']}>{text}</pre>
      {receipt !== null && <pre className={styles['text']}>{receipt}</pre>}
    </details>
  )
}

/** The claim, and what is proven of it: not before the head that was signed over, not after the receipt. */
function timesText({ signedAt, notBefore, receivedAt }: ShownStatement): string {
  const claimed = `Signed ${dateTimeZone(signedAt)} by the clock of the device`
  const from = notBefore === null ? '' : ` after ${dateTimeZone(notBefore)}`
  const to = receivedAt === null ? '' : ` before ${dateTimeZone(receivedAt)}`
  if (from === '' && to === '') return `${claimed}.`
  return `${claimed}; proven to be${from}${from !== '' && to !== '' ? ' and' : ''}${to}.`
}

function saidText({ state, says, fault, retryAt, wanted, user, tries }: ShownStatement): string[] {
  if (state === 'held') return [says ?? '', 'Somebody of QA, who is not its signer, decides.']
  if (state === 'refused') return [says ?? '']
  if (state === 'accepted') return []
  const waits = wanted === null ? '' : `The relay waits for number ${wanted} of this device first.`
  const later = retryAt > Date.now() ? `It is given again after ${clockTime(retryAt)}.` : ''
  const why =
    fault ??
    (tries === 0
      ? `It is sent once ${user}, or anybody who may sign, is signed in and the relay answers.`
      : '')
  return [waits, why, later].filter((one) => one !== '')
}

const shapes: { readonly [S in State]: React.JSX.Element } = {
  signed: <circle cx="8" cy="8" r="6" fill="none" strokeDasharray="2.6 2" />,
  sending: <path d="M8 14V3M4 7l4-4 4 4" fill="none" />,
  accepted: <path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" strokeWidth="2.4" />,
  held: <path d="M4.5 2.5h7L8 8l3.5 5.5h-7L8 8Z" fill="none" />,
  refused: <path d="M3.5 3.5l9 9m0-9l-9 9" fill="none" strokeWidth="2.4" />,
}
