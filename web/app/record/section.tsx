import { type ReactNode, useId } from 'react'
import { plain } from '../parts/plain-text.tsx'
import styles from './record.module.css'

/** A part of a record's page, with its heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}

export type FactRow = readonly [name: string, value: ReactNode]

/** Names and values; a name without a value is left out. */
export function Facts({ rows }: { readonly rows: readonly FactRow[] }) {
  const there = rows.filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (there.length === 0) return null
  return (
    <dl className={styles['facts']}>
      {there.map(([name, value]) => (
        <div key={name} className={styles['fact']}>
          <dt>{name}</dt>
          <dd>{plain(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <>
      {lines.map((line) => (
        <p key={line}>{plain(line)}</p>
      ))}
    </>
  )
}
