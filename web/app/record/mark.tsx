import styles from './record.module.css'

/** Whether something holds: by a shape, the words beside it, and last the colour. */
export function Mark({ holds, text }: { readonly holds: boolean | null; readonly text: string }) {
  const look = holds === null ? 'open' : holds ? 'good' : 'bad'
  return (
    <span className={`${styles['mark']} ${styles[look]}`}>
      <span aria-hidden="true">{{ good: '✓', bad: '✗', open: '!' }[look]}</span>
      {text}
    </span>
  )
}
