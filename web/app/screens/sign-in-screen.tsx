import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { saidOf } from '../session/ask.ts'
import { startExternalSignIn } from '../session/external.ts'
import { type Ended, signIn, useEnded } from '../session/session.ts'
import { useHello } from '../session/use-hello.ts'
import { ScreenForm } from './form.tsx'

const stays =
  'What is on this device stays: records, and signatures that are not sent yet. They are sent once you sign in again.'
const endedTexts: { readonly [E in Ended]: string } = {
  idle: `You were signed out, because nothing was done here for fifteen minutes. ${stays}`,
  life: `You were signed out after twelve hours. ${stays}`,
  relay: `The relay does not know your session any more: it was ended, or the relay was started again. ${stays}`,
  password: 'Your password is another now, which ends the session. Sign in with the new one.',
}

export function SignInScreen() {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [, navigate] = useLocation()
  const ended = useEnded()
  const hello = useHello()
  return (
    <ScreenForm
      title="Sign in"
      verb="Sign in"
      isReady={user !== '' && password !== ''}
      silence="The relay does not answer. What is on this device can still be read and signed."
      act={async () => {
        try {
          await signIn(user, password)
          navigate('/')
        } finally {
          setPassword('')
        }
      }}
      more={
        <>
          <Link href="/sign-in/code">I have a one-time code</Link>
          {hello?.provider === true && <ProviderButton />}
        </>
      }
    >
      {ended !== undefined && <Notice look="warn">{endedTexts[ended]}</Notice>}
      {hello?.isNew === true && (
        <Notice look="plain">
          Nobody has signed in at this relay yet: <Link href="/setup">set it up</Link>.
        </Notice>
      )}
      <Field label="User id" value={user} onChange={setUser} autoComplete="username" isRequired autoFocus />
      <PasswordField label="Password" value={password} onChange={setPassword} />
    </ScreenForm>
  )
}

function ProviderButton() {
  const [fault, setFault] = useState<string>()
  return (
    <>
      <Button onPress={() => startExternalSignIn().catch((error: unknown) => setFault(saidOf(error)))}>
        Sign in by the identity provider
      </Button>
      {fault !== undefined && (
        <Notice look="bad" isAlert>
          {fault}
        </Notice>
      )}
    </>
  )
}
