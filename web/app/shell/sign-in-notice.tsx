import { Link } from 'wouter'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Notice } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import { noticeSeen, useSession } from '../session/session.ts'
import styles from './sign-in-notice.module.css'

/** Shown to whoever signed in, so that they notice if it was not them the last time (ASVS 6.3.5). */
export function SignInNotice() {
  const session = useSession()
  if (session === undefined || session.notice === null || session.account.mustChange) return null
  const { last, failures, passwordEndsSoon } = session.notice
  return (
    <div className={styles['place']}>
      <Notice look={failures > 0 ? 'warn' : 'plain'}>
        <p>
          {last === null
            ? 'This is your first sign-in.'
            : `You signed in last ${dateTimeZone(Date.parse(last.time))}, from ${deviceText(last.device)}.`}{' '}
          {failures > 0 &&
            `Since then there ${failures === 1 ? 'was' : 'were'} ${plural(failures, 'wrong password')}.`}{' '}
          {(last !== null || failures > 0) && 'If that was not you, tell an administrator at once.'}
        </p>
        {passwordEndsSoon !== null && (
          <p>
            Your password is over {dateTimeZone(Date.parse(passwordEndsSoon))}:{' '}
            <Link href="/password">set another</Link>.
          </p>
        )}
      </Notice>
      <Button onPress={noticeSeen}>I have seen it</Button>
    </div>
  )
}

function deviceText(device: string): string {
  return device === 'workstation' ? 'the workstation itself' : device
}
