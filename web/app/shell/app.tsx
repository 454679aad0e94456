import { lazy, Suspense, useEffect } from 'react'
import { Route, Switch } from 'wouter'
import { log, whenSignedOut } from '../log/use-log.ts'
import { SignInScreen } from '../screens/sign-in-screen.tsx'
import { TrailScreen } from '../screens/trail-screen.tsx'
import { sessionEnded, useSession } from '../session/session.ts'
import styles from './app.module.css'
import { useKeepAlive } from './keep-alive.ts'
import { TopBar } from './top-bar.tsx'
import { UpdateBar } from './update-bar.tsx'

const RecordScreen = lazy(async () => ({
  default: (await import('../screens/record-screen.tsx')).RecordScreen,
}))
const ExportsScreen = lazy(async () => ({
  default: (await import('../screens/exports-screen.tsx')).ExportsScreen,
}))

whenSignedOut(sessionEnded)

const SignScreen = lazy(() => import('../screens/sign-screen.tsx').then((it) => ({ default: it.SignScreen })))
const OutboxScreen = lazy(() =>
  import('../screens/outbox-screen.tsx').then((it) => ({ default: it.OutboxScreen })),
)

export function App() {
  const session = useSession()
  useEffect(() => {
    // Before anything is asked in its name; what is asked meanwhile comes after it.
    void log.session(session?.token)
  }, [session?.token])
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState === 'visible') void log.wake()
    }
    const events = [
      [document, 'visibilitychange'],
      [window, 'pageshow'],
      [window, 'online'],
    ] as const
    for (const [target, name] of events) target.addEventListener(name, wake)
    return () => {
      for (const [target, name] of events) target.removeEventListener(name, wake)
    }
  }, [])
  useKeepAlive(session)
  return (
    <>
      <TopBar />
      <UpdateBar />
      <main className={styles['main']}>
        <Suspense fallback={null}>
          <Switch>
            <Route path="/" component={TrailScreen} />
            <Route path="/record/:trail/:seq" component={RecordScreen} />
            <Route path="/sign" component={SignScreen} />
            <Route path="/outbox" component={OutboxScreen} />
            <Route path="/exports" component={ExportsScreen} />
            <Route path="/sign-in" component={SignInScreen} />
            <Route>
              <h1>There is nothing here</h1>
              <p>
                <a href="/">To the trail</a>
              </p>
            </Route>
          </Switch>
        </Suspense>
      </main>
    </>
  )
}
