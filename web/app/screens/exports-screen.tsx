import type { ExportView, TrailKeyView } from '@compliance-relay/shared/api'
import { useCallback, useEffect, useState } from 'react'
import { Link, useSearch } from 'wouter'
import { KeysSection } from '../exports/keys-section.tsx'
import { ListSection } from '../exports/list-section.tsx'
import { MakeSection } from '../exports/make-section.tsx'
import { VerifySection } from '../exports/verify-section.tsx'
import { ask, saidOf } from '../session/ask.ts'
import { useSession } from '../session/session.ts'
import styles from './exports-screen.module.css'
import { searchIn } from './search-text.ts'

/** Who may export, as the relay's table of roles has it: it is asked all the same. */
const EXPORTING = ['reviewer', 'qa', 'auditor']
const ASK_MILLISECONDS = 1_000

/** Exports are made here and checked here; checking needs nobody's leave, and no network. */
export function ExportsScreen() {
  const session = useSession()
  const search = searchIn(useSearch())
  const mayExport = session?.account.roles.some((role) => EXPORTING.includes(role)) ?? false
  const { exports, fault, again } = useExports(mayExport)
  const keys = useKeys(session !== undefined)
  return (
    <>
      <h1>Export and verify</h1>
      <div className={styles['columns']}>
        <div className={styles['column']}>
          {mayExport ? (
            <>
              <MakeSection search={search} onStarted={again} />
              <ListSection exports={exports} fault={fault} />
            </>
          ) : (
            <p className={styles['note']}>
              {session === undefined ? (
                <>
                  <Link href="/sign-in">Sign in</Link> to have an export made: that needs the relay. An export
                  that is here already can be checked without it.
                </>
              ) : (
                'Exports are made by reviewers, QA and auditors. Any can be checked here.'
              )}
            </p>
          )}
          <KeysSection keys={keys} />
        </div>
        <div className={styles['column']}>
          <VerifySection />
        </div>
      </div>
    </>
  )
}

/** Asked again while one of them is being made. */
function useExports(mayExport: boolean) {
  const [exports, setExports] = useState<readonly ExportView[]>()
  const [fault, setFault] = useState<string>()
  const [asked, setAsked] = useState(0)
  const again = useCallback(() => setAsked((n) => n + 1), [])
  const isMoving = exports?.some(({ state }) => state !== 'made' && state !== 'failed') ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again is asked
  useEffect(() => {
    if (!mayExport) return
    let isOver = false
    const read = async () => {
      try {
        const given = await ask('listExports', {})
        if (isOver) return
        setExports(given.exports)
        setFault(undefined)
      } catch (error) {
        if (!isOver) setFault(saidOf(error))
      }
    }
    void read()
    const timer = isMoving ? setInterval(() => void read(), ASK_MILLISECONDS) : undefined
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [mayExport, isMoving, asked])
  return { exports, fault, again }
}

/** Undefined until they came: without a network they do not. */
function useKeys(isSignedIn: boolean): readonly TrailKeyView[] | undefined {
  const [keys, setKeys] = useState<readonly TrailKeyView[]>()
  useEffect(() => {
    if (!isSignedIn) return
    void ask('listTrailKeys', {}).then(
      (given) => setKeys(given.keys),
      () => setKeys(undefined),
    )
  }, [isSignedIn])
  return keys
}
