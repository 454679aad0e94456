import { type Alert, alertOf, isWanted, type Subscription } from '@compliance-relay/shared/relay'
import {
  fromUtf8,
  hex,
  leafHash,
  readEntry,
  recordBytesOf,
  type TrailRecord,
} from '@compliance-relay/shared/trail'

/** A record on its way out. */
export interface RecordMessage {
  readonly record: TrailRecord
  /** As it stands in the trail, so that whoever gets it can hold it against the leaf hash. */
  readonly recordText: string
  /** Leaf hash of its line, hexadecimal. */
  readonly leaf: string
  readonly alert: Alert | undefined
}

/** What is sent to see whether anything arrives; it says nothing of the trail. */
export interface TestMessage {
  /** A random name: each test is another message. */
  readonly test: string
  readonly subscription: string
  readonly time: string
}

/** What came of sending. `retryAfterSeconds`: what the receiver asks for. */
export type Outcome =
  | { readonly state: 'delivered'; readonly says: string }
  | { readonly state: 'gone'; readonly says: string }
  | { readonly state: 'failed'; readonly says: string; readonly retryAfterSeconds?: number }

/** Whatever brings messages to a place. One at a time; an aborted signal ends it at once. */
export interface Carrier {
  send(message: RecordMessage | TestMessage, signal: AbortSignal): Promise<Outcome>
  /** Lets go of connections. */
  close(): void
}

/** The message of a line; undefined if the subscription does not ask for it. Throws `FormatError`. */
export function messageOfLine(line: Uint8Array, subscription: Subscription): RecordMessage | undefined {
  const { record } = readEntry(line)
  if (!isWanted(subscription, record) && !isOwnEnd(record, subscription)) return undefined
  const alert = alertOf(record)
  return { record, recordText: fromUtf8(recordBytesOf(line)), leaf: hex(leafHash(line)), alert }
}

/** The end of a subscription is sent to it whatever it asks for: nobody is left to wait for records in silence. */
function isOwnEnd({ kind, body }: TrailRecord, { id }: Subscription): boolean {
  return kind === 'subscription.ended' && body['subscription'] === id
}
