import { startTransition, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { ShownRow } from '../log/log.ts'
import { log, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { RecordList } from '../parts/record-list.tsx'
import { plural } from '../parts/words.ts'
import { CoverageStrip } from './coverage-strip.tsx'
import { FilterBar } from './filter-bar.tsx'
import { queryOf, searchIn } from './search-text.ts'
import { signAddressOf } from './sign-query.ts'
import styles from './trail-screen.module.css'

/** All of it at once keeps the page busy while records come in: so it is drawn in slices, and what was pressed comes between. */
export function TrailScreen() {
  const isDrawn = useDeferredValue(true, false)
  return isDrawn ? <Trail /> : null
}

function Trail() {
  const standing = useLog()
  const query = queryOf(searchIn(useSearch()))
  const [, navigate] = useLocation()
  const found = useFound(query, standing?.version)
  const open = useCallback(({ trail, seq }: ShownRow) => navigate(`/record/${trail}/${seq}`), [navigate])
  const all = standing?.trails.reduce((sum, { size }) => sum + size, 0) ?? 0
  return (
    <>
      <div className={styles['head']}>
        <h1>Trail</h1>
        <output className={styles['count']}>
          {found === undefined || standing === undefined
            ? 'Opening the records on this device'
            : query === ''
              ? plural(found.count, 'record')
              : `${plural(found.count, 'record')} of ${all.toLocaleString('en-US')}`}
        </output>
        <Button
          isDisabled={found === undefined || found.count === 0}
          onPress={() => navigate(signAddressOf(query))}
        >
          Sign these
        </Button>
        <Link href={query === '' ? '/exports' : `/exports?${query}`} className={styles['export'] ?? ''}>
          {query === '' ? 'Export all' : 'Export what is found'}
        </Link>
      </div>
      <FilterBar query={query} onChange={(search) => navigate(`/?${queryOf(search)}`, { replace: true })} />
      <CoverageStrip
        query={query}
        version={found?.version}
        onZoom={(search) => navigate(`/?${queryOf(search)}`, { replace: true })}
      />
      {found !== undefined && (
        <RecordList
          count={found.count}
          search={`${query} ${found.version}`}
          label="Records, newest first"
          onOpen={open}
        />
      )}
      {found?.count === 0 && standing !== undefined && (
        <p className={styles['none']}>
          {all === 0 ? 'There are no records on this device yet.' : 'No record is like that.'}
        </p>
      )}
    </>
  )
}

interface Found {
  readonly query: string
  readonly count: number
  readonly version: number
}

/** What was found: asked for while the records are still being opened, and again whenever more came. */
function useFound(query: string, version: number | undefined): Found | undefined {
  const [found, setFound] = useState<Found>()
  const now = useDeferredValue(version)
  const newest = useRef<Found>(undefined)
  const asked = useRef(query)
  useEffect(() => {
    asked.current = query
    const had = newest.current
    if (had?.query === query && (now === undefined || now === had.version)) return
    // Answers come in the order of what was asked: one to the same question is shown until that of now is here.
    void log.search(searchIn(query)).then((given) => {
      if (asked.current !== query) return
      newest.current = { query, ...given }
      startTransition(() => setFound(newest.current))
    })
  }, [query, now])
  return found
}
