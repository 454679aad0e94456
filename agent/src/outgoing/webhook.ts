import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Carrier, Outcome, RecordMessage, TestMessage } from './message.ts'
import { ANSWER_MILLISECONDS, inTime, networkFault, trustedContext } from './network.ts'
import { retryAfterSeconds } from './retry.ts'
import { type WebhookRequest, type WebhookSender, webhookRequest } from './webhook-request.ts'

export interface WebhookOptions extends WebhookSender {
  readonly url: string
  /** Wall clock, milliseconds. */
  readonly wall: () => number
  readonly answerMilliseconds?: number
}

/** An answer's body says nothing we act upon: so much of it is read, and thrown away. */
const ANSWER_BYTES_MAX = 1_024
const ANSWER_BODY_MILLISECONDS = 1_000

/**
 * Brings messages to an address by HTTP, one request each, over one connection. What the answer's status says is all
 * that counts. It is never sent on to another address, and over TLS only to whom its certificate names, whatever the
 * environment says.
 */
export class Webhook implements Carrier {
  readonly #options: WebhookOptions
  readonly #url: URL
  readonly #agent: HttpAgent | HttpsAgent

  constructor(options: WebhookOptions) {
    this.#options = options
    this.#url = new URL(options.url)
    const pool = { keepAlive: true, maxSockets: 1 }
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...pool, secureContext: trustedContext(), rejectUnauthorized: true })
        : new HttpAgent(pool)
  }

  async send(message: RecordMessage | TestMessage, signal: AbortSignal): Promise<Outcome> {
    const { wall, answerMilliseconds = ANSWER_MILLISECONDS } = this.#options
    const request = webhookRequest(message, this.#options, wall())
    return inTime(signal, answerMilliseconds, async (ended) => {
      const answer = await this.#post(request, ended)
      // The connection was kept, and closed by the other side at the moment it was used again: that is no fault.
      return (
        answer ?? (await this.#post(request, ended)) ?? { state: 'failed', says: 'the connection was cut' }
      )
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Undefined if a connection from before was closed without a word. */
  #post({ body, headers }: WebhookRequest, signal: AbortSignal): Promise<Outcome | undefined> {
    const ask = this.#url.protocol === 'https:' ? httpsRequest : httpRequest
    return new Promise((resolve) => {
      const length = { 'content-length': String(Buffer.byteLength(body)) }
      const options = { method: 'POST', agent: this.#agent, headers: { ...headers, ...length }, signal }
      const request = ask(this.#url, options)
      let isAnswered = false
      request.on('response', (answer) => {
        isAnswered = true
        const outcome = outcomeOf(answer, this.#options.wall())
        passOver(answer, () => resolve(outcome))
      })
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (isAnswered) return
        const isStale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
        // What ended a request is said by the signal; the request only says that it was ended.
        const reason = signal.aborted ? signal.reason : error
        resolve(isStale && !signal.aborted ? undefined : { state: 'failed', says: networkFault(reason) })
      })
      request.on('close', () => {
        // After an error this changes nothing.
        if (!isAnswered) resolve({ state: 'failed', says: 'the connection was cut' })
      })
      request.end(body)
    })
  }
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage, wall: number): Outcome {
  const says = `it answers with status ${statusCode}`
  if (statusCode >= 200 && statusCode < 300) return { state: 'delivered', says }
  if (statusCode === 410) return { state: 'gone', says }
  if (statusCode >= 300 && statusCode < 400)
    return { state: 'failed', says: `${says}: nothing is sent on to another address` }
  const seconds =
    statusCode === 429 || statusCode === 503 ? retryAfterSeconds(headers['retry-after'], wall) : undefined
  return { state: 'failed', says, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) }
}

/** Reads an answer's body to its end, or ends the connection where it has none in sight. */
function passOver(answer: IncomingMessage, done: () => void): void {
  let bytes = 0
  const timer = setTimeout(() => answer.destroy(), ANSWER_BODY_MILLISECONDS)
  answer.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > ANSWER_BYTES_MAX) answer.destroy()
  })
  // A body that was cut is as good as any other.
  answer.on('error', () => {})
  answer.on('close', () => {
    clearTimeout(timer)
    done()
  })
}
