import type { FeedTokenView, SubscriptionView } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Mark } from '../parts/notice.tsx'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import { NewSubscription, NewToken, ReplayDialog } from './program-dialogs.tsx'
import { destinationText, scopeText, tokenState, wayText } from './program-words.ts'
import styles from './settings-screen.module.css'

type Acting =
  | { readonly is: 'issue' | 'add' }
  | { readonly is: 'revoke'; readonly token: FeedTokenView }
  | { readonly is: 'end' | 'test' | 'replay'; readonly subscription: SubscriptionView }

/** Programs of the laboratory that are given records: those that ask, and those that are sent them. */
export function ProgramsPart() {
  const mayManage = may(useSession(), 'feed.manage')
  const tokens = useAsked('listFeedTokens', {})
  const subscriptions = useAsked('listSubscriptions', {})
  const [acting, setActing] = useState<Acting>()
  const close = () => {
    setActing(undefined)
    tokens.again()
    subscriptions.again()
  }
  return (
    <div className={styles['part']}>
      <h2>Programs that ask for records</h2>
      <p className={styles['soft']}>
        A LIMS or ELN reads the feed with a token of its own: only what the token is for, and nothing else of
        this relay.
      </p>
      <HeardFromRelay heard={tokens} what="The feed tokens">
        {(heard) =>
          heard.tokens.length === 0 ? (
            <p>There are none.</p>
          ) : (
            <Tokens
              tokens={heard.tokens}
              onRevoke={mayManage ? (token) => setActing({ is: 'revoke', token }) : undefined}
            />
          )
        }
      </HeardFromRelay>
      {mayManage && (
        <span>
          <Button onPress={() => setActing({ is: 'issue' })}>Issue a token</Button>
        </span>
      )}
      <h2>Programs that are sent records</h2>
      <p className={styles['soft']}>
        By signed webhook or syslog, as records are made. What cannot be delivered is kept and tried again.
      </p>
      <HeardFromRelay heard={subscriptions} what="The subscriptions">
        {(heard) =>
          heard.subscriptions.length === 0 ? (
            <p>There are none.</p>
          ) : (
            <Subscriptions
              subscriptions={heard.subscriptions}
              onAct={mayManage ? (is, subscription) => setActing({ is, subscription }) : undefined}
            />
          )
        }
      </HeardFromRelay>
      {mayManage && (
        <span>
          <Button onPress={() => setActing({ is: 'add' })}>Send records somewhere</Button>
        </span>
      )}
      {acting !== undefined && <Dialog acting={acting} onClose={close} />}
    </div>
  )
}

interface TokensProps {
  readonly tokens: readonly FeedTokenView[]
  /** Undefined of whoever may not. */
  readonly onRevoke: ((token: FeedTokenView) => void) | undefined
}

function Tokens({ tokens, onRevoke }: TokensProps) {
  return (
    <DataTable<FeedTokenView>
      label="Feed tokens"
      columns={[
        { head: 'For', cell: ({ name }) => name },
        { head: 'Opens', cell: scopeText },
        {
          head: 'Used last',
          cell: ({ lastUse }) =>
            lastUse === null ? 'Not since the relay was started' : dateTime(Date.parse(lastUse)),
        },
        {
          head: 'State',
          cell: (token) => {
            const { look, text } = tokenState(token, Date.now())
            return <Mark look={look}>{text}</Mark>
          },
        },
        {
          head: 'Act',
          cell: (token) =>
            onRevoke !== undefined && token.revoked === null ? (
              <Button
                look="danger"
                aria-label={`Revoke the token of ${token.name}`}
                onPress={() => onRevoke(token)}
              >
                Revoke
              </Button>
            ) : null,
        },
      ]}
      rows={tokens}
      keyOf={({ id }) => id}
    />
  )
}

interface SubscriptionsProps {
  readonly subscriptions: readonly SubscriptionView[]
  /** Undefined of whoever may not. */
  readonly onAct: ((is: 'end' | 'test' | 'replay', subscription: SubscriptionView) => void) | undefined
}

function Subscriptions({ subscriptions, onAct }: SubscriptionsProps) {
  return (
    <DataTable<SubscriptionView>
      label="Subscriptions"
      columns={[
        { head: 'To', cell: ({ to }) => destinationText(to) },
        { head: 'Sends', cell: (one) => (one.what === 'alerts' ? 'Alerts' : scopeText(one)) },
        {
          head: 'State',
          cell: (one) => {
            const { look, text } = wayText(one)
            return <Mark look={look}>{text}</Mark>
          },
        },
        {
          head: 'Act',
          cell: (one) =>
            onAct !== undefined && one.ended === null ? (
              <div className={styles['acts']}>
                <Button aria-label={`Test ${destinationText(one.to)}`} onPress={() => onAct('test', one)}>
                  Test
                </Button>
                <Button
                  aria-label={`Send again to ${destinationText(one.to)}`}
                  onPress={() => onAct('replay', one)}
                >
                  Send again
                </Button>
                <Button
                  look="danger"
                  aria-label={`End ${destinationText(one.to)}`}
                  onPress={() => onAct('end', one)}
                >
                  End
                </Button>
              </div>
            ) : null,
        },
      ]}
      rows={subscriptions}
      keyOf={({ subscription }) => subscription}
    />
  )
}

function Dialog({ acting, onClose }: { readonly acting: Acting; onClose(): void }) {
  switch (acting.is) {
    case 'issue':
      return <NewToken onClose={onClose} />
    case 'add':
      return <NewSubscription onClose={onClose} />
    case 'revoke':
      return (
        <ActDialog
          title={`Revoke the token of ${acting.token.name}`}
          says="It opens nothing from now on. Whoever reads with it is cut off."
          verb="Revoke"
          look="danger"
          act={async (given) => {
            await ask('revokeFeedToken', { body: { ...given, token: acting.token.id } })
            return undefined
          }}
          onClose={onClose}
        />
      )
    case 'end':
      return (
        <ActDialog
          title={`Send no more to ${destinationText(acting.subscription.to)}`}
          says="It is over for good. The record of this is the last it is sent; what was not delivered yet is not sent any more."
          verb="End it"
          look="danger"
          act={async (given) => {
            await ask('endSubscription', {
              body: { ...given, subscription: acting.subscription.subscription },
            })
            return undefined
          }}
          onClose={onClose}
        />
      )
    case 'test':
      return (
        <ActDialog
          title={`Test ${destinationText(acting.subscription.to)}`}
          says="One message is sent that is no record."
          verb="Send it"
          asksReason={false}
          act={async ({ password }) => {
            const { subscription } = acting.subscription
            const { delivered, says } = await ask('testSubscription', { body: { password, subscription } })
            return { says, look: delivered ? 'good' : 'bad' }
          }}
          onClose={onClose}
        />
      )
    case 'replay':
      return <ReplayDialog subscription={acting.subscription} onClose={onClose} />
  }
}
