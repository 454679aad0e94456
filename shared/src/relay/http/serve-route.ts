import { isContent, Problem, type RouteName, routeAsked, routeOf } from '../../api/index.ts'
import type { FeedToken } from '../feed/feed-token-book.ts'
import type { Caller, People } from '../people.ts'
import { ContentGiver, type Given } from './give-content.ts'
import { BODY_BYTES_MAX, OPEN_BODY_BYTES_MAX, readBody, readNoBody } from './read-body.ts'
import { readQuery } from './read-query.ts'
import { type Asking, askingAgain, type RouteHost, routeHandlers } from './route-handlers.ts'

type Matched = NonNullable<ReturnType<typeof routeAsked>>

/**
 * Answers a request by the table, for what has passed the guard: who asks and whether they may, then the body, then
 * their password again where the table says so, then the act, and the answer is held against its schema too. Throws
 * `Problem`, or an Error for what is the relay's own fault.
 */
export function routeServer(host: RouteHost): (request: Request) => Promise<Response> {
  const { people } = host
  const handlers = routeHandlers(host)
  const giver = new ContentGiver(host.isNear !== true)
  return async (request) => {
    const matched = routeAsked(request)
    if (matched === undefined) throw new Problem('not-found')
    try {
      return await answer(matched, request)
    } catch (error) {
      if (error instanceof Problem && error.code === 'forbidden') countRefused(host, matched.name, request)
      throw error
    }
  }

  async function answer({ name, parameters }: Matched, request: Request): Promise<Response> {
    const feedToken = routeOf(name).takesFeedToken === true ? feedTokenOf(host, request) : undefined
    const lookUp = () => (feedToken === undefined ? callerOf(people, name, request) : undefined)
    const caller = lookUp()
    if (feedToken !== undefined) host.feedTokens.spend(feedToken)
    // Signing out is never too much.
    if (caller !== undefined && name !== 'signOut') people.spend(caller, routeOf(name).cost)
    const query = readQuery(request, routeOf(name).query)
    const body = await bodyOf(name, request)
    if (caller !== undefined && routeOf(name).asksPassword) await requirePassword(people, caller, name, body)
    // Asking for a password takes its time: who asks is looked up again, with the rights of then.
    const { signal, headers } = request
    const accept = headers.get('accept') ?? ''
    const asking = {
      ...parameters,
      caller: lookUp(),
      feedToken,
      query,
      body,
      accept,
      signal,
      origin: () => originOf(host, request),
    }
    // The table says what each handler is given; that it was, no type can follow through a name.
    const handler = handlers[name] as (asking: Asking<RouteName>) => unknown
    const value = await handler(asking as unknown as Asking<RouteName>)
    const { result } = routeOf(name)
    return isContent(result) ? giver.answer(request, result, value as Given) : answerOf(name, value)
  }
}

/** Undefined for what is no feed token. Throws `Problem` for one that has ended. */
function feedTokenOf({ feedTokens }: RouteHost, request: Request): FeedToken | undefined {
  const text = tokenOf(request)
  const detail = feedTokens.ended(text)
  if (detail !== undefined) throw new Problem('unauthenticated', { detail })
  return feedTokens.find(text)
}

/** Undefined where nobody has to be signed in. Throws `Problem`. */
function callerOf(people: People, name: RouteName, request: Request): Caller | undefined {
  const { action } = routeOf(name)
  return action === undefined ? undefined : people.callerFor(tokenOf(request), action, backgroundOf(name))
}

function backgroundOf(name: RouteName): 'background' | undefined {
  return routeOf(name).isBackground === true ? 'background' : undefined
}

/** Somebody signed in asked for what they may not do, by their role or by what they are in this: an event on record. */
function countRefused({ people, feedTokens }: RouteHost, name: RouteName, request: Request): void {
  // A program's token is nobody's session.
  if (feedTokens.find(tokenOf(request)) !== undefined) return
  const { account } = people.caller(tokenOf(request), backgroundOf(name))
  people.count('access.refused', { account: account.id, action: routeOf(name).action ?? null, route: name })
}

/**
 * From the Authorization header and from nowhere else (RFC 6750, 2.1): no cookie, no address, no body. What is no token
 * is looked up like one that nobody has; tokens are found by their digest, so how long it takes tells nothing of them.
 */
function tokenOf(request: Request): string {
  return /^Bearer ([A-Za-z0-9_-]{43})$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
}

async function bodyOf(name: RouteName, request: Request): Promise<unknown> {
  const { body, action, bodyBytesMax } = routeOf(name)
  if (body === undefined) return readNoBody(request)
  return readBody(
    request,
    body,
    bodyBytesMax ?? (action === undefined ? OPEN_BODY_BYTES_MAX : BODY_BYTES_MAX),
  )
}

/** A wrong one is recorded and counted like one at signing in (ASVS 7.5.3). Throws `Problem`. */
async function requirePassword(
  people: People,
  caller: Caller,
  name: RouteName,
  body: unknown,
): Promise<void> {
  const { password } = body as { readonly password: string }
  await askingAgain(people.checkOwn(caller, password, routeOf(name).action))
}

/** Under which of the relay's own addresses it was asked. The guard has let nobody by who asked under another. */
function originOf({ origins }: RouteHost, request: Request): string {
  const asked = request.headers.get('host')?.toLowerCase()
  const origin = origins.find((one) => new URL(one).host === asked)
  if (origin === undefined) throw new Problem('host-refused')
  return origin
}

function answerOf(name: RouteName, value: unknown): Response {
  const { result } = routeOf(name)
  if (result === undefined || isContent(result)) return new Response(null, { status: 204 })
  // A field that the schema does not name does not leave the relay.
  return new Response(JSON.stringify(result.parse(value)), {
    headers: { 'content-type': 'application/json' },
  })
}
