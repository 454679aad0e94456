import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Notice } from '../parts/notice.tsx'
import { saidOf } from '../session/ask.ts'
import { finishExternalSignIn, landedIn } from '../session/external.ts'
import styles from './form.module.css'

const errorTexts: { readonly [error: string]: string } = {
  access_denied: 'The identity provider did not let you in, or you have cancelled there.',
  login_required: 'The identity provider asks you to sign in there first.',
  temporarily_unavailable: 'The identity provider is busy or being maintained.',
  server_error: 'Something went wrong at the identity provider.',
}

/** Where the identity provider sends the browser back to. Nothing of the address is repeated: anybody can write one. */
export default function LandedScreen() {
  const [fault, setFault] = useState<string>()
  const [, navigate] = useLocation()
  const begun = useRef(false)
  useEffect(() => {
    // What is in the address is good once.
    if (begun.current) return
    begun.current = true
    const landed = landedIn(location.search)
    history.replaceState(null, '', '/signed-in')
    if (landed.is === 'code')
      finishExternalSignIn(landed).then(
        (isBegunHere) => {
          if (isBegunHere) navigate('/', { replace: true })
          else setFault('This sign-in was not begun in this tab, so nobody was signed in.')
        },
        (error: unknown) => setFault(saidOf(error)),
      )
    else if (landed.is === 'error')
      setFault(
        Object.hasOwn(errorTexts, landed.error)
          ? errorTexts[landed.error]
          : 'The identity provider refused: its settings for this relay are probably wrong.',
      )
    else setFault('The identity provider has sent nothing.')
  }, [navigate])
  return (
    <div className={styles['form']}>
      <h1>Sign in by the identity provider</h1>
      {fault === undefined ? (
        <p>The relay is asked whether it knows you.</p>
      ) : (
        <>
          <Notice look="bad" isAlert>
            {fault}
          </Notice>
          <Link href="/sign-in">Begin the sign-in again</Link>
        </>
      )}
    </div>
  )
}
