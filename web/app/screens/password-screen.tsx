import { passwordChangeSentence } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { NewPassword } from '../parts/new-password.tsx'
import { Notice } from '../parts/notice.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { changePassword, useSession } from '../session/session.ts'
import { ScreenForm } from './form.tsx'

/** One's own password. Whoever has to set another sees nothing else until they have. */
export default function PasswordScreen() {
  const session = useSession()
  const [present, setPresent] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [, navigate] = useLocation()
  if (session === undefined)
    return (
      <p>
        <Link href="/sign-in">Sign in</Link> to set another password.
      </p>
    )
  const { account } = session
  return (
    <ScreenForm
      title={account.mustChange ? 'Set another password first' : 'Set another password'}
      verb="Set the password"
      isReady={present !== '' && password !== '' && again === password}
      silence="The relay does not answer, so it is not known whether the password was set. Once it answers, sign in with the new one first."
      act={async () => {
        await changePassword(account.id, present, password)
        navigate('/')
      }}
    >
      {account.mustChange && (
        <Notice look="warn">
          Nothing else can be done before.{' '}
          {account.passwordChange !== null && passwordChangeSentence(account.passwordChange)}
        </Notice>
      )}
      <p>Wherever else you are signed in, you are signed out. What is on this device stays.</p>
      <input type="text" autoComplete="username" value={account.id} readOnly hidden />
      <PasswordField label={`Present password of ${account.id}`} value={present} onChange={setPresent} />
      <NewPassword value={password} again={again} onChange={setPassword} onChangeAgain={setAgain} />
    </ScreenForm>
  )
}
