import { useEffect, useId, useState } from 'react'
import type { ShownRow } from '../log/log.ts'
import type { SignList } from '../log/sign-list.ts'
import { log } from '../log/use-log.ts'
import { minutesEast } from '../outbox/clock-check.ts'
import type { EnrolmentView } from '../outbox/outbox-standing.ts'
import { Button } from '../parts/button.tsx'
import { clockTime, weekTime } from '../parts/dates.ts'
import { Field } from '../parts/field.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { plural } from '../parts/words.ts'
import { useAtWork } from '../signing/at-work.ts'
import type { SignOutcome } from '../signing/sign.ts'
import { inSigningWorker, prepareToSign } from '../signing/use-signing.ts'
import styles from './sign-form.module.css'

type Meaning = 'reviewed' | 'approved' | 'rejected' | 'withdrawn'

interface Props {
  readonly enrolment: EnrolmentView
  readonly trail: string
  readonly records: SignList['rows']
  /** How many there are on the list. */
  readonly of: number
  readonly listName: string
  readonly withdraws: boolean
  readonly onSigned: (signed: { readonly hash: string; readonly count: number }) => void
}

const REASON_LENGTH_MAX = 1_000
const KEPT_MILLISECONDS = 400
const words: { readonly [M in Meaning]: string } = {
  reviewed: 'Reviewed',
  approved: 'Approved',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
}

