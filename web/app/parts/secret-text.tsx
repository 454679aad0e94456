import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import styles from './secret-text.module.css'

interface Props {
  /** What it is, for whoever does not see it. */
  readonly label: string
  readonly text: string
}

const COPIED_MILLISECONDS = 4_000

/** Something to be written down or taken elsewhere, letter by letter. */
export function SecretText({ label, text }: Props) {
  const [came, setCame] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (came === undefined) return
    const timer = setTimeout(() => setCame(undefined), COPIED_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [came])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCame('copied')
    } catch {
      setCame('failed')
    }
  }
  return (
    <div className={styles['row']}>
      <output aria-label={label} className={styles['text']}>
        {text}
      </output>
      <Button onPress={() => void copy()}>Copy</Button>
      <span role="status" className={styles['came']}>
        {came === 'copied' && 'Copied'}
        {came === 'failed' && 'This browser does not let it be copied: mark it and copy it by hand.'}
      </span>
    </div>
  )
}
