import { useEffect, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { ShownRow } from '../log/log.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { RadioList } from '../parts/choices.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime } from '../parts/dates.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { countText, kindText, plural } from '../parts/words.ts'
import {
  type ExceptionName,
  exceptionKinds,
  exceptionNames,
  type Span,
  searchesOf,
  spans,
} from './exception-kinds.ts'
import styles from './exceptions-screen.module.css'
import { HeldPart } from './held-part.tsx'
import { queryOf } from './search-text.ts'
import { UnclaimedPart } from './unclaimed-part.tsx'

const SHOWN_MAX = 100

const spanTexts: { readonly [S in Span]: string } = {
  day: 'A day',
  week: 'A week',
  month: '30 days',
  year: 'A year',
  all: 'All',
}

/** What needs a person's eye, by sort, from the records on this device; and what waits at the relay for a word. */
export default function ExceptionsScreen() {
  const query = new URLSearchParams(useSearch())
  const [, navigate] = useLocation()
  const asked = query.get('show') ?? ''
  const shown: ExceptionName = exceptionNames.find((name) => name === asked) ?? 'unattributed'
  const askedSpan = query.get('since') ?? ''
  const span: Span = askedSpan in spans ? (askedSpan as Span) : 'month'
  const found = useExceptions(shown, span)
  const { title, means, next, searches } = exceptionKinds[shown]
  const [search] = searches
  return (
    <>
      <h1>Exceptions</h1>
      <RadioList<Span>
        label="Records of the last"
        choices={(Object.keys(spans) as Span[]).map((value) => ({ value, text: spanTexts[value] }))}
        chosen={span}
        onChange={(since) => navigate(`/exceptions?show=${shown}&since=${since}`, { replace: true })}
      />
      <nav aria-label="Sorts of exceptions" className={styles['sorts']}>
        {exceptionNames.map((name) => (
          <Link
            key={name}
            href={`/exceptions?show=${name}&since=${span}`}
            className={styles['sort'] ?? ''}
            aria-current={name === shown ? 'page' : undefined}
          >
            <span className={styles['number']}>
              {found === undefined ? '…' : countText(found.counts[name] ?? 0)}
            </span>
            <span>{exceptionKinds[name].title}</span>
          </Link>
        ))}
      </nav>
      <section aria-label={title} className={styles['part']}>
        <h2>{title}</h2>
        <p>
          {means} <strong>What to do:</strong> {next}
        </p>
        {shown === 'unattributed' && <UnclaimedPart />}
        {shown === 'signatures' && <HeldPart />}
        <h3>Records on this device</h3>
        {found === undefined ? (
          <p>Opening the records on this device</p>
        ) : (
          <>
            <p className={styles['soft']}>
              {found.count === 0
                ? 'There is none in this time.'
                : found.count > found.rows.length
                  ? `The newest ${found.rows.length} of ${plural(found.count, 'record')}.`
                  : `${plural(found.count, 'record')}, the newest first.`}{' '}
              {search !== undefined && 'kinds' in search && found.count > 0 && (
                <Link href={`/?${queryOf({ kinds: [...search.kinds] })}`}>Show them in the trail</Link>
              )}
            </p>
            {found.rows.length > 0 && (
              <DataTable<ShownRow>
                label={title}
                columns={[
                  {
                    head: 'Record',
                    cell: ({ trail, seq }) => <Link href={`/record/${trail}/${seq}`}>{seq}</Link>,
                  },
                  { head: 'Time', isWhole: true, cell: ({ time }) => dateTime(time) },
                  { head: 'Kind', isWhole: true, cell: ({ kind }) => kindText(kind) },
                  { head: 'What', cell: ({ what }) => <PlainText text={what} /> },
                  { head: 'Who', isWhole: true, cell: ({ person }) => person },
                  { head: 'Project', cell: ({ project }) => project },
                ]}
                rows={found.rows}
                keyOf={({ trail, seq }) => `${trail} ${seq}`}
              />
            )}
          </>
        )}
      </section>
    </>
  )
}

interface Found {
  readonly counts: { readonly [name: string]: number }
  readonly count: number
  readonly rows: readonly ShownRow[]
}

/** Counted again whenever records came. */
function useExceptions(shown: ExceptionName, span: Span): Found | undefined {
  const version = useLog()?.version
  const [found, setFound] = useState<Found>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, more exceptions
  useEffect(() => {
    let isOver = false
    const now = Date.now()
    void logOpened
      .then(() =>
        Promise.all(
          exceptionNames.map((name) =>
            log.find(searchesOf(name, span, now) as never, name === shown ? SHOWN_MAX : 0),
          ),
        ),
      )
      .then((all) => {
        if (isOver) return
        const counts = Object.fromEntries(exceptionNames.map((name, i) => [name, all[i]?.count ?? 0]))
        const { count = 0, rows = [] } = all[exceptionNames.indexOf(shown)] ?? {}
        setFound({ counts, count, rows })
      })
    return () => {
      isOver = true
    }
  }, [shown, span, version])
  return found
}
