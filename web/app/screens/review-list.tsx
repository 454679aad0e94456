import { useState } from 'react'
import { Link } from 'wouter'
import type { ShownRow } from '../log/log.ts'
import { log } from '../log/use-log.ts'
import { dateTime } from '../parts/dates.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { SignState } from '../parts/sign-state.tsx'
import { kindText } from '../parts/words.ts'
import styles from './review-list.module.css'

interface Props {
  readonly rows: readonly ShownRow[]
  readonly reviewed: ReadonlySet<number>
  readonly label: string
  readonly onChange: (seq: number, isReviewed: boolean) => void
}

/** Each record by itself: there is no box that ticks all, for each is to be looked at. */
export function ReviewList({ rows, reviewed, label, onChange }: Props) {
  return (
    <ol className={styles['list']} aria-label={label}>
      {rows.map((row) => (
        <li key={row.seq} className={styles['item']}>
          <label className={styles['tick']}>
            <input
              type="checkbox"
              checked={reviewed.has(row.seq)}
              onChange={({ target }) => onChange(row.seq, target.checked)}
            />
            <span className={styles['what']}>
              <PlainText text={row.what} className={styles['path']} />
              <span className={styles['facts']}>
                {row.seq} · {kindText(row.kind)} · {dateTime(row.time)} · {row.person}
                {row.project !== '' && ` · ${row.project}`}
              </span>
            </span>
            <SignState bits={row.state} />
          </label>
          <Entry row={row} />
        </li>
      ))}
    </ol>
  )
}

/** The record as it stands in the trail, read when somebody wants to see it. */
function Entry({ row }: { readonly row: ShownRow }) {
  const [line, setLine] = useState<string>()
  return (
    <details
      className={styles['entry']}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && line === undefined)
          void log.whole(row.trail, row.seq).then((whole) => setLine(whole?.line ?? ''))
      }}
    >
      <summary>The record</summary>
      <pre className={styles['line']}>{line}</pre>
      <Link href={`/record/${row.trail}/${row.seq}`}>Open the whole page of record {row.seq}</Link>
    </details>
  )
}
