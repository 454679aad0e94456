import { useEffect, useState } from 'react'
import type { LagDay } from '../log/lags.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Bars } from '../parts/bars.tsx'
import styles from './days-picture.module.css'
import { dayText } from './days-texts.ts'
import { lagHeight, lagsText, lagText } from './lag-texts.ts'
import outbox from './outbox-screen.module.css'

const DAYS = 60

/** How far this device was behind its relay: how long records had waited for it on each of the last days. */
export function LagPart() {
  const days = useLags()
  if (days === undefined) return null
  return (
    <section className={outbox['part']} aria-labelledby="lag">
      <h2 id="lag">How far this device was behind</h2>
      {days === null ? (
        <p className={outbox['soft']}>Nothing has come since this device took in the trail.</p>
      ) : (
        <>
          <Bars
            heights={days.map(({ longest }) => (longest === null ? null : lagHeight(longest)))}
            roomFor={DAYS}
          />
          <p className={outbox['soft']}>{lagsText(days)}</p>
          <details className={styles['table']}>
            <summary>Each day</summary>
            <ol className={styles['days']}>
              {days.toReversed().map((day) => (
                <li key={day.from}>
                  <span>{dayText(day.from)}</span>
                  <span>{lagText(day)}</span>
                </li>
              ))}
            </ol>
          </details>
        </>
      )}
    </section>
  )
}

/** Undefined until it was looked up; null where nothing came yet. */
function useLags(): readonly LagDay[] | null | undefined {
  const size = useLog()?.trails.reduce((sum, trail) => sum + trail.size, 0)
  const [days, setDays] = useState<readonly LagDay[] | null>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever records have come
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.lags(DAYS))
      .then((given) => {
        if (!isOver) setDays(given ?? null)
      })
    return () => {
      isOver = true
    }
  }, [size])
  return days
}
