import { meansOf, type ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { Link } from 'wouter'
import { useLog } from '../log/use-log.ts'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { plural } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import styles from './exceptions-screen.module.css'

type Held = ResultOf<'listHeld'>['held'][number]
type Decision = 'accepted' | 'refused'

/** Signatures that wait for somebody of QA to say whether they count. */
export function HeldPart() {
  const session = useSession()
  const heard = useAsked('listHeld', {})
  const [deciding, setDeciding] = useState<{ readonly held: Held; readonly decision: Decision }>()
  const mayDecide = may(session, 'held.decide')
  return (
    <HeardFromRelay heard={heard} what="Held signatures">
      {({ total, held }) => (
        <>
          <strong>
            {total === 0 ? 'No signature is held.' : `${plural(total, 'signature')} held, the oldest first.`}
          </strong>
          {held.map((one) => (
            <article
              key={one.statement}
              className={styles['item']}
              aria-label={`Held signature of ${one.user}`}
            >
              <h3>
                {one.name} ({one.user}) {one.meaning}{' '}
                {one.records.length === 1 ? 'a record' : plural(one.records.length, 'record')}
              </h3>
              <p>
                By the clock of {one.device ?? 'the device'} it was {dateTimeZone(Date.parse(one.at))}; it was
                signed between {dateTimeZone(Date.parse(one.notBefore))} and{' '}
                {dateTimeZone(Date.parse(one.time))}. Reason: {one.reason}
              </p>
              <ul>
                {[one.code, ...one.also].map((code) => (
                  <li key={code}>{meansOf(code) ?? code}</li>
                ))}
              </ul>
              <RecordLinks seqs={one.records} paths={one.paths} />
              {mayDecide && one.user !== session?.account.id && (
                <div className={styles['bar']}>
                  <Button onPress={() => setDeciding({ held: one, decision: 'accepted' })}>
                    Let it count
                  </Button>
                  <Button look="danger" onPress={() => setDeciding({ held: one, decision: 'refused' })}>
                    Let it not count
                  </Button>
                </div>
              )}
              {one.user === session?.account.id && (
                <p className={styles['soft']}>It is your own: somebody else of QA decides.</p>
              )}
            </article>
          ))}
          {!mayDecide && total > 0 && (
            <p className={styles['soft']}>Somebody of QA, who is not the signer, decides.</p>
          )}
          {deciding !== undefined && (
            <ActDialog
              title={`${deciding.decision === 'accepted' ? 'Let it count' : 'Let it not count'}: ${deciding.held.name}, ${deciding.held.meaning}`}
              says={
                deciding.decision === 'accepted'
                  ? `${deciding.held.meaning === 'withdrawn' ? 'The signature is withdrawn' : 'It is a signature'} from now on, for good. The record of your decision stands beside it.`
                  : 'It does not count, for good. It stays in the trail with the record of your decision; its signer can sign again.'
              }
              verb={deciding.decision === 'accepted' ? 'Let it count' : 'Let it not count'}
              look={deciding.decision === 'accepted' ? 'primary' : 'danger'}
              act={async (given) => {
                const { statement } = deciding.held
                await ask('decideHeld', { body: { ...given, statement, decision: deciding.decision } })
                return undefined
              }}
              onClose={() => {
                setDeciding(undefined)
                heard.again()
              }}
            />
          )}
        </>
      )}
    </HeardFromRelay>
  )
}

interface RecordLinksProps extends Pick<Held, 'paths'> {
  readonly seqs: Held['records']
}

/** The records with the files that they are of: who decides knows these by their names. */
function RecordLinks({ seqs, paths }: RecordLinksProps) {
  const trail = useLog()?.trails.find(({ isWritten }) => isWritten)?.id
  return (
    <ul aria-label="Records">
      {seqs.slice(0, 20).map((seq, i) => (
        <li key={seq}>
          {trail === undefined ? `Record ${seq}` : <Link href={`/record/${trail}/${seq}`}>Record {seq}</Link>}{' '}
          <PlainText text={paths[i] ?? ''} />
        </li>
      ))}
      {seqs.length > 20 && <li>and {seqs.length - 20} more</li>}
    </ul>
  )
}
