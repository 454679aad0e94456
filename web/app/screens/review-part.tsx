import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime, dateTimeZone } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Mark, Notice } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { useAsked } from '../session/use-asked.ts'
import { roleText, signerText, stateOf } from './account-words.ts'
import type { ReviewedAccount } from './accounts.ts'
import styles from './accounts-screen.module.css'

/** What somebody of QA looks at once a year: who there is, what each may do, and when each signed in last. */
export function ReviewPart() {
  const heard = useAsked('readAccess', {})
  const [isActing, setActing] = useState(false)
  const now = Date.now()
  return (
    <HeardFromRelay heard={heard} what="The accounts">
      {({ accounts, review }) => (
        <div className={styles['stack']}>
          <Due review={review} now={now} />
          <DataTable<ReviewedAccount>
            label="Accounts to review"
            columns={[
              { head: 'User id', cell: ({ id }) => id },
              { head: 'Full name', cell: ({ name }) => name },
              { head: 'Roles', cell: ({ roles }) => roles.map(roleText).join(', ') },
              {
                head: 'State',
                cell: (account) => {
                  const { look, text } = stateOf(account, now)
                  return <Mark look={look}>{text}</Mark>
                },
              },
              { head: 'Right to sign', cell: (account) => signerText(account).text },
              {
                head: 'Signed in last',
                cell: ({ lastSignIn }) => (lastSignIn === null ? 'Never' : dateTime(Date.parse(lastSignIn))),
              },
            ]}
            rows={accounts}
            keyOf={({ id }) => id}
          />
          <p>
            Whoever should not be here, or has a role or a right that they do not need, is changed by an
            administrator first. Then this is looked at again.
          </p>
          <div className={styles['acts']}>
            <Button look="primary" size="large" onPress={() => setActing(true)}>
              These accounts are as they should be
            </Button>
          </div>
          {isActing && (
            <ActDialog
              title="The accounts are reviewed"
              says={`You have looked at ${plural(accounts.length, 'account')}, and they are as they should be. It is due again in a year. If an account was changed meanwhile, it is refused, and you look again.`}
              verb="Record the review"
              reasonHint="For example: yearly review by procedure 4 of the site."
              act={async (given) => {
                await ask('reviewAccess', { body: { ...given, digest: review.digest } })
                return undefined
              }}
              onClose={() => {
                setActing(false)
                heard.again()
              }}
            />
          )}
        </div>
      )}
    </HeardFromRelay>
  )
}

function Due({
  review: { last, due },
  now,
}: {
  readonly review: {
    readonly last: { readonly time: string; readonly by: string } | null
    readonly due: string | null
  }
  readonly now: number
}) {
  const before =
    last === null
      ? 'Nobody has reviewed the accounts in this trail yet.'
      : `${last.by} reviewed the accounts last, ${dateTimeZone(Date.parse(last.time))}.`
  const isOver = due !== null && Date.parse(due) <= now
  return (
    <Notice look={isOver ? 'bad' : 'plain'}>
      {before}{' '}
      {due !== null &&
        (isOver
          ? `It was due ${dateTimeZone(Date.parse(due))}: until somebody of QA has looked, what is signed is held.`
          : `It is due ${dateTimeZone(Date.parse(due))}.`)}
    </Notice>
  )
}
