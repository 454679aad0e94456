import type { ReactNode } from 'react'
import styles from './notice.module.css'

interface Props {
  readonly look: 'plain' | 'good' | 'warn' | 'bad'
  /** Said at once to whoever hears the page. */
  readonly isAlert?: boolean
  readonly children: ReactNode
}

const shapes = {
  plain: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 7v4.5M8 4.4v.3',
  good: 'M2.5 8.5l3.5 3.5 7.5-8',
  warn: 'M8 2l6.5 12h-13ZM8 6.5v3.5m0 2v.3',
  bad: 'M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5ZM5.5 5.5l5 5m0-5l-5 5',
} as const

/** Something to know about what stands beside it: with a shape, never by colour alone. */
export function Notice({ look, isAlert = false, children }: Props) {
  return (
    <div className={`${styles['notice']} ${styles[look]}`} role={isAlert ? 'alert' : undefined}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
        <path d={shapes[look]} fill="none" />
      </svg>
      <div className={styles['text']}>{children}</div>
    </div>
  )
}

/** A state in a word or two, for lists. */
export function Mark({ look, children }: Props) {
  return (
    <span className={`${styles['mark']} ${styles[look]}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
        <path d={shapes[look]} fill="none" />
      </svg>
      {children}
    </span>
  )
}
