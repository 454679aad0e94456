import { type ReactNode, type SubmitEvent, useState } from 'react'
import { Refusal, Silence, saidOf } from '../session/ask.ts'
import { sessionEnded, useSession } from '../session/session.ts'
import styles from './act-dialog.module.css'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import { Modal } from './modal.tsx'
import { Notice } from './notice.tsx'
import { PasswordField } from './password-field.tsx'
import { SecretText } from './secret-text.tsx'

/** What is shown before the dialog is closed: what has come of it, and what is shown here once and never again. */
export interface Outcome {
  readonly says: ReactNode
  /** `good` unless given: it was done, and came to nothing. */
  readonly look?: 'good' | 'bad'
  readonly secret?: { readonly label: string; readonly text: string }
}

/** What whoever acts gives with it, each time: it is theirs, and stands in the trail. */
export interface Given {
  readonly password: string
  readonly reason: string
}

interface Props {
  readonly title: string
  /** What will happen, in a sentence. */
  readonly says: ReactNode
  /** On the button: what is done. */
  readonly verb: string
  readonly look?: 'primary' | 'danger'
  /** Fields of its own. */
  readonly children?: ReactNode
  /** Whether these are filled in. */
  readonly isReady?: boolean
  readonly asksReason?: boolean
  /** What a reason may look like. */
  readonly reasonHint?: string
  /** Rejects with what the relay says. With an outcome the dialog shows that before it closes. */
  act(given: Given): Promise<Outcome | undefined>
  /** Of a dialog that was closed, whether or not something was done. */
  onClose(): void
}

/**
 * One act of a person at the relay: what it will do, why, and their password again (21 CFR 11.200, ASVS 7.5.3). A refusal
 * is shown where it was asked for, and what was typed stays.
 */
export function ActDialog(props: Props) {
  const [outcome, setOutcome] = useState<Outcome>()
  const { title, onClose } = props
  return (
    <Modal title={title} onClose={outcome?.secret === undefined ? onClose : undefined}>
      {outcome === undefined ? (
        <ActForm {...props} onOutcome={setOutcome} />
      ) : (
        <>
          <Notice look={outcome.look ?? 'good'} isAlert>
            {outcome.says}
          </Notice>
          {outcome.secret !== undefined && (
            <>
              <h3>{outcome.secret.label}</h3>
              <SecretText label={outcome.secret.label} text={outcome.secret.text} />
              <p className={styles['once']}>It is shown here once, and nowhere again.</p>
            </>
          )}
          <div className={styles['buttons']}>
            <Button look="primary" onPress={onClose} autoFocus>
              {outcome.secret === undefined ? 'Close' : 'I have it'}
            </Button>
          </div>
        </>
      )}
    </Modal>
  )
}

function ActForm({
  says,
  verb,
  look = 'primary',
  children,
  isReady = true,
  asksReason = true,
  reasonHint,
  act,
  onClose,
  onOutcome,
}: Props & { onOutcome(outcome: Outcome): void }) {
  const account = useSession()?.account
  const [reason, setReason] = useState('')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const outcome = await act({ password, reason })
      if (outcome === undefined) onClose()
      else onOutcome(outcome)
    } catch (error) {
      setFault(faultOf(error))
      setBusy(false)
      setPassword('')
      if (error instanceof Refusal && error.code === 'unauthenticated') sessionEnded('relay')
    }
  }
  if (account === undefined)
    return (
      <Notice look="warn" isAlert>
        You are not signed in any more: nothing was done. Close this, sign in, and do it again.
      </Notice>
    )
  const isFilled = isReady && password !== '' && (!asksReason || reason.trim() !== '')
  return (
    <form className={styles['form']} onSubmit={submit}>
      <div className={styles['says']}>{says}</div>
      {children}
      {asksReason && (
        <Field
          label="Reason"
          hint={reasonHint ?? 'It stands in the trail, for whoever reads this later.'}
          value={reason}
          onChange={setReason}
          maxLength={2_000}
          lines={2}
          isRequired
        />
      )}
      <input type="text" autoComplete="username" value={account.id} readOnly hidden />
      <PasswordField
        label={`Password of ${account.name} (${account.id})`}
        value={password}
        onChange={setPassword}
      />
      {fault !== undefined && (
        <Notice look="bad" isAlert>
          {fault}
        </Notice>
      )}
      <div className={styles['buttons']}>
        <Button onPress={onClose}>Cancel</Button>
        <Button type="submit" look={look} isDisabled={isBusy || !isFilled}>
          {isBusy ? 'The relay is asked' : verb}
        </Button>
      </div>
    </form>
  )
}

function faultOf(error: unknown): string {
  if (error instanceof Silence)
    return 'The relay does not answer, so it is not known whether this was done. Look at the list again before you do it a second time.'
  return saidOf(error)
}
