import { type SubmitEvent, useEffect, useState } from 'react'
import { useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { saidOf } from '../session/ask.ts'
import { useSession } from '../session/session.ts'
import { enrol, isDeviceName } from '../signing/enrol.ts'
import { askStorageKept } from '../signing/storage-kept.ts'
import { inSigningWorker } from '../signing/use-signing.ts'
import styles from './enrol-panel.module.css'

/** Makes this device one that signs for whoever is signed in: with a network, once. */
export function EnrolPanel() {
  const session = useSession()
  const standing = useLog()
  const [device, setDevice] = useState(standing?.outbox?.enrolments[0]?.device ?? '')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const missing = useMissing()
  const account = session?.account
  if (account === undefined)
    return <p>To enrol this device, sign in first. Whoever is enrolled signs here without a network, too.</p>
  if (!account.roles.some((role) => role === 'reviewer' || role === 'qa'))
    return <p>{account.name} does not sign: that takes the role of a reviewer or of QA.</p>
  const own = standing?.outbox?.enrolments.find(({ user }) => user === account.id)
  const waiting = own?.unsent ?? 0
  if (missing !== null) return <p role="alert">{missing}</p>

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await enrol(account.id, device, password, standing?.trails ?? [])
      await askStorageKept()
    } catch (error) {
      setFault(saidOf(error))
    } finally {
      setBusy(false)
      setPassword('')
    }
  }

  return (
    <form className={styles['panel']} onSubmit={submit} aria-labelledby="enrol-title">
      <h2 id="enrol-title">Enrol this device for {account.name}</h2>
      <p className={styles['soft']}>
        A key is made here that only your password opens. Then you can sign with it for 72 hours at a time,
        also without a network. Two administrators must have given you the right to sign.
      </p>
      {waiting > 0 && (
        <p role="alert" className={styles['fault']}>
          Signatures of the key before are not sent yet: send them first. Enrolling again ends that key, and
          they would be held.
        </p>
      )}
      <Field
        label="Name of this device"
        value={device}
        onChange={setDevice}
        isRequired
        hint="Small letters, digits and hyphens, for example tablet-3. It stands in each signature."
        error={
          device === '' || isDeviceName(device)
            ? undefined
            : 'Small letters, digits and hyphens, 40 at most, a letter or digit first.'
        }
      />
      <PasswordField label={`Password of ${account.id}`} value={password} onChange={setPassword} />
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <Button
        type="submit"
        look="primary"
        size="large"
        isDisabled={isBusy || waiting > 0 || !isDeviceName(device) || password === ''}
      >
        {isBusy ? 'Enrolling' : 'Enrol this device'}
      </Button>
    </form>
  )
}

/** Null while that is not known, too: it is asked again before anything is made. */
function useMissing(): string | null {
  const [missing, setMissing] = useState<string | null>(null)
  useEffect(() => {
    void inSigningWorker((worker) => worker.missing())
      .catch((error: Error) => error.message)
      .then(setMissing)
  }, [])
  return missing
}
