import { type SubmitEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Silence, saidOf } from '../session/ask.ts'
import { signIn } from '../session/session.ts'
import styles from './sign-in-screen.module.css'

export function SignInScreen() {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [isShown, setShown] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const [, navigate] = useLocation()

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await signIn(user, password)
      navigate('/')
    } catch (error) {
      setFault(
        error instanceof Silence
          ? 'The relay does not answer. What is on this device can still be read and signed.'
          : saidOf(error),
      )
    } finally {
      setBusy(false)
      setPassword('')
    }
  }

  return (
    <form className={styles['form']} onSubmit={submit}>
      <h1>Sign in</h1>
      <Field label="User id" value={user} onChange={setUser} autoComplete="username" isRequired autoFocus />
      <Field
        label="Password"
        type={isShown ? 'text' : 'password'}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        isRequired
      />
      <label className={styles['show']}>
        <input type="checkbox" checked={isShown} onChange={({ target }) => setShown(target.checked)} />
        Show the password
      </label>
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <Button type="submit" look="primary" size="large" isDisabled={isBusy || user === '' || password === ''}>
        {isBusy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  )
}
