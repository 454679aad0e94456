import { lazy, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { may } from '../session/may.ts'
import { signOut, useSession } from '../session/session.ts'
import { SyncPill } from './sync-pill.tsx'
import styles from './top-bar.module.css'

const SignOutDialog = lazy(() => import('../screens/sign-out-dialog.tsx'))

const screens = [
  ['/', 'Trail', undefined],
  ['/exceptions', 'Exceptions', undefined],
  ['/sign', 'Sign', undefined],
  ['/outbox', 'Outbox', undefined],
  ['/exports', 'Export and verify', undefined],
  ['/accounts', 'Accounts', 'account.list'],
  ['/settings', 'Settings', undefined],
] as const

export function TopBar() {
  const session = useSession()
  const [location, navigate] = useLocation()
  const unsent = useLog()?.outbox?.unsent ?? 0
  const [isAsking, setAsking] = useState(false)
  return (
    <header className={styles['bar']}>
      <span className={styles['name']}>Compliance Relay</span>
      <nav aria-label="Screens" className={styles['nav']}>
        {screens.map(
          ([path, text, action]) =>
            (action === undefined || may(session, action)) && (
              <Link
                key={path}
                href={path}
                className={styles['link'] ?? ''}
                aria-current={location === path || location.startsWith(`${path}/`) ? 'page' : undefined}
              >
                {text}
              </Link>
            ),
        )}
      </nav>
      <SyncPill />
      {session === undefined ? (
        <Button look="quiet" onPress={() => navigate('/sign-in')}>
          Sign in
        </Button>
      ) : (
        <span className={styles['who']}>
          <Link href="/password" className={styles['person'] ?? ''} title="Set another password">
            {session.account.name}
          </Link>
          <Button look="quiet" onPress={() => (unsent > 0 ? setAsking(true) : void signOut())}>
            Sign out
          </Button>
          <Suspense fallback={null}>
            {isAsking && <SignOutDialog unsent={unsent} onClose={() => setAsking(false)} />}
          </Suspense>
        </span>
      )}
    </header>
  )
}
