import { createHash, createHmac } from 'node:crypto'
import type { RecordMessage, TestMessage } from './message.ts'

/** What stands in the body and the headers of a delivery, as Standard Webhooks 1.0 has it. */
export interface WebhookRequest {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export interface WebhookSender {
  readonly subscription: string
  readonly secret: Uint8Array
  readonly version: string
}

/** `wall`: wall clock, milliseconds; the receiver takes no message that is minutes old. Pure. */
export function webhookRequest(
  message: RecordMessage | TestMessage,
  { subscription, secret, version }: WebhookSender,
  wall: number,
): WebhookRequest {
  const body = 'test' in message ? testBody(message) : recordBody(message)
  const id = 'test' in message ? `test_${message.test}` : recordId(subscription, message)
  const timestamp = String(Math.floor(wall / 1_000))
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': `compliance-relay/${version}`,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  }
}

/** The same for a record that is sent again: by it a receiver knows what it has. */
function recordId(subscription: string, { record: { trail, seq } }: RecordMessage): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([subscription, trail, seq]))
    .digest('hex')
  return `rec_${digest.slice(0, 32)}`
}

/** The record verbatim, not written anew; or what is told of it in its place. */
function recordBody({ record, recordText, leaf, alert, withheld }: RecordMessage): string {
  const { kind, time, trail, seq } = record
  const before = JSON.stringify({ type: kind, timestamp: time }).slice(0, -1)
  const data = JSON.stringify({ trail, seq, leaf, ...(alert === undefined ? {} : { alert }) }).slice(0, -1)
  const told = withheld === undefined ? `"record":${recordText}` : `"withheld":${JSON.stringify(withheld)}`
  return `${before},"data":${data},${told}}}`
}

function testBody({ subscription, time }: TestMessage): string {
  return JSON.stringify({ type: 'relay.test', timestamp: time, data: { subscription } })
}
