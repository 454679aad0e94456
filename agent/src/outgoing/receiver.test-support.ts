import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net'
import { createServer as createTls } from 'node:tls'
import type { Certificate } from './certificate.test-support.ts'

export interface Got {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Parsed. */
  readonly type: string
  readonly seq: number
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** Ways in which a receiver does not do what it should. */
export const answers = {
  well: (response) => response.writeHead(204).end(),
  broken: (response) => response.writeHead(500).end('x'.repeat(100)),
  cutBefore: (_, request) => request.socket.destroy(),
  cutBody: (response, request) => {
    response.writeHead(500, { 'content-length': 1_000 }).write('half')
    setTimeout(() => request.socket.destroy(), 20)
  },
  noise: (_, request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  endless: (response) => {
    response.writeHead(500)
    const more = () => response.write('x'.repeat(10_000)) && !response.destroyed && setImmediate(more)
    more()
  },
  hang: () => {},
  redirect: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  gone: (response) => response.writeHead(410).end(),
} satisfies Record<string, Answer>

export function busy(status: 429 | 503, retryAfter?: string): Answer {
  return (response) =>
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
}

/** A real HTTP server: everything it is sent is kept, in order, also what it then answers badly. */
export class Receiver {
  readonly all: Got[] = []
  /** What was answered well. */
  readonly taken: Got[] = []
  readonly urls: string[] = []
  /** The next answers, in order; then the last one for ever. */
  plan: Answer[] = []
  atMost = 0
  readonly #server: Server
  #now = 0

  constructor(certificate?: Certificate) {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#take(request, response)
    this.#server = certificate === undefined ? createServer(answer) : createHttps(certificate, answer)
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Connections that wait for a next request are closed. */
  closeKept(): void {
    this.#server.closeIdleConnections()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#now++
    this.atMost = Math.max(this.atMost, this.#now)
    response.on('close', () => this.#now--)
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part
    })
    request.on('end', () => {
      const { type, data } = JSON.parse(body) as { type: string; data: { seq: number } }
      const got = { headers: request.headers as Record<string, string>, body, type, seq: data.seq }
      this.all.push(got)
      this.urls.push(request.url ?? '')
      const answer = (this.plan.length > 1 ? this.plan.shift() : this.plan[0]) ?? answers.well
      if (answer === answers.well) this.taken.push(got)
      answer(response, request)
    })
  }
}

/** A real collector of syslog: by datagrams, or by streams whose octets are counted. */
export class Collector {
  readonly messages: string[] = []
  /** Octets that belong to no message: none, if all was framed right. */
  leftOver = 0
  /** Streams that are cut when they have been read, instead of being closed in order. */
  cuts = 0
  readonly #close: () => Promise<void>
  readonly #listen: (port: number) => Promise<number>

  constructor(transport: 'udp' | 'tcp' | 'tls', certificate?: Certificate) {
    const bound = transport === 'udp' ? this.#datagrams() : this.#streams(transport, certificate)
    this.#listen = bound.listen
    this.#close = bound.close
  }

  listen(port = 0): Promise<number> {
    return this.#listen(port)
  }

  close(): Promise<void> {
    return this.#close()
  }

  #datagrams() {
    const socket: Datagrams = createSocket('udp4')
    socket.on('message', (bytes) => this.messages.push(bytes.toString('utf8')))
    return {
      listen: (port: number) =>
        new Promise<number>((resolve) =>
          socket.bind(port, '127.0.0.1', () => resolve(socket.address().port)),
        ),
      close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
    }
  }

  #streams(transport: 'tcp' | 'tls', certificate: Certificate | undefined) {
    const take = (socket: Socket) => {
      let bytes = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (part: Buffer) => {
        bytes = Buffer.concat([bytes, part])
        if (this.cuts > 0) {
          this.cuts--
          socket.resetAndDestroy()
        }
      })
      socket.on('end', () => {
        for (;;) {
          const [, count] = /^([1-9][0-9]*) /.exec(bytes.toString('latin1')) ?? []
          if (count === undefined || bytes.length < count.length + 1 + Number(count)) break
          const begin = count.length + 1
          this.messages.push(bytes.subarray(begin, begin + Number(count)).toString('utf8'))
          bytes = bytes.subarray(begin + Number(count))
        }
        this.leftOver += bytes.length
      })
    }
    const server: TcpServer =
      transport === 'tls' && certificate !== undefined ? createTls(certificate, take) : createTcp(take)
    return {
      listen: (port: number) =>
        new Promise<number>((resolve) =>
          server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
      close: () => new Promise<void>((resolve) => server.close(() => resolve())),
    }
  }
}
