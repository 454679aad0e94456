import { useEffect, useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import type { WholeRecord } from '../log/log.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { SignState } from '../parts/sign-state.tsx'
import { kindText } from '../parts/words.ts'
import styles from './record-screen.module.css'
import { signRecordAddress } from './sign-query.ts'

export function RecordScreen() {
  const { trail = '', seq = '' } = useParams()
  const [, navigate] = useLocation()
  const whole = useRecord(trail, Number(seq))
  if (whole === undefined) return <p>Reading the record</p>
  if (whole === null) return <p>This record is not on this device.</p>
  const { record, row } = whole
  return (
    <article className={styles['record']}>
      <header className={styles['head']}>
        <h1>
          {kindText(record.kind)} <span className={styles['seq']}>record {record.seq}</span>
        </h1>
        <SignState bits={row.state} />
        {row.state !== 0 && (
          <Button onPress={() => navigate(signRecordAddress(trail, record.seq))}>Review and sign</Button>
        )}
      </header>
      <p className={styles['what']}>{row.what}</p>
      <dl className={styles['facts']}>
        <dt>Who</dt>
        <dd>
          {record.actor.name}{' '}
          <span className={styles['soft']}>
            ({record.actor.id}, by {record.actor.via})
          </span>
        </dd>
        <dt>When</dt>
        <dd>
          {dateTimeZone(row.time)} <span className={styles['soft']}>claimed by the relay’s clock</span>
        </dd>
        {row.project !== '' && (
          <>
            <dt>Project</dt>
            <dd>{row.project}</dd>
          </>
        )}
        {row.before !== undefined && (
          <>
            <dt>Version before</dt>
            <dd>
              <Link href={`/record/${trail}/${row.before}`}>record {row.before}</Link>
            </dd>
          </>
        )}
        {whole.next !== null && (
          <>
            <dt>Next version</dt>
            <dd>
              <Link href={`/record/${trail}/${whole.next}`}>record {whole.next}</Link>
            </dd>
          </>
        )}
        <dt>Leaf</dt>
        <dd className="mono">{whole.leaf}</dd>
      </dl>
      <details>
        <summary>The entry as it stands in the trail</summary>
        <pre className={styles['raw']}>{whole.line}</pre>
      </details>
    </article>
  )
}

/** Null where there is none. */
function useRecord(trail: string, seq: number): WholeRecord | null | undefined {
  const version = useLog()?.version
  const [whole, setWhole] = useState<WholeRecord | null>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, more signatures on it
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.whole(trail, seq))
      .then((given) => {
        if (!isOver) setWhole(given ?? null)
      })
    return () => {
      isOver = true
    }
  }, [trail, seq, version])
  return whole
}
