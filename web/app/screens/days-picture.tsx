import { useEffect, useState } from 'react'
import type { Day, Days } from '../log/days.ts'
import type { Search } from '../log/select.ts'
import { log, logOpened } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { countText } from '../parts/words.ts'
import strip from './coverage-strip.module.css'
import styles from './days-picture.module.css'
import { daysText, dayText } from './days-texts.ts'
import { searchIn } from './search-text.ts'

/** As many as fit a tablet held upright, each wide enough to be told from the next. */
const DAYS = 60
const HEIGHT = 30

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
  const show = ({ from, to }: Day) =>
    onZoom({ ...searchIn(query), from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  return (
    <>
      <div className={strip['axis']}>
        <Bars days={days} />
      </div>
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

function Bars({ days }: { readonly days: readonly Day[] }) {
  const most = Math.max(1, ...days.map(({ count }) => count))
  // A few days are not drawn as wide as a wall.
  const width = Math.max(days.length, DAYS / 4)
  return (
    <svg
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={strip['picture']}
      aria-hidden="true"
    >
      {days.map(({ from, count }, i) => {
        const height = count === 0 ? 0 : 2 + (count / most) * (HEIGHT - 4)
        return (
          <rect
            key={from}
            x={width - days.length + i + 0.1}
            y={HEIGHT - height}
            width={0.8}
            height={height}
            className={strip['bar']}
          />
        )
      })}
    </svg>
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
