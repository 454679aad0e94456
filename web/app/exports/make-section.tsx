import { type SubmitEvent, useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { Search } from '../log/select.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { plural } from '../parts/words.ts'
import { Facts, Section } from '../record/section.tsx'
import { queryOf } from '../screens/search-text.ts'
import { ask, saidOf } from '../session/ask.ts'
import styles from './exports.module.css'
import { filterOf, filterTexts, isExportable } from './filter-of.ts'

interface Props {
  readonly search: Search
  readonly onStarted: () => void
}

/** Has exactly what was filtered exported. What cannot be exported so is said before, and never widened by itself. */
export function MakeSection({ search, onStarted }: Props) {
  const filter = filterOf(search)
  const { text: _, ...without } = search
  const count = useCount(search)
  const withoutCount = useCount(without)
  const rows = filterTexts(filter)
  return (
    <Section title="Make an export">
      <Facts
        rows={[
          [
            'Records',
            rows.length === 0
              ? 'all, of every trail'
              : rows.map(([name, value]) => <div key={name}>{`${name}: ${value}`}</div>),
          ],
          ['Found here', withoutCount === undefined ? undefined : plural(withoutCount, 'record')],
        ]}
      />
      <p className={styles['soft']}>
        With them come those that nobody can judge them without: keys, signatures on them, and what claims
        them. Choose on the <Link href={`/?${queryOf(without)}`}>trail</Link> what is exported.
      </p>
      {isExportable(search) ? (
        <MakeForm key={queryOf(search)} filter={filter} onStarted={onStarted} />
      ) : (
        <div className={styles['warn']}>
          <p>
            An export cannot be limited by the words of a search. “{search.text}” is found in{' '}
            {count === undefined ? 'some' : plural(count, 'record')}; without the words it is{' '}
            {withoutCount === undefined ? 'more' : plural(withoutCount, 'record')}.
          </p>
          <p>
            <Link href={`/exports?${queryOf(without)}`} className={styles['link'] ?? ''}>
              Export all {withoutCount === undefined ? '' : plural(withoutCount, 'record')} without the words
            </Link>
          </p>
        </div>
      )}
    </Section>
  )
}

function MakeForm({
  filter,
  onStarted,
}: {
  readonly filter: ReturnType<typeof filterOf>
  readonly onStarted: () => void
}) {
  const [reason, setReason] = useState('')
  const [password, setPassword] = useState('')
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await ask('startExport', { body: { password, reason, filter } })
      setReason('')
      onStarted()
    } catch (error) {
      setFault(saidOf(error))
    } finally {
      setBusy(false)
      setPassword('')
    }
  }
  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)}>
      <Field
        label="Reason"
        hint="It stands in the seal and in the trail, with your name."
        value={reason}
        onChange={setReason}
        maxLength={1_000}
        lines={2}
        isRequired
      />
      <Field
        label="Your password"
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        isRequired
      />
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <div>
        <Button
          type="submit"
          look="primary"
          size="large"
          isDisabled={isBusy || reason.trim() === '' || password === ''}
        >
          {isBusy ? 'Asking' : 'Make the export'}
        </Button>
      </div>
    </form>
  )
}

/** How many records on this device are so, counted again whenever some came. */
function useCount(search: Search): number | undefined {
  const version = useLog()?.version
  const [count, setCount] = useState<number>()
  const query = queryOf(search)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the search is its query
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.count(search))
      .then((given) => {
        if (!isOver) setCount(given)
      })
    return () => {
      isOver = true
    }
  }, [query, version])
  return count
}