/** The verdict: meaning, reason, user id and password, each time; and exactly what is signed by it. */
export function SignForm({ enrolment, trail, records, of, listName, withdraws, onSigned }: Props) {
  const positive = (['reviewed', 'approved'] as const).filter((one) => enrolment.meanings.includes(one))
  const [meaning, setMeaning] = useState<Meaning>(positive[0] ?? 'reviewed')
  const [reason, setReason] = useDraft(enrolment.user, listName)
  const [user, setUser] = useState(enrolment.user)
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const name = useId()
  useAtWork()
  useEffect(() => void prepareToSign(enrolment.user), [enrolment.user])
  const wait = useWait(enrolment.lockedUntil)
  const isLong = reason.length > REASON_LENGTH_MAX
  const cannot = whyNot()

  function whyNot(): string | undefined {
    if (records.length < of) return `Look at each record first: ${of - records.length} left.`
    if (!/[\p{L}\p{N}]/u.test(reason)) return 'Say why: a reason stands in each signature.'
    if (isLong) return 'The reason is too long.'
    if (user !== enrolment.user)
      return `The user id is not that of ${enrolment.name}, who has looked at these records.`
    if (wait > 0) return `There were too many wrong passwords: wait ${wait} s.`
    return password === '' ? 'Type your password.' : undefined
  }

  const sign = async (as: Meaning) => {
    setBusy(true)
    setFault(undefined)
    try {
      const outcome = await signNow(enrolment.user, as, reason, trail, records, password)
      if (outcome.is === 'signed') {
        setReason('')
        onSigned(outcome)
      } else setFault(outcome.says + (outcome.until > 0 ? ` Wait until ${clockTime(outcome.until)}.` : ''))
    } catch (error) {
      setFault(`Nothing was signed. ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      setPassword('')
      setBusy(false)
    }
  }

  return (
    <section className={styles['form']} aria-label="Verdict">
      {!withdraws && positive.length > 1 && (
        <fieldset className={styles['meanings']}>
          <legend>What the signature means</legend>
          {positive.map((one) => (
            <label key={one} className={styles['meaning']}>
              <input type="radio" name={name} checked={meaning === one} onChange={() => setMeaning(one)} />
              {words[one]}
            </label>
          ))}
        </fieldset>
      )}
      <Field label="Reason" lines={3} value={reason} onChange={setReason} maxLength={REASON_LENGTH_MAX} />
      <Field label="User id" value={user} onChange={setUser} autoComplete="username" isRequired />
      <PasswordField label="Password" value={password} onChange={setPassword} />
      <Signed
        enrolment={enrolment}
        trail={trail}
        records={records}
        meaning={withdraws ? 'withdrawn' : meaning}
        reason={reason}
      />
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <p className={styles['cannot']} aria-live="polite">
        {isBusy ? 'Signing' : (cannot ?? '')}
      </p>
      <div className={styles['verdict']}>
        {withdraws ? (
          <Button
            look="danger"
            size="large"
            isDisabled={isBusy || cannot !== undefined}
            onPress={() => void sign('withdrawn')}
          >
            Withdraw my signature
          </Button>
        ) : (
          <>
            <Button
              look="danger"
              size="large"
              isDisabled={isBusy || cannot !== undefined || !enrolment.meanings.includes('rejected')}
              onPress={() => void sign('rejected')}
            >
              Reject
            </Button>
            <Button
              look="primary"
              size="large"
              isDisabled={isBusy || cannot !== undefined || positive.length === 0}
              onPress={() => void sign(meaning)}
            >
              Sign as {words[meaning].toLowerCase()}
            </Button>
          </>
        )}
      </div>
    </section>
  )
}

/** All that will stand in the signature, but for its number and time. */
function Signed({
  enrolment,
  trail,
  records,
  meaning,
  reason,
}: Pick<Props, 'enrolment' | 'trail' | 'records'> & { readonly meaning: Meaning; readonly reason: string }) {
  const head = useHead(trail, records)
  return (
    <details className={styles['exactly']}>
      <summary>Exactly what is signed</summary>
      <dl className={styles['facts']}>
        <dt>Who</dt>
        <dd>
          {enrolment.name} ({enrolment.user}) on {enrolment.device}
        </dd>
        <dt>Meaning</dt>
        <dd>{words[meaning]}, or Rejected by that button</dd>
        <dt>Reason</dt>
        <dd>{reason === '' ? '—' : reason}</dd>
        <dt>Over</dt>
        <dd>
          {head === undefined ? (
            '—'
          ) : (
            <>
              {head.trail}, as it was at {plural(head.size, 'record')}, the last head this device has verified
            </>
          )}
        </dd>
        <dt>Lease</dt>
        <dd>
          until {weekTime(enrolment.leaseUntil)}, {enrolment.left} left
        </dd>
        <dt>Records</dt>
        <dd>
          {records.length === 0 && '—'}
          <ol className={styles['records']}>
            {records.map(({ seq, leaf, what }) => (
              <li key={seq}>
                {seq} <PlainText text={what} /> <span className="mono">{leaf}</span>
              </li>
            ))}
          </ol>
        </dd>
      </dl>
    </details>
  )
}

async function signNow(
  user: string,
  meaning: Meaning,
  reason: string,
  trail: string,
  rows: readonly (ShownRow & { readonly leaf: string })[],
  password: string,
): Promise<SignOutcome> {
  const head = await log.headToSign(trail)
  if (head === undefined) throw new Error('There is no verified head of this trail on this device yet.')
  const last = rows.at(-1)?.seq ?? 0
  if (last >= head.size)
    throw new Error('The relay has not signed a head over these records yet: wait a moment.')
  const { since, ...over } = head
  const given = {
    user,
    meaning,
    reason,
    trailId: trail,
    head: over,
    since,
    records: rows.map(({ seq, leaf }) => ({ seq, leaf })),
    offsetMinutes: minutesEast(new Date().getTimezoneOffset()),
    app: `compliance-relay-web ${APP_VERSION}`,
  }
  return inSigningWorker<SignOutcome>((worker) => worker.sign(given, password))
}

function useHead(trail: string, records: unknown) {
  const [head, setHead] = useState<Awaited<ReturnType<typeof log.headToSign>>>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, perhaps another head
  useEffect(() => {
    void log.headToSign(trail).then(setHead)
  }, [trail, records])
  return head
}

/** Seconds that are left to wait. */
function useWait(until: number): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (until <= Date.now()) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [until])
  return Math.max(0, Math.ceil((until - now) / 1_000))
}

/** What was begun to be written is there again after a reload. */
function useDraft(user: string, list: string) {
  const [reason, setReason] = useState('')
  const [isRead, setRead] = useState(false)
  useEffect(() => {
    void log
      .draft(user, list)
      .catch(() => '')
      .then((kept) => {
        setReason((typed) => (typed === '' ? kept : typed))
        setRead(true)
      })
  }, [user, list])
  useEffect(() => {
    if (!isRead) return
    // Where it cannot be kept it still stands in the field.
    const keep = () => void log.keepDraft(user, list, reason).catch(() => undefined)
    const timer = setTimeout(keep, KEPT_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [isRead, user, list, reason])
  return [reason, setReason] as const
}
