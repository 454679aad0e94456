import { useEffect, useState } from 'react'
import type { Day, Days } from '../log/days.ts'
import type { Search } from '../log/select.ts'
import { log, logOpened } from '../log/use-log.ts'
import { Bars } from '../parts/bars.tsx'
import { Button } from '../parts/button.tsx'
import { countText } from '../parts/words.ts'
import strip from './coverage-strip.module.css'
import styles from './days-picture.module.css'
import { daysText, dayText } from './days-texts.ts'
import { searchIn } from './search-text.ts'

/** As many as fit a tablet held upright, each wide enough to be told from the next. */
const DAYS = 60

interface Props {
  readonly query: string
  /** Of the records: another has other records. */
  readonly version: number | undefined
  readonly onZoom: (search: Search) => void
}

/** How much of what is found was captured on each day. Every day can be gone into, by the table under the picture. */
export default function DaysPicture({ query, version, onZoom }: Props) {
  const given = useDays(query, version)
  if (given === undefined) return null
  if (given === null) return <p className={strip['caption']}>No captures are among what is found.</p>
  const { days } = given
  const most = Math.max(...days.map(({ count }) => count))
  const show = ({ from, to }: Day) =>
    onZoom({ ...searchIn(query), from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  return (
    <>
      <Bars heights={days.map(({ count }) => (count === 0 ? null : count / most))} roomFor={DAYS} />
      <p className={strip['caption']}>{daysText(given)}</p>
      <details className={styles['table']}>
        <summary>Each day</summary>
        <ol className={styles['days']}>
          {days.toReversed().map((day) => (
            <li key={day.from}>
              <Button look="quiet" isDisabled={day.count === 0} onPress={() => show(day)}>
                {dayText(day.from)}
              </Button>
              <span>{countText(day.count)}</span>
            </li>
          ))}
        </ol>
      </details>
    </>
  )
}

/** Undefined until it was counted; null where nothing found is a capture. */
function useDays(query: string, version: number | undefined): Days | null | undefined {
  const [days, setDays] = useState<Days | null>()
  useEffect(() => {
    if (version === undefined) return
    let isOver = false
    void logOpened
      .then(() => log.captures(searchIn(query), DAYS))
      .then((given) => {
        if (!isOver) setDays(given ?? null)
      })
    return () => {
      isOver = true
    }
  }, [query, version])
  return days
}
