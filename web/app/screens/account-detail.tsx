import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Mark, Notice } from '../parts/notice.tsx'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { type ActName, actsFor, isPlain, plainActs, titleOf } from './account-acts.ts'
import { AccountDialog } from './account-dialogs.tsx'
import { roleText, signerText, standingOf, stateOf } from './account-words.ts'
import type { AccountView } from './accounts.ts'
import styles from './accounts-screen.module.css'

interface Props {
  readonly account: AccountView
  readonly now: number
  onActed(): void
}

/** One account, and what an administrator can do to it. */
export function AccountDetail({ account, now, onActed }: Props) {
  const session = useSession()
  const [act, setAct] = useState<ActName>()
  const heading = useRef<HTMLHeadingElement>(null)
  const { id, name, roles, external, signer, passwordSince, passwordEnds } = account
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever opens another account is led to it
  useEffect(() => heading.current?.focus(), [id])
  const state = stateOf(account, now)
  const signs = signerText(account)
  const acts = may(session, 'account.change') ? actsFor(account) : []
  const at = (time: string | null) => (time === null ? 'Not known' : dateTimeZone(Date.parse(time)))
  return (
    <section className={styles['detail']} aria-label={`Account ${id}`}>
      <div className={styles['title']}>
        <h2 ref={heading} tabIndex={-1}>
          {name} <span className={styles['soft']}>{id}</span>
        </h2>
        <Link href="/accounts">Close</Link>
      </div>
      {standingOf(account, now, dateTimeZone).map((sentence) => (
        <Notice key={sentence} look={state.look === 'bad' ? 'bad' : 'warn'}>
          {sentence}
        </Notice>
      ))}
      <dl className={styles['facts']}>
        <dt>State</dt>
        <dd>
          <Mark look={state.look}>{state.text}</Mark>
        </dd>
        <dt>Roles</dt>
        <dd>{roles.map(roleText).join(', ')}</dd>
        <dt>Right to sign</dt>
        <dd>
          {signs.text}
          {signer.state === 'granted' && <> since {at(signer.since)}</>}
          {signer.state === 'proposed' && <> by {signer.by}</>}
        </dd>
        {signer.state !== 'none' && (
          <>
            <dt>Identity checked</dt>
            <dd>{signer.identityCheck}</dd>
          </>
        )}
        <dt>Password since</dt>
        <dd>{passwordSince === null ? 'There is none' : at(passwordSince)}</dd>
        {passwordEnds !== null && (
          <>
            <dt>Password over</dt>
            <dd>{at(passwordEnds)}</dd>
          </>
        )}
        {external !== null && (
          <>
            <dt>At the provider</dt>
            <dd>
              {external.subject} <span className={styles['soft']}>at {external.issuer}</span>, since{' '}
              {at(external.since)}
            </dd>
          </>
        )}
      </dl>
      <p>
        <Link href={`/?person=${encodeURIComponent(id)}`}>Records of {id}</Link>
      </p>
      {acts.length > 0 && (
        <div className={styles['acts']}>
          {acts.map((one) => (
            <Button
              key={one}
              look={isPlain(one) && plainActs[one].isGrave ? 'danger' : 'plain'}
              onPress={() => setAct(one)}
            >
              {titleOf(one)}
            </Button>
          ))}
        </div>
      )}
      {act !== undefined && (
        <AccountDialog
          act={act}
          account={account}
          onClose={() => {
            setAct(undefined)
            onActed()
          }}
        />
      )}
    </section>
  )
}
