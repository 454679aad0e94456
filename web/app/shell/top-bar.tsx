import { lazy, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { may } from '../session/may.ts'
import { signOut, useSession } from '../session/session.ts'
import { NarrowMenu } from './narrow-menu.tsx'
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

/** One line, at every width: where there is no room for the screens' names, a button opens the list of them. */
export function TopBar() {
  const unsent = useLog()?.outbox?.unsent ?? 0
  const [isAsking, setAsking] = useState(false)
  const leave = () => (unsent > 0 ? setAsking(true) : void signOut())
  return (
    <header className={styles['place']}>
      <div className={styles['bar']}>
        <div className={styles['narrow']}>
          <NarrowMenu>
            {(close) => (
              <>
                <ScreenLinks look="listed" onFollow={close} />
                <Who look="listed" onDone={close} onLeave={leave} />
              </>
            )}
          </NarrowMenu>
        </div>
        <span className={styles['name']}>Compliance Relay</span>
        <div className={styles['wide']}>
          <ScreenLinks look="inline" />
        </div>
        <SyncPill />
        <div className={styles['wide']}>
          <Who look="inline" onLeave={leave} />
        </div>
      </div>
      <Suspense fallback={null}>
        {isAsking && <SignOutDialog unsent={unsent} onClose={() => setAsking(false)} />}
      </Suspense>
    </header>
  )
}

type Look = 'inline' | 'listed'

/** Screens that whoever is signed in may open. */
function ScreenLinks({ look, onFollow }: { readonly look: Look; readonly onFollow?: () => void }) {
  const session = useSession()
  const [location] = useLocation()
  return (
    <nav aria-label="Screens" className={styles[look]}>
      {screens.map(
        ([path, text, action]) =>
          (action === undefined || may(session, action)) && (
            <Link
              key={path}
              href={path}
              className={styles['link'] ?? ''}
              aria-current={location === path || location.startsWith(`${path}/`) ? 'page' : undefined}
              onClick={onFollow}
            >
              {text}
            </Link>
          ),
      )}
    </nav>
  )
}

interface WhoProps {
  readonly look: Look
  readonly onDone?: () => void
  /** Somebody wants to be signed out. */
  readonly onLeave: () => void
}

function Who({ look, onDone, onLeave }: WhoProps) {
  const session = useSession()
  const [, navigate] = useLocation()
  const then = (act: () => void) => () => {
    onDone?.()
    act()
  }
  return (
    <div className={`${styles['who']} ${styles[look]}`}>
      {session === undefined ? (
        <Button look="quiet" onPress={then(() => navigate('/sign-in'))}>
          Sign in
        </Button>
      ) : (
        <>
          <Link
            href="/password"
            className={`${styles['link']} ${styles['person']}`}
            title="Set another password"
            onClick={onDone}
          >
            {session.account.name}
          </Link>
          <Button look="quiet" onPress={then(onLeave)}>
            Sign out
          </Button>
        </>
      )}
    </div>
  )
}
