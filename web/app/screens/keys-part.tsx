import type { ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime, dateTimeZone } from '../parts/dates.ts'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Mark } from '../parts/notice.tsx'
import { countText, plural } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import styles from './accounts-screen.module.css'

type Key = ResultOf<'listKeys'>['keys'][number]

/** What people sign with: a key on a device, one each. */
export function KeysPart() {
  const session = useSession()
  const heard = useAsked('listKeys', {})
  const [revoking, setRevoking] = useState<Key>()
  const mayRevoke = may(session, 'device.revoke')
  return (
    <HeardFromRelay heard={heard} what="The signing keys">
      {({ keys }) => {
        const inForce = keys.filter(({ revoked }) => revoked === null).length
        return (
          <>
            <p className={styles['soft']}>
              {keys.length === 0
                ? 'Nobody has enrolled a key yet. Whoever has the right to sign enrols one where they sign.'
                : `${plural(inForce, 'key')} in force, ${plural(keys.length - inForce, 'key')} revoked. Whoever loses a device has its key revoked: what it signs from then on is held.`}
            </p>
            {keys.length > 0 && (
              <DataTable
                label="Signing keys"
                columns={[
                  { head: 'Of', cell: ({ user, device }) => `${user} on ${device}` },
                  {
                    head: 'State',
                    cell: ({ revoked }) =>
                      revoked === null ? (
                        <Mark look="good">In force</Mark>
                      ) : (
                        <Mark look="plain">Revoked {dateTime(Date.parse(revoked))}</Mark>
                      ),
                  },
                  { head: 'Enrolled', cell: ({ since }) => dateTime(Date.parse(since)) },
                  {
                    head: 'Signs offline until',
                    cell: ({ leaseUntil, revoked }) =>
                      leaseUntil === null || revoked !== null ? '–' : dateTimeZone(Date.parse(leaseUntil)),
                  },
                  {
                    head: 'Signatures',
                    isNumber: true,
                    cell: ({ signatures }) => countText(signatures),
                  },
                  ...(mayRevoke
                    ? [
                        {
                          head: 'Act',
                          cell: (key: Key) =>
                            key.revoked === null && (
                              <Button
                                look="danger"
                                aria-label={`Revoke the key of ${key.user} on ${key.device}`}
                                onPress={() => setRevoking(key)}
                              >
                                Revoke
                              </Button>
                            ),
                        },
                      ]
                    : []),
                ]}
                rows={keys.toReversed()}
                keyOf={({ key, since }) => `${key} ${since}`}
              />
            )}
            {revoking !== undefined && (
              <ActDialog
                title={`Revoke the key of ${revoking.user} on ${revoking.device}`}
                says="What this device signs from now on is held until somebody of QA decides. The key cannot be taken back into force: another is enrolled."
                verb="Revoke"
                look="danger"
                act={async (given) => {
                  await ask('revokeKey', { body: { ...given, key: revoking.key } })
                  return undefined
                }}
                onClose={() => {
                  setRevoking(undefined)
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
