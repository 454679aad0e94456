import { type ReactNode, type SubmitEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Silence, saidOf } from '../session/ask.ts'
import styles from './form.module.css'

interface Props {
  readonly title: string
  readonly verb: string
  readonly isReady: boolean
  readonly children: ReactNode
  /** Below the button: other ways. */
  readonly more?: ReactNode
  /** What to say where the relay does not answer. */
  readonly silence: string
  /** Rejects with what the relay says. */
  act(): Promise<void>
}

/** A form that fills a screen: one thing to do, and why it was refused. */
export function ScreenForm({ title, verb, isReady, children, more, silence, act }: Props) {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await act()
    } catch (error) {
      setFault(error instanceof Silence ? silence : saidOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <h1>{title}</h1>
      {children}
      {fault !== undefined && (
        <Notice look="bad" isAlert>
          {fault}
        </Notice>
      )}
      <Button type="submit" look="primary" size="large" isDisabled={isBusy || !isReady}>
        {isBusy ? 'The relay is asked' : verb}
      </Button>
      {more !== undefined && <div className={styles['more']}>{more}</div>}
    </form>
  )
}
