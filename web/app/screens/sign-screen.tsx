import { useEffect, useMemo, useState } from 'react'
import { Link, useSearch } from 'wouter'
import { SIGNED_HERE } from '../log/select.ts'
import type { SignList } from '../log/sign-list.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { plural } from '../parts/words.ts'
import { useSession } from '../session/session.ts'
import { EnrolPanel } from './enrol-panel.tsx'
import { ReviewList } from './review-list.tsx'
import { SignForm } from './sign-form.tsx'
import { listNameOf, signQueryIn } from './sign-query.ts'
import styles from './sign-screen.module.css'

/** Records are looked at one by one; then all that were are signed at once, with one verdict. */
export function SignScreen() {
  const address = useSearch()
  const query = useMemo(() => signQueryIn(address), [address])
  const outbox = useLog()?.outbox
  const enrolments = outbox?.enrolments ?? []
  const [user, setUser] = useSigner(enrolments.map((one) => one.user))
  const enrolment = enrolments.find((one) => one.user === user)
  const { list, refresh } = useList(query, user)
  const [reviewed, setReviewed] = useReviewed(user, list?.trail)
  const [signed, setSigned] = useState<{ readonly hash: string; readonly count: number }>()
  const withdraws = 'withdraws' in query && query.withdraws
  if (outbox === undefined) return <p>Opening what was signed on this device</p>
  if (outbox.fault !== null)
    return (
      <p role="alert">
        The outbox of this device does not open, so nothing can be signed here: {outbox.fault}
      </p>
    )

  const open = list?.rows.filter(({ state }) => (state & SIGNED_HERE) === 0) ?? []
  const chosen = open.filter(({ seq }) => reviewed.has(seq))
  const here = (list?.rows.length ?? 0) - open.length
  return (
    <>
      <div className={styles['head']}>
        <h1>{withdraws ? 'Withdraw a signature' : 'Sign'}</h1>
        <output className={styles['count']} aria-live="polite">
          {list === undefined
            ? 'Looking for what is to be signed'
            : `reviewed ${chosen.length} of ${open.length}`}
        </output>
      </div>
      {signed !== undefined && (
        <p role="status" className={styles['done']} ref={showIt} tabIndex={-1}>
          <HollowIcon />
          <span>
            <strong>Signed on this tablet</strong>, number {signed.count} of this device, not yet confirmed by
            the relay. <Link href="/outbox">See it in the outbox</Link>
          </span>
        </p>
      )}
      {list !== undefined && <LeftOut list={list} here={here} />}
      {enrolments.length > 1 && (
        <label className={styles['who']}>
          Who reviews and signs
          <select value={user ?? ''} onChange={({ target }) => setUser(target.value)}>
            {enrolments.map((one) => (
              <option key={one.user} value={one.user}>
                {one.name} ({one.user})
              </option>
            ))}
          </select>
        </label>
      )}
      {enrolment === undefined || enrolment.state !== 'ready' ? (
        <EnrolPanel />
      ) : (
        list !== undefined &&
        open.length > 0 && (
          <div className={styles['both']}>
            <ReviewList
              rows={open}
              reviewed={reviewed}
              onChange={(seq, is) => setReviewed([seq], is)}
              label={withdraws ? 'Signatures to be withdrawn' : 'Records to be reviewed'}
            />
            <SignForm
              key={`${enrolment.user} ${listNameOf(query)}`}
              enrolment={enrolment}
              trail={list.trail}
              records={chosen}
              of={open.length}
              listName={listNameOf(query)}
              withdraws={withdraws}
              onSigned={(one) => {
                setSigned(one)
                refresh()
              }}
            />
          </div>
        )
      )}
      {list !== undefined && open.length === 0 && (
        <p className={styles['none']}>
          There is nothing to be signed here. <Link href="/?state=unsigned">What is unsigned</Link>
        </p>
      )}
    </>
  )
}

/** What became of it is at the top of the screen, and whoever signed is at its end. */
function showIt(place: HTMLElement | null): void {
  place?.focus()
}

export function HollowIcon() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
      <circle cx="8" cy="8" r="6" fill="none" strokeDasharray="2.6 2" />
    </svg>
  )
}

function LeftOut({ list, here }: { readonly list: SignList; readonly here: number }) {
  const { notSignable, otherTrails, tooMany } = list
  const lines = [
    here > 0
      ? `${plural(here, 'record')} signed on this tablet already: until the relay has confirmed it they are not signed again.`
      : '',
    tooMany > 0
      ? `${plural(tooMany, 'more record')}: 500 are signed at once, the oldest first. Narrow the search, or sign these first.`
      : '',
    notSignable > 0 ? `${plural(notSignable, 'record')} of what cannot be signed left out.` : '',
    otherTrails > 0
      ? `${plural(otherTrails, 'record')} of earlier trails left out: only the one that is written to is signed.`
      : '',
  ].filter((line) => line !== '')
  if (lines.length === 0) return null
  return (
    <ul className={styles['left']}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

/** Whoever is signed in, if they sign here; else the only one who does. */
function useSigner(users: readonly string[]) {
  const session = useSession()?.account.id
  const [chosen, setChosen] = useState<string>()
  const usual =
    session !== undefined && users.includes(session) ? session : session === undefined ? users[0] : undefined
  const user = chosen !== undefined && users.includes(chosen) ? chosen : (usual ?? users[0])
  return [
    session !== undefined && !users.includes(session) && chosen === undefined ? undefined : user,
    setChosen,
  ] as const
}

function useList(query: Parameters<typeof log.toSign>[0], user: string | undefined) {
  const version = useLog()?.version
  const [asked, setAsked] = useState(0)
  const [list, setList] = useState<SignList>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, or signed ones, make another list
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.toSign(query, user ?? ''))
      .then((given) => {
        if (!isOver) setList(given)
      })
    return () => {
      isOver = true
    }
  }, [query, user, version, asked])
  return { list, refresh: () => setAsked((n) => n + 1) }
}

/** Places of the records that were looked at, kept on this device. */
function useReviewed(user: string | undefined, trail: string | undefined) {
  const [reviewed, setReviewed] = useState<ReadonlySet<number>>(new Set())
  useEffect(() => {
    if (user === undefined || trail === undefined) return
    let isOver = false
    void log.reviewed(user, trail).then((seqs) => {
      if (!isOver) setReviewed(new Set(seqs))
    })
    return () => {
      isOver = true
    }
  }, [user, trail])
  const set = (seqs: readonly number[], is: boolean) => {
    if (user === undefined || trail === undefined) return
    const next = new Set(reviewed)
    for (const seq of seqs) is ? next.add(seq) : next.delete(seq)
    setReviewed(next)
    // Where it cannot be kept it stands on this page, for as long as that is open.
    void log.setReviewed(user, trail, seqs, is).catch(() => undefined)
  }
  return [reviewed, set] as const
}
