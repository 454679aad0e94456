import { Link, useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { may } from '../session/may.ts'
import { signOut, useSession } from '../session/session.ts'
import { SyncPill } from './sync-pill.tsx'
import styles from './top-bar.module.css'

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
          <Button look="quiet" onPress={() => void signOut()}>
            Sign out
          </Button>
        </span>
      )}
    </header>
  )
}
