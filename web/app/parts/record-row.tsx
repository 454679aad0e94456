import { printable } from '@compliance-relay/shared/trail'
import { memo } from 'react'
import type { ShownRow } from '../log/log.ts'
import { dateTime } from './dates.ts'
import { PlainText, plain } from './plain-text.tsx'
import styles from './record-list.module.css'
import { SignState } from './sign-state.tsx'
import { kindText } from './words.ts'

interface Props {
  readonly index: number
  readonly row: ShownRow | undefined
  readonly top: number
  readonly isActive: boolean
  readonly onOpen: (row: ShownRow) => void
}

export const RecordRow = memo(function RecordRow({ index, row, top, isActive, onOpen }: Props) {
  const className = `${styles['row']} ${isActive ? styles['active'] : ''}`
  const style = { transform: `translateY(${top}px)` }
  if (row === undefined)
    return (
      <div
        className={`${className} ${styles['blank']}`}
        style={style}
        role="row"
        aria-rowindex={index + 1}
        id={`row-${index}`}
      />
    )
  return (
    <div
      className={className}
      style={style}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isActive}
      id={`row-${index}`}
      onClick={() => onOpen(row)}
    >
      <span role="gridcell" className={styles['seq']}>
        {row.seq}
      </span>
      <span role="gridcell" className={styles['time']}>
        <TimeText time={row.time} />
      </span>
      <span role="gridcell" className={styles['kind']}>
        {kindText(row.kind)}
      </span>
      <span role="gridcell" className={styles['what']} title={printable(row.what)}>
        <PathText path={row.what} />
      </span>
      <span role="gridcell" className={styles['project']}>
        {plain(row.project)}
      </span>
      <span role="gridcell" className={styles['person']}>
        {plain(row.person)}
      </span>
      <span role="gridcell" className={styles['instrument']}>
        {plain(row.instrument)}
      </span>
      <span role="gridcell" className={styles['state']}>
        <SignState bits={row.state} />
      </span>
    </div>
  )
})

/** Where there is hardly any room the seconds go, and the year if it is this one: the record has them. */
function TimeText({ time }: { readonly time: number }) {
  const text = dateTime(time)
  const isThisYear = text.slice(0, 5) === dateTime(Date.now()).slice(0, 5)
  return (
    <>
      <span className={isThisYear ? styles['roomy'] : undefined}>{text.slice(0, 5)}</span>
      {text.slice(5, 16)}
      <span className={styles['roomy']}>{text.slice(16)}</span>
    </>
  )
}

/** The end of a path is what tells one from another: where there is no room the middle goes. */
function PathText({ path }: { readonly path: string }) {
  const cut = path.lastIndexOf('/')
  return (
    <>
      <PlainText text={path.slice(0, cut + 1)} className={styles['folder']} />
      <PlainText text={path.slice(cut + 1)} className={styles['file']} />
    </>
  )
}
