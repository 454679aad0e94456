import { Link, useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { signOut, useSession } from '../session/session.ts'
import { SyncPill } from './sync-pill.tsx'
import styles from './top-bar.module.css'

const screens = [
  ['/', 'Trail'],
  ['/sign', 'Sign'],
  ['/outbox', 'Outbox'],
  ['/exports', 'Export and verify'],
] as const

export function TopBar() {
  const session = useSession()
  const [location, navigate] = useLocation()
  return (
    <header className={styles['bar']}>
      <span className={styles['name']}>Compliance Relay</span>
      <nav aria-label="Screens" className={styles['nav']}>
        {screens.map(([path, text]) => (
          <Link
            key={path}
            href={path}
            className={styles['link'] ?? ''}
            aria-current={location === path ? 'page' : undefined}
          >
            {text}
          </Link>
        ))}
      </nav>
      <SyncPill />
      {session === undefined ? (
        <Button look="quiet" onPress={() => navigate('/sign-in')}>
          Sign in
        </Button>
      ) : (
        <span className={styles['who']}>
          <span className={styles['person']}>{session.account.name}</span>
          <Button look="quiet" onPress={() => void signOut()}>
            Sign out
          </Button>
        </span>
      )}
    </header>
  )
}
