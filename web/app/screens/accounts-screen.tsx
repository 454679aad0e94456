import { useState } from 'react'
import { Link, Route, Switch, useParams } from 'wouter'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Field } from '../parts/field.tsx'
import { HeardFromRelay } from '../parts/heard.tsx'
import { LinkTabs } from '../parts/link-tabs.tsx'
import { Mark } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { AccountDetail } from './account-detail.tsx'
import { AddDialog } from './account-dialogs.tsx'
import { isLike, roleText, signerText, stateOf } from './account-words.ts'
import { type AccountView, useAccounts } from './accounts.ts'
import styles from './accounts-screen.module.css'
import { KeysPart } from './keys-part.tsx'
import { ReviewPart } from './review-part.tsx'

/** Who there is, what each may do, and what they sign with. */
export default function AccountsScreen() {
  const session = useSession()
  return (
    <>
      <h1>Accounts</h1>
      <LinkTabs
        label="Parts of accounts"
        tabs={[
          ['/accounts', 'People'],
          ['/accounts/keys', 'Signing keys'],
          ...(may(session, 'account.review') ? [['/accounts/review', 'Yearly review'] as const] : []),
        ]}
      />
      <Switch>
        <Route path="/accounts/keys" component={KeysPart} />
        <Route path="/accounts/review" component={ReviewPart} />
        <Route path="/accounts/person/:id" component={PeoplePart} />
        <Route component={PeoplePart} />
      </Switch>
    </>
  )
}

function PeoplePart() {
  const session = useSession()
  const heard = useAccounts()
  const { id: shown } = useParams<{ id?: string }>()
  const [typed, setTyped] = useState('')
  const [isAdding, setAdding] = useState(false)
  const now = Date.now()
  return (
    <HeardFromRelay heard={heard} what="The accounts">
      {(accounts) => {
        const found = accounts.filter((account) => isLike(account, typed))
        const account = accounts.find(({ id }) => id === shown)
        return (
          <>
            <div className={styles['head']}>
              <Field label="Find by user id, name or role" value={typed} onChange={setTyped} type="search" />
              <output className={styles['count']}>
                {typed.trim() === ''
                  ? plural(accounts.length, 'account')
                  : `${plural(found.length, 'account')} of ${accounts.length}`}
              </output>
              {may(session, 'account.add') && (
                <Button look="primary" onPress={() => setAdding(true)}>
                  Add an account
                </Button>
              )}
            </div>
            <div className={styles['split']}>
              <div className={styles['list']}>
                <DataTable
                  label="Accounts"
                  columns={columns(now)}
                  rows={found}
                  keyOf={({ id }) => id}
                  isCurrent={({ id }) => id === shown}
                />
              </div>
              {account !== undefined && <AccountDetail account={account} now={now} onActed={heard.again} />}
            </div>
            {isAdding && (
              <AddDialog
                onClose={() => {
                  setAdding(false)
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

function columns(now: number) {
  return [
    {
      head: 'User id',
      cell: ({ id }: AccountView) => <Link href={`/accounts/person/${id}`}>{id}</Link>,
    },
    { head: 'Full name', cell: ({ name }: AccountView) => name },
    { head: 'Roles', cell: ({ roles }: AccountView) => roles.map(roleText).join(', ') },
    {
      head: 'State',
      cell: (account: AccountView) => {
        const { look, text } = stateOf(account, now)
        return <Mark look={look}>{text}</Mark>
      },
    },
    {
      head: 'Right to sign',
      cell: (account: AccountView) => {
        const { look, text } = signerText(account)
        return look === 'plain' ? text : <Mark look={look}>{text}</Mark>
      },
    },
    {
      head: 'Password since',
      cell: ({ passwordSince }: AccountView) =>
        passwordSince === null ? 'None' : passwordSince.slice(0, 10),
    },
  ]
}
