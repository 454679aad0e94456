import { lazy, Suspense, useEffect } from 'react'
import { Route, Switch } from 'wouter'
import { log, whenSignedOut } from '../log/use-log.ts'
import { SignInScreen } from '../screens/sign-in-screen.tsx'
import { TrailScreen } from '../screens/trail-screen.tsx'
import { sessionEnded, useSession } from '../session/session.ts'
import styles from './app.module.css'
import { useKeepAlive } from './keep-alive.ts'
import { LossNotice } from './loss-notice.tsx'
import { SignInNotice } from './sign-in-notice.tsx'
import { TopBar } from './top-bar.tsx'
import { UpdateBar } from './update-bar.tsx'

const RecordScreen = lazy(async () => ({
  default: (await import('../screens/record-screen.tsx')).RecordScreen,
}))
const ExportsScreen = lazy(async () => ({
  default: (await import('../screens/exports-screen.tsx')).ExportsScreen,
}))

const AccountsScreen = lazy(() => import('../screens/accounts-screen.tsx'))

whenSignedOut(() => sessionEnded('relay'))

const SignScreen = lazy(() => import('../screens/sign-screen.tsx').then((it) => ({ default: it.SignScreen })))
const OutboxScreen = lazy(() =>
  import('../screens/outbox-screen.tsx').then((it) => ({ default: it.OutboxScreen })),
)
const CodeScreen = lazy(() => import('../screens/code-screen.tsx'))
const ExceptionsScreen = lazy(() => import('../screens/exceptions-screen.tsx'))
const LandedScreen = lazy(() => import('../screens/landed-screen.tsx'))
const HelpScreen = lazy(() => import('../screens/help-screen.tsx'))
const SettingsScreen = lazy(() => import('../screens/settings-screen.tsx'))
const SetupScreen = lazy(() => import('../screens/setup-screen.tsx'))
const PasswordScreen = lazy(() => import('../screens/password-screen.tsx'))
const IdleDialog = lazy(() => import('./idle-dialog.tsx'))

export function App() {
  const session = useSession()
  // Whoever has to set another password first is given no records.
  const reading = session?.account.mustChange === true ? undefined : session?.token
  const user = session?.account.id
  useEffect(() => {
    // Before anything is asked in its name; what is asked meanwhile comes after it.
    void log.session(reading, user)
  }, [reading, user])
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
  const idle = useKeepAlive(session)
  return (
    <>
      <TopBar />
      <UpdateBar />
      <main className={styles['main']}>
        <SignInNotice />
        <LossNotice />
        <Suspense fallback={null}>
          {idle !== undefined && <IdleDialog idle={idle} />}
          {session?.account.mustChange === true ? <PasswordScreen /> : <Screens />}
        </Suspense>
      </main>
    </>
  )
}

function Screens() {
  return (
    <Switch>
      <Route path="/" component={TrailScreen} />
      <Route path="/record/:trail/:seq" component={RecordScreen} />
      <Route path="/sign" component={SignScreen} />
      <Route path="/outbox" component={OutboxScreen} />
      <Route path="/exports" component={ExportsScreen} />
      <Route path="/sign-in" component={SignInScreen} />
      <Route path="/sign-in/code" component={CodeScreen} />
      <Route path="/signed-in" component={LandedScreen} />
      <Route path="/password" component={PasswordScreen} />
      <Route path="/accounts/*?" component={AccountsScreen} />
      <Route path="/exceptions" component={ExceptionsScreen} />
      <Route path="/settings/*?" component={SettingsScreen} />
      <Route path="/setup" component={SetupScreen} />
      <Route path="/help" component={HelpScreen} />
      <Route>
        <h1>There is nothing here</h1>
        <p>
          <a href="/">To the trail</a>
        </p>
      </Route>
    </Switch>
  )
}
