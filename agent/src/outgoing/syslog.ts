import { createSocket } from 'node:dgram'
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Destination } from '@compliance-relay/shared/relay'
import type { Carrier, Outcome, RecordMessage, TestMessage } from './message.ts'
import { ANSWER_MILLISECONDS, inTime, networkFault, trustedContext } from './network.ts'
import { syslogMessage } from './syslog-message.ts'

export interface SyslogOptions {
  readonly to: Extract<Destination, { syslog: unknown }>['syslog']
  /** The relay's name. */
  readonly host: string
  readonly answerMilliseconds?: number
}

/** A host without a receiver says so, if it says anything, within this. */
const REFUSAL_MILLISECONDS = 50

/**
 * Brings messages to a collector of syslog. None of its transports has an answer. Over TCP and TLS a message has a
 * connection of its own, and counts as delivered when the collector, having read to its end, has closed it in order:
 * what lies in a buffer when a collector dies is sent again. Over UDP it counts when it has left this machine and
 * nobody has said at once that nobody listens; what is lost on the way is lost.
 */
export class Syslog implements Carrier {
  readonly #options: SyslogOptions

  constructor(options: SyslogOptions) {
    this.#options = options
  }

  async send(message: RecordMessage | TestMessage, signal: AbortSignal): Promise<Outcome> {
    const { to, host, answerMilliseconds = ANSWER_MILLISECONDS } = this.#options
    const bytes = syslogMessage(message, host)
    return inTime(signal, answerMilliseconds, async (ended): Promise<Outcome> => {
      try {
        if (to.transport === 'udp') await sendDatagram(to, bytes, ended)
        else await sendStream(to, bytes, ended)
        const isSure = to.transport !== 'udp'
        return { state: 'delivered', says: isSure ? 'it was taken' : 'it was sent, and UDP has no answer' }
      } catch (error) {
        return { state: 'failed', says: networkFault(ended.aborted ? ended.reason : error) }
      }
    })
  }

  close(): void {
    // Nothing is held open between two messages.
  }
}

/** RFC 5426: one message, one datagram. */
function sendDatagram(
  { host, port }: SyslogOptions['to'],
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', signal })
    let timer: NodeJS.Timeout | undefined
    socket.on('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.on('close', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
    socket.connect(port, host, () =>
      socket.send(bytes, (error) => {
        if (error !== null) return socket.emit('error', error)
        timer = setTimeout(() => {
          resolve()
          socket.close()
        }, REFUSAL_MILLISECONDS)
        return undefined
      }),
    )
  })
}

/** RFC 6587, 3.4.1 and RFC 5425: how many octets, a space, and the message. */
function sendStream(
  { host, port, transport }: SyslogOptions['to'],
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket =
      transport === 'tls'
        ? connectTls({
            host,
            port,
            ...(isIP(host) === 0 ? { servername: host } : {}),
            secureContext: trustedContext(),
            rejectUnauthorized: true,
          })
        : connectTcp({ host, port })
    const abort = () => socket.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort)
    let hasEnded = false
    socket.on('end', () => {
      hasEnded = true
    })
    socket.on('error', reject)
    socket.on('close', (hadError) => {
      signal.removeEventListener('abort', abort)
      if (hasEnded && !hadError && socket.writableFinished) resolve()
      else reject(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))
    })
    // A collector says nothing; what it says all the same is read so that its end is seen.
    socket.resume()
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', () => {
      socket.write(`${bytes.length} `)
      socket.end(bytes)
    })
    if (signal.aborted) abort()
  })
}
