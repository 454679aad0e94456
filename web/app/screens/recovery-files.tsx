import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { ask } from '../session/ask.ts'
import { useAsked } from '../session/use-asked.ts'
import styles from './settings-screen.module.css'

const howTexts: { readonly [how: string]: string } = {
  'set-up': 'written when the relay was set up',
  made: 'written where there was none',
  renewed: 'written by whoever had the one before',
  replaced: 'written without the one before',
}

/** Which recovery file opens the relay to its last administrator, and which wait to be the one. */
export function RecoveryFiles() {
  const heard = useAsked('readRecoveryFiles', {})
  const [confirming, setConfirming] = useState<string>()
  return (
    <section className={styles['part']} aria-labelledby="recovery">
      <h2 id="recovery">Recovery file</h2>
      <p className={styles['soft']}>
        With it, its passphrase and a second person an administrator gets in where none can. Its SHA-256 is on
        the paper that was printed with it.
      </p>
      <HeardFromRelay heard={heard} what="The recovery files">
        {({ counts, waiting }) => (
          <>
            <p className={styles['digest']}>
              {counts === null ? 'None counts yet.' : `The one that counts: ${counts}`}
            </p>
            {waiting.length > 0 && (
              <DataTable<(typeof waiting)[number]>
                label="Recovery files that wait"
                columns={[
                  {
                    head: 'SHA-256',
                    cell: ({ digest }) => <span className={styles['digest']}>{digest}</span>,
                  },
                  { head: 'How', cell: ({ how }) => howTexts[how] ?? how },
                  { head: 'Counts from', cell: ({ countsFrom }) => dateTimeZone(Date.parse(countsFrom)) },
                  {
                    head: 'Act',
                    cell: ({ digest }) => (
                      <Button aria-label={`Confirm ${digest}`} onPress={() => setConfirming(digest)}>
                        Confirm it
                      </Button>
                    ),
                  },
                ]}
                rows={waiting}
                keyOf={({ digest }) => digest}
              />
            )}
          </>
        )}
      </HeardFromRelay>
      {confirming !== undefined && (
        <ActDialog
          title="Confirm a recovery file"
          says={
            <>
              From now on it is the one that counts, and none before it opens anything. Confirm it only if you
              hold the file with this SHA-256: <span className={styles['digest']}>{confirming}</span>
            </>
          }
          verb="Confirm it"
          act={async (given) => {
            await ask('confirmRecoveryFile', { body: { ...given, digest: confirming } })
            return undefined
          }}
          onClose={() => {
            setConfirming(undefined)
            heard.again()
          }}
        />
      )}
    </section>
  )
}
