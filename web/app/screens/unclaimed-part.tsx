import type { ResultOf } from '@compliance-relay/shared/api'
import { printable } from '@compliance-relay/shared/trail'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { kindText, plural } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import styles from './exceptions-screen.module.css'

type Unclaimed = ResultOf<'listUnclaimed'>['unclaimed'][number]

/** As the relay takes them (`CLAIMS_AT_ONCE_MAX`). */
const AT_ONCE_MAX = 100

const nameOf = ({ path, seq }: Unclaimed) => printable(path ?? `record ${seq}`)
const keyOf = ({ trail, seq }: Unclaimed) => `${trail} ${seq}`

/** Captures that wait for somebody to answer for them. */
export function UnclaimedPart() {
  const session = useSession()
  const [after, setAfter] = useState<string>()
  const heard = useAsked('listUnclaimed', after === undefined ? {} : { query: { after } }, after ?? '')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [isClaiming, setClaiming] = useState(false)
  const mayClaim = may(session, 'capture.claim')
  const choose = (one: Unclaimed, isChosen: boolean) =>
    setChosen(isChosen ? [...chosen, keyOf(one)] : chosen.filter((key) => key !== keyOf(one)))
  return (
    <HeardFromRelay heard={heard} what="Captures that wait for a claim">
      {({ total, unclaimed, next }) => {
        const claimable = unclaimed.filter(({ digest }) => digest !== '')
        const taken = unclaimed.filter((one) => chosen.includes(keyOf(one)))
        return (
          <>
            <div className={styles['bar']}>
              <strong>
                {total === 0
                  ? 'No capture waits for somebody.'
                  : `${plural(total, 'capture')} to answer for.`}
              </strong>
              {mayClaim && claimable.length > 0 && (
                <>
                  <Button
                    onPress={() =>
                      setChosen(taken.length === 0 ? claimable.slice(0, AT_ONCE_MAX).map(keyOf) : [])
                    }
                  >
                    {taken.length === 0 ? 'Choose all below' : 'Choose none'}
                  </Button>
                  <Button
                    look="primary"
                    isDisabled={taken.length === 0 || taken.length > AT_ONCE_MAX}
                    onPress={() => setClaiming(true)}
                  >
                    {`Claim ${plural(taken.length, 'capture')}`}
                  </Button>
                </>
              )}
              {taken.length > AT_ONCE_MAX && <span>{AT_ONCE_MAX} at once are the most.</span>}
              {!mayClaim && total > 0 && (
                <span className={styles['soft']}>An operator, a reviewer or somebody of QA claims them.</span>
              )}
            </div>
            {unclaimed.length > 0 && (
              <DataTable<Unclaimed>
                label="Captures that wait for a claim"
                columns={[
                  {
                    head: 'File or data set',
                    cell: (one) =>
                      mayClaim ? (
                        <label className={styles['check']}>
                          <input
                            type="checkbox"
                            disabled={one.digest === ''}
                            checked={chosen.includes(keyOf(one))}
                            onChange={({ target }) => choose(one, target.checked)}
                          />
                          <span>{nameOf(one)}</span>
                        </label>
                      ) : (
                        nameOf(one)
                      ),
                  },
                  {
                    head: 'Time',
                    isWhole: true,
                    cell: ({ time }) => (time === null ? 'Not known' : dateTime(Date.parse(time))),
                  },
                  {
                    head: 'Would be',
                    isWhole: true,
                    cell: ({ what }) => (what === null ? '' : kindText(what)),
                  },
                  { head: 'Project', cell: ({ project }) => project ?? '' },
                  {
                    head: 'Why',
                    cell: ({ sentence, reason, digest }) =>
                      `${sentence ?? reason ?? ''}${digest === '' ? ' It was not read, so it cannot be claimed.' : ''}`,
                  },
                ]}
                rows={unclaimed}
                keyOf={keyOf}
              />
            )}
            <div className={styles['bar']}>
              {after !== undefined && <Button onPress={() => setAfter(undefined)}>To the first</Button>}
              {next !== null && <Button onPress={() => setAfter(next)}>The next</Button>}
            </div>
            {isClaiming && (
              <ActDialog
                title={`Claim ${plural(taken.length, 'capture')}`}
                says={
                  <>
                    <p>
                      You answer for what was captured: you made it, or know who did. Each claim is a record
                      of its own in your name, and you do not approve it yourself. The refusal stays in the
                      trail.
                    </p>
                    <ul>
                      {taken.slice(0, 8).map((one) => (
                        <li key={keyOf(one)}>{nameOf(one)}</li>
                      ))}
                      {taken.length > 8 && <li>and {taken.length - 8} more</li>}
                    </ul>
                  </>
                }
                verb="Claim"
                reasonHint="For example: measured by me on 2 March; the workstation was signed in under the shared account."
                act={async (given) => {
                  const captures = taken.map(({ trail, seq }) => ({ trail, seq }))
                  const { items } = await ask('claimCaptures', { body: { ...given, captures } })
                  return { says: claimedText(items) }
                }}
                onClose={() => {
                  setClaiming(false)
                  setChosen([])
                  heard.again()
                }}
              />
            )}
          </>
        )
      }}
    </HeardFromRelay>
  )
}

function claimedText(items: ResultOf<'claimCaptures'>['items']): string {
  const count = (verdict: (typeof items)[number]['verdict']) =>
    items.filter((item) => item.verdict === verdict).length
  const [claimed, already, no] = [count('claimed'), count('already-claimed'), count('not-unclaimed')]
  return [
    `${plural(claimed, 'capture')} claimed.`,
    ...(already === 0 ? [] : [`${already} had been claimed by somebody else meanwhile.`]),
    ...(no === 0 ? [] : [`${no} cannot be claimed: nothing of that place waits for somebody.`]),
  ].join(' ')
}
