import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Field } from '../parts/field.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { signInByCode } from '../session/session.ts'
import { ScreenForm } from './form.tsx'

/** Somebody's first password, or the one after a reset: by the code that an administrator was given for them. */
export default function CodeScreen() {
  return (
    <CodeForm to="/">
      An administrator gives you the code. It is good once, for 15 minutes. Nobody but you learns the password
      you set.
    </CodeForm>
  )
}

/** Goes to a place once somebody is signed in. */
export function CodeForm({ to, children }: { readonly to: string; readonly children: string }) {
  const [user, setUser] = useState('')
  const [code, setCode] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [, navigate] = useLocation()
  return (
    <ScreenForm
      title="Set your password with a one-time code"
      verb="Set the password and sign in"
      isReady={user !== '' && code !== '' && password !== '' && again === password}
      silence="The relay does not answer: a password is set where it can be reached. If this was sent, try to sign in with the new password first."
      act={async () => {
        await signInByCode(user, code.trim(), password)
        navigate(to)
      }}
      more={<Link href="/sign-in">I have a password</Link>}
    >
      <p>{children}</p>
      <Field label="User id" value={user} onChange={setUser} autoComplete="username" isRequired autoFocus />
      <Field
        label="One-time code"
        hint="Seven groups of four: capital letters and digits."
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        isRequired
      />
      <NewPassword value={password} again={again} onChange={setPassword} onChangeAgain={setAgain} />
    </ScreenForm>
  )
}
