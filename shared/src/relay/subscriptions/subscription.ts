import type { TrailRecord } from '../../trail/index.ts'
import { alertOf } from '../alerts.ts'
import { type Given, givenOf } from '../feed/feed-scope.ts'

export const transports = ['udp', 'tcp', 'tls'] as const

/** Where records are sent: to a program that takes them by HTTP, or to a collector of syslog. */
export type Destination =
  | { readonly webhook: string }
  | {
      readonly syslog: {
        readonly host: string
        readonly port: number
        readonly transport: (typeof transports)[number]
      }
    }

/** What is sent: every record, or those somebody should know of soon; of those, what the lists say, if there are any. */
export interface Wanted {
  readonly what: 'records' | 'alerts'
  /** `file.created`, or `file.*` for all kinds of files, as a feed token has them. */
  readonly kinds?: readonly string[]
  readonly projects?: readonly string[]
}

/** Somebody outside who is sent records as they are made. */
export interface Subscription extends Wanted {
  readonly id: string
  readonly to: Destination
  /** Which secret its deliveries are signed with, without a word about what it is. */
  readonly secretId?: string
  /** When it was added, by whose account. */
  readonly since: string
  readonly by: string
  /** The record to begin with, and the record that says so: what was noted of deliveries before that one is over. */
  readonly from: number
  readonly said: number
  /** Its own last record is sent, too: whoever ends it cannot do so in silence. */
  readonly ended?: { readonly seq: number; readonly time: string; readonly isGone: boolean }
}

/** What of a record is sent to a subscription: it whole, that it is there, or nothing. `recordAt`: one of the same trail. */
export function wantedIn(
  { what, kinds, projects }: Wanted,
  record: TrailRecord,
  recordAt: (seq: number) => TrailRecord | undefined,
): Given {
  if (what === 'alerts' && alertOf(record) === undefined) return { lookedAt: 0 }
  return givenOf({ kinds, projects }, record, recordAt)
}

/** In words, without what only programs need. */
export function destinationText(to: Destination): string {
  if ('webhook' in to) return to.webhook
  const { host, port, transport } = to.syslog
  return `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
