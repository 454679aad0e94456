import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import type { Coverage, Span } from '../log/coverage.ts'
import type { Search } from '../log/select.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import styles from './coverage-strip.module.css'
import { coverageText, partsOf } from './coverage-texts.ts'
import { searchIn } from './search-text.ts'

/** Of the picture, and of those how many belong to each part that can be gone into: wide enough for a finger at 320 px. */
const BUCKETS = 120
const PARTS = 8
const HEIGHT = 30

interface Props {
  readonly query: string
  /** Of the records: another has other records. */
  readonly version: number | undefined
  readonly onZoom: (search: Search) => void
}

const DaysPicture = lazy(() => import('./days-picture.tsx'))

/** The time axis of what is found, or how much of it was captured on each day. */
export function CoverageStrip(props: Props) {
  const [isByDay, setByDay] = useState(false)
  const turn = (
    <Button look="quiet" onPress={() => setByDay(!isByDay)}>
      {isByDay ? 'Show the time axis' : 'Captures per day'}
    </Button>
  )
  if (!isByDay) return <TimeAxis {...props} turn={turn} />
  return (
    <figure className={styles['strip']}>
      <Suspense fallback={null}>
        <DaysPicture {...props} />
      </Suspense>
      <figcaption className={styles['caption']}>
        <span>Captures per day</span>
        {turn}
      </figcaption>
    </figure>
  )
}

/** Where records lie, and where nobody looked. Each part of it can be gone into. */
function TimeAxis({ query, version, onZoom, turn }: Props & { readonly turn: ReactNode }) {
  const coverage = useCoverage(query, version)
  const standing = useLog()
  if (coverage === undefined) return null
  const search = searchIn(query)
  const { from: _, to: __, ...whole } = search
  const seen = Math.max(0, ...(standing?.trails.map((one) => one.seen) ?? []))
  // What came after is not under any checkpoint that this device was given.
  const unknownFrom =
    search.to === undefined && seen > 0 && standing?.sync.offlineSince !== null ? seen : undefined
  // Nothing beyond what was asked for, though the axis ends there.
  const until = search.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(search.to)
  const isZoomed = search.from !== undefined || search.to !== undefined
  return (
    <figure className={styles['strip']}>
      <div className={styles['axis']}>
        <Picture coverage={coverage} />
        <div className={styles['parts']}>
          {partsOf(coverage, PARTS).map(({ from, to, says }) => (
            <button
              key={from}
              type="button"
              className={styles['part']}
              aria-label={`Show only ${says}`}
              title={says}
              onClick={() =>
                onZoom({
                  ...search,
                  from: new Date(from).toISOString(),
                  to: new Date(Math.min(to, until)).toISOString(),
                })
              }
            />
          ))}
        </div>
      </div>
      <figcaption className={styles['caption']}>
        <span>{coverageText(coverage, unknownFrom)}</span>
        <Key />
        {isZoomed && (
          <Button look="quiet" onPress={() => onZoom(whole)}>
            All times
          </Button>
        )}
        {turn}
      </figcaption>
    </figure>
  )
}

function Picture({ coverage }: { readonly coverage: Coverage }) {
  const { from, to, counts, down, doubtful } = coverage
  const most = Math.max(1, ...counts)
  const x = (time: number) => ((time - from) / Math.max(1, to - from)) * BUCKETS
  const boxes = (spans: readonly Span[], height: number) =>
    spans
      .map(({ from: start, to: end }) => {
        const width = Math.max(0.4, x(end) - x(start))
        return `M${x(start)} 0h${width}v${height}h${-width}z`
      })
      .join('')
  return (
    <svg
      viewBox={`0 0 ${BUCKETS} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={styles['picture']}
      aria-hidden="true"
    >
      <path d={boxes(down, HEIGHT)} className={styles['down']} />
      <path d={boxes(doubtful, 5)} className={styles['doubtful']} />
      <path d={counts.map((count, i) => barOf(count / most, i)).join('')} className={styles['bar']} />
    </svg>
  )
}

/** One bar: what is there at all is seen. */
function barOf(part: number, at: number): string {
  if (part === 0) return ''
  const height = 3 + part * (HEIGHT - 9)
  return `M${at + 0.1} ${HEIGHT}v${-height}h0.8v${height}z`
}

/** What is what: by form, and last by colour. */
function Key() {
  return (
    <span className={styles['key']} aria-hidden="true">
      <span>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <rect x="1" y="5" width="3" height="7" className={styles['bar']} />
          <rect x="6" y="1" width="3" height="11" className={styles['bar']} />
        </svg>
        recorded
      </span>
      <span>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <rect width="12" height="12" className={styles['down']} />
        </svg>
        relay not running
      </span>
      <span>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <rect width="12" height="4" className={styles['doubtful']} />
        </svg>
        clock doubtful
      </span>
    </span>
  )
}

function useCoverage(query: string, version: number | undefined): Coverage | undefined {
  const [coverage, setCoverage] = useState<Coverage>()
  useEffect(() => {
    if (version === undefined) return
    let isOver = false
    void logOpened
      .then(() => log.coverage(searchIn(query), BUCKETS))
      .then((given) => {
        if (!isOver) setCoverage(given)
      })
    return () => {
      isOver = true
    }
  }, [query, version])
  return coverage
}
