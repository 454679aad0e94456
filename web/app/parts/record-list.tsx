import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ShownRow } from '../log/log.ts'
import { log } from '../log/use-log.ts'
import styles from './record-list.module.css'
import { RecordRow } from './record-row.tsx'
import { RowCache } from './row-cache.ts'
import { ScrollPlace } from './scroll-place.ts'

interface Props {
  /** How many were found, and by which search: another search, or more records, are other rows. */
  readonly count: number
  readonly search: string
  readonly label: string
  readonly onOpen: (row: ShownRow) => void
}

/**
 * Records, newest first, as many as there are: only those in sight are on the page. Above 8 million pixels, where browsers
 * stop, the bar stands for the whole and the wheel still moves by the row.
 */
export function RecordList({ count, search, label, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(600)
  const [rowHeight, setRowHeight] = useState(40)
  const [, setDrawn] = useState(0)
  const [active, setActive] = useState(0)
  const draw = useCallback(() => setDrawn((n) => n + 1), [])
  const place = useRef(new ScrollPlace())
  const cache = useRef<{ search: string; rows: RowCache }>(undefined)
  if (cache.current === undefined)
    cache.current = { search, rows: new RowCache((from, to) => log.rows(from, to), draw) }
  if (cache.current.search !== search) {
    cache.current.search = search
    cache.current.rows.renew()
  }
  const { rows } = cache.current
  place.current.measure(count, rowHeight, height)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => {
      setHeight(element.clientHeight)
      setRowHeight(Number.parseInt(getComputedStyle(element).getPropertyValue('--row'), 10) || 40)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => setActive((now) => Math.max(0, Math.min(now, count - 1))), [count])

  const onScroll = () => {
    if (box.current === null) return
    place.current.scrolled(box.current.scrollTop)
    draw()
  }
  const goTo = (index: number) => {
    const to = Math.max(0, Math.min(count - 1, index))
    setActive(to)
    if (box.current === null) return
    const top = place.current.show(to)
    if (top !== undefined) box.current.scrollTop = top
    draw()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1)
    const moves: { readonly [key: string]: number } = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    }
    const to = moves[event.key]
    if (to !== undefined) {
      event.preventDefault()
      goTo(to)
    } else if (event.key === 'Enter') {
      const row = rows.at(active)
      if (row !== undefined) onOpen(row)
    }
  }

  const { first, last, offset, spacer } = place.current.window()
  rows.want(first, last, count)
  const shown = Array.from({ length: last - first }, (_, i) => first + i)
  return (
    <div
      ref={box}
      className={styles['box']}
      role="grid"
      aria-label={label}
      aria-rowcount={count}
      aria-activedescendant={count > 0 ? `row-${active}` : undefined}
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className={styles['spacer']} style={{ height: spacer }} role="presentation">
        <div className={styles['pane']} style={{ height }} role="presentation">
          {shown.map((index) => (
            <RecordRow
              key={index}
              index={index}
              row={rows.at(index)}
              top={offset + (index - first) * rowHeight}
              isActive={index === active}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  )
}
