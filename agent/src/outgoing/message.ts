import {
  type Alert,
  alertOf,
  type Subscription,
  type Withheld,
  wantedIn,
} from '@compliance-relay/shared/relay'
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
  /** It is about other projects, too: this goes out in its place. */
  readonly withheld?: Withheld
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

export interface Found {
  /** Undefined if the subscription does not ask for it. */
  readonly message: RecordMessage | undefined
  /** Other records that were looked up for it. */
  readonly lookedAt: number
}

/** The message of a line. `recordAt`: another record of the trail. Throws `FormatError`. */
export function messageOfLine(
  line: Uint8Array,
  subscription: Subscription,
  recordAt: (seq: number) => TrailRecord | undefined,
): Found {
  const { record } = readEntry(line)
  const { withheld, lookedAt, ...given } = wantedIn(subscription, record, recordAt)
  const isGiven = given.record !== undefined || withheld !== undefined
  if (!isGiven && !isOwnEnd(record, subscription)) return { message: undefined, lookedAt }
  const recordText = fromUtf8(recordBytesOf(line))
  const told = { record, recordText, leaf: hex(leafHash(line)), alert: alertOf(record) }
  return { message: withheld === undefined ? told : { ...told, withheld }, lookedAt }
}

/** The end of a subscription is sent to it whatever it asks for: nobody is left to wait for records in silence. */
function isOwnEnd({ kind, body }: TrailRecord, { id }: Subscription): boolean {
  return kind === 'subscription.ended' && body['subscription'] === id
}
