import { useEffect, useState } from 'react'
import { useLog } from '../log/use-log.ts'
import { CopyText } from '../parts/copy-text.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { countText } from '../parts/words.ts'
import styles from './settings-screen.module.css'

interface Storage {
  readonly isKept: boolean
  readonly usedBytes: number
  readonly quotaBytes: number
}

/** What this device keeps, and how well. */
export function DevicePart() {
  const storage = useStorage()
  const trails = useLog()?.trails ?? []
  return (
    <section className={styles['box']} aria-label="This device">
      <h2>This device</h2>
      <dl className={styles['facts']}>
        <dt>App</dt>
        <dd>version {APP_VERSION}</dd>
        <dt>Storage</dt>
        <dd>
          {storage === undefined
            ? 'This browser does not say how much it keeps, or for how long.'
            : `${megabytes(storage.usedBytes)} of ${megabytes(storage.quotaBytes)} used. ${
                storage.isKept
                  ? 'The browser keeps it until somebody deletes it.'
                  : 'The browser may delete it when it runs out of room: install the app, and open it often.'
              }`}
        </dd>
      </dl>
      <h3>Trails on this device</h3>
      {trails.length === 0 && <p>There is none yet: they come once somebody is signed in.</p>}
      {trails.map(({ id, name, vkey, size, seen }) => (
        <dl key={id} className={styles['facts']}>
          <dt>Trail</dt>
          <dd>{name}</dd>
          <dt>Records</dt>
          <dd>{countText(size)}, each verified on this device against the signed checkpoint</dd>
          <dt>Verified last</dt>
          <dd>{seen === 0 ? 'Not yet' : dateTimeZone(seen)}</dd>
          <dt>Key</dt>
          <dd>
            <CopyText label={`the key of ${name}`} text={vkey} />
          </dd>
        </dl>
      ))}
    </section>
  )
}

function useStorage(): Storage | undefined {
  const [storage, setStorage] = useState<Storage>()
  useEffect(() => {
    // Some browsers have none of it.
    if (!('storage' in navigator) || navigator.storage === undefined) return
    let isOver = false
    void Promise.all([navigator.storage.persisted(), navigator.storage.estimate()]).then(
      ([isKept, { usage = 0, quota = 0 }]) => {
        if (!isOver) setStorage({ isKept, usedBytes: usage, quotaBytes: quota })
      },
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [])
  return storage
}

function megabytes(bytes: number): string {
  return `${countText(Math.round(bytes / 2 ** 20))} MiB`
}
