import { useState } from 'react'
import { Button } from './button.tsx'
import styles from './copy-text.module.css'

interface Props {
  readonly text: string
  /** What it is: a screen reader says what is copied. */
  readonly label: string
}

/** Something that is compared or pasted elsewhere, letter by letter. */
export function CopyText({ text, label }: Props) {
  const [said, setSaid] = useState<'Copied' | 'Not copied: select it' | undefined>()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('Not copied: select it')
    }
  }
  return (
    <span className={styles['copy']}>
      <code className={styles['text']}>{text}</code>
      <Button aria-label={`Copy ${label}`} onPress={() => void copy()}>
        Copy
      </Button>
      <span role="status" className={styles['said']}>
        {said}
      </span>
    </span>
  )
}
