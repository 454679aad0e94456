import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { plainPage, wantsPage } from '@compliance-relay/shared/relay'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { APP_HOW } from './built-app.ts'
import { BACKLOG, boundConnections } from './connections.ts'
import { isPlainRequest } from './plain-request.ts'
import type { RelayStatus } from './status.ts'
import { type Clock, cutOffUntaken } from './untaken-answers.ts'

export interface Health {
  /** The relay's own name: several may run on one machine, and the port tells of one of them. */
  readonly relay: string
  /** True once all watched folders have been looked through, and while one is there and records can be made. */
  readonly ready: boolean
  /** A word or two, for people: no names, no paths. Every user of the machine can read it. */
  readonly state: string
  /** Why it is not ready, and what is wrong although it is: sentences of the same kind. */
  readonly reasons: readonly string[]
  readonly degraded: readonly string[]
}

/** What is told to everybody of what `relay status` says. */
export function healthOf({ relay, state, needs }: Pick<RelayStatus, 'relay' | 'state' | 'needs'>): Health {
  const says = (hinders: boolean) =>
    needs.filter((need) => need.isTold && need.hinders === hinders).map((need) => need.says)
  const reasons = says(true)
  return { relay, ready: reasons.length === 0, state, reasons, degraded: says(false) }
}

/**
 * What the relay tells by HTTP, on this machine only: that it is there, and whether it is at work. Any web page
 * open on this machine can send requests here, so a request must name this host and come from no other site.
 */
export function healthApp(port: number, health: () => Health): Hono {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
  const app = new Hono()
  app.use(async (c, next) => {
    const host = c.req.header('host')?.toLowerCase()
    if (host === undefined || !hosts.has(host)) return c.text('bad host', 421)
    const site = c.req.header('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return c.text('cross-site', 403)
    const origin = c.req.header('origin')
    if (origin !== undefined && !hosts.has(origin.replace(/^https?:\/\//, '')))
      return c.text('bad origin', 403)
    await next()
    c.header('cache-control', 'no-store')
    c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
    c.header('cross-origin-resource-policy', 'same-origin')
    return undefined
  })
  app.get('/healthz', (c) => c.json({ alive: true }))
  app.get('/readyz', (c) => {
    const { relay, ready, state, reasons, degraded } = health()
    return c.json({ relay, ready, state, reasons, degraded }, ready ? 200 : 503)
  })
  app.get('/', (c) => {
    const { relay, state, reasons, degraded } = health()
    if (wantsPage(c.req.raw)) {
      const page = plainPage(`Compliance Relay ${relay}: ${state}`, [...reasons, ...degraded, NO_APP])
      return c.body(page as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'text/html; charset=utf-8' })
    }
    const says = [...reasons, ...degraded].map((one) => `${one}\n`).join('')
    return c.text(
      `Compliance Relay ${relay}: ${state}\n${says}\n/healthz  it is there\n/readyz   it is at work\n`,
    )
  })
  app.notFound((c) => c.text('not found', 404))
  return app
}

/** Said to whoever comes with a browser where there is no app. */
export const NO_APP = `The review app is not built: ${APP_HOW}. Then start the relay again.`

const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 30_000

/** Answers a request. */
export type Answering = (request: Request) => Response | Promise<Response>

export interface Answers {
  readonly health: Hono
  /** What people ask under `/v1/`, with its pages: that has a guard of its own, and refuses in a form of its own. */
  readonly api: Answering
  /** The review app, which has all other places; undefined where it is not built. */
  readonly app: Answering | undefined
}

/** Whoever asks for `/` and is no browser is told how the relay is. */
export function relayApp({ health, api, app }: Answers): Answering {
  return (request) => {
    const { pathname } = new URL(request.url)
    if (/^\/(?:v1|problems)\//.test(pathname)) return api(request)
    // Where an identity provider sends a browser back to: the app finishes it, if there is one.
    if (pathname === '/signed-in' && app === undefined) return api(request)
    const isHealth = /^\/(?:healthz|readyz)$/.test(pathname) || (pathname === '/' && !wantsPage(request))
    return app === undefined || isHealth ? health.fetch(request) : app(request)
  }
}

/** Where this relay is reached, as browsers write it. */
export function originsAt(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${port}`)
}

const clockOfMachine: Clock = {
  now: () => performance.now(),
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds).unref()
    return () => clearInterval(timer)
  },
}

/** Listens on the loopback address only. Rejects with what the system says if the port is taken. */
export async function listen(
  answer: Answering,
  port: number,
  clock = clockOfMachine,
): Promise<() => Promise<void>> {
  const server = await listenOn(answer, port, '127.0.0.1', clock)
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

function listenOn(answer: Answering, port: number, hostname: string, clock: Clock): Promise<Server> {
  const answerPlain = onlyPlain(answer)
  // Nothing here speaks HTTP/2.
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => answerPlain(request, incoming as IncomingMessage),
  }) as Server
  boundConnections(server)
  cutOffUntaken(server, clock)
  // Whoever sends a byte now and then would keep the places of others.
  server.headersTimeout = HEADERS_MILLISECONDS
  server.requestTimeout = REQUEST_MILLISECONDS
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: hostname, backlog: BACKLOG }, () => resolve(server))
  })
}

/** What follows a request that was refused, on the same connection, may be a part of it: it is not looked at. */
function onlyPlain(
  answer: Answering,
): (request: Request, incoming: IncomingMessage) => ReturnType<Answering> {
  const refused = new WeakSet<Socket>()
  return (request, incoming) => {
    if (!refused.has(incoming.socket) && isPlainRequest(incoming)) return answer(request)
    refused.add(incoming.socket)
    const headers = { connection: 'close', 'cache-control': 'no-store' }
    return new Response('bad request\n', { status: 400, headers })
  }
}
