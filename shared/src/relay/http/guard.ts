import type { MiddlewareHandler } from 'hono'
import { Problem, type ProblemCode, routesAt } from '../../api/index.ts'

/** What is looked at of a request before anything else is done with it. */
export interface Seen {
  readonly method: string
  readonly path: string
  /** With its question mark; empty if there is none. */
  readonly query: string
  header(name: string): string | undefined
}

export interface GuardStep {
  readonly name: 'host' | 'site' | 'origin' | 'form' | 'header'
  /** Why a request goes no further; undefined if this step has nothing against it. */
  readonly refuses: (seen: Seen) => ProblemCode | undefined
}

/**
 * Any web page that is open on this machine, and every user and program on it, can send requests here. These steps
 * stand before all that answers, in this order (SECURITY.md 2.5); the session is asked for behind them, for being on
 * this machine proves nothing.
 *
 * `origins` are the addresses this relay is reached under, as browsers write them: `http://127.0.0.1:7411`.
 *
 * A program that is no browser sends neither `Sec-Fetch-Site` nor `Origin`. What changes something is refused to it,
 * signing in too, until it names the relay's own origin: a browser lets no page do that for another, and for anybody
 * else it is no right, only good manners. What it may do, its own session says. Reading needs no such header, only the
 * session, for a page cannot send the Authorization header elsewhere without being asked about it (CORS preflight),
 * which is refused.
 *
 * `isLandedOn` says to which paths another site may send a browser, as a whole page.
 */
export function guardSteps(
  origins: readonly string[],
  isLandedOn: (path: string) => boolean = isLandedOnInTable,
): readonly GuardStep[] {
  const hosts = new Map(origins.map((origin) => [new URL(origin).host, origin]))
  return [
    { name: 'host', refuses: (seen) => (hosts.has(hostOf(seen)) ? undefined : 'host-refused') },
    {
      name: 'site',
      refuses: (seen) => (isFromOwnSite(seen) || isLanding(seen, isLandedOn) ? undefined : 'origin-refused'),
    },
    { name: 'origin', refuses: (seen) => (isFromOwnPages(seen, origins) ? undefined : 'origin-refused') },
    { name: 'form', refuses: formRefusal },
    { name: 'header', refuses: (seen) => (hasOwnHeader(seen) ? undefined : 'origin-refused') },
  ]
}

/** The first thing against a request. */
export function refusalOf(steps: readonly GuardStep[], seen: Seen): ProblemCode | undefined {
  for (const { refuses } of steps) {
    const code = refuses(seen)
    if (code !== undefined) return code
  }
  return undefined
}

export function guard(steps: readonly GuardStep[]): MiddlewareHandler {
  return (c, next) => {
    const problem = refused(steps, c.req.raw)
    if (problem !== undefined) throw problem
    return next()
  }
}

/** Why a request is refused; undefined if no step has anything against it. */
export function refused(steps: readonly GuardStep[], { url, method, headers }: Request): Problem | undefined {
  const { pathname, search } = new URL(url)
  const header = (name: string) => headers.get(name) ?? undefined
  const code = refusalOf(steps, { method, path: pathname, query: search, header })
  return code && new Problem(code, code === 'origin-refused' ? { detail: 'origin-own' } : {})
}

/** Against DNS rebinding: a page of another name that resolves to this machine still sends that name. */
function hostOf(seen: Seen): string {
  return seen.header('host')?.toLowerCase() ?? ''
}

/** What the browser says of who asks (Fetch Metadata); `none` is somebody who typed the address, and only reads. */
function isFromOwnSite(seen: Seen): boolean {
  const site = seen.header('sec-fetch-site')
  return site === undefined || site === 'same-origin' || (site === 'none' && isSafe(seen))
}

/**
 * A browser that another site sends to a page of ours which reads and does nothing: where the identity provider sends
 * people back to, or the app that a mail has a link to. The whole window goes there, so the other site sees nothing of it.
 */
function isLanding(seen: Seen, isLandedOn: (path: string) => boolean): boolean {
  return (
    seen.method === 'GET' &&
    seen.header('sec-fetch-mode') === 'navigate' &&
    seen.header('sec-fetch-dest') === 'document' &&
    isLandedOn(seen.path)
  )
}

function isLandedOnInTable(path: string): boolean {
  return routesAt(path).some(({ isLandedOn }) => isLandedOn === true)
}

/** Not only one of our origins but that of the very address that is asked: `localhost` is not `127.0.0.1`. */
function isFromOwnPages(seen: Seen, origins: readonly string[]): boolean {
  const origin = seen.header('origin')
  if (origin === undefined) return isSafe(seen) || seen.header('sec-fetch-site') === 'same-origin'
  return origins.some((own) => own === origin && new URL(own).host === hostOf(seen))
}

/**
 * Nothing that a form, an image or a link can send: JSON, said to be JSON, and not packed. And no query but where the
 * table names what may stand in it, so that no token ever stands in an address, a history or a log (ASVS 14.2.1).
 */
function formRefusal(seen: Seen): ProblemCode | undefined {
  const routes = routesAt(seen.path)
  if (routes.length === 0 && !isSafe(seen)) return 'not-found'
  const asked = routes.find(({ method }) => method === (seen.method === 'HEAD' ? 'GET' : seen.method))
  if (routes.length > 0 && asked === undefined) return 'method-not-allowed'
  if (asked !== undefined && asked.query === undefined && seen.query !== '') return 'bad-request'
  if (isSafe(seen)) return undefined
  const isJson = JSON_TYPE.test(seen.header('content-type') ?? '')
  return isJson && seen.header('content-encoding') === undefined ? undefined : 'body-type'
}

/** RFC 8259 knows no other encoding than UTF-8. */
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i

/** A header that no form can set and no page elsewhere may (CORS preflight). */
function hasOwnHeader(seen: Seen): boolean {
  return isSafe(seen) || seen.header('x-relay') === '1'
}

function isSafe({ method }: Seen): boolean {
  return method === 'GET' || method === 'HEAD'
}
