import { Hono, type MiddlewareHandler } from 'hono'
import { methodsAt, Problem, type ProblemCode, type RouteName, routeAsked } from '../../api/index.ts'
import { SIGNED_IN_PATH } from '../identity/external-sign-in.ts'
import { guard, guardSteps } from './guard.ts'
import { problemAnswer } from './problem-answer.ts'
import type { RouteHost } from './route-handlers.ts'
import { securityHeaders } from './security-headers.ts'
import { routeServer } from './serve-route.ts'

export interface RelayApiOptions extends RouteHost {
  /** Something is wrong with the relay itself. Whoever asked is told no more than that. */
  readonly onError: (error: unknown) => void
  /** Each refusal, for the log: nothing in it was written by whoever asked, so it can be written down as it is. */
  readonly onRefusal?: (refusal: Refusal) => void
}

export interface Refusal {
  readonly code: ProblemCode
  /** Undefined for what is not in the table. */
  readonly route: RouteName | undefined
}

/** What a relay answers over HTTP. */
export function relayApi(options: RelayApiOptions): Hono {
  return apiBehind(guard(guardSteps(options.origins)), options)
}

/** As `relayApi`, behind another guard. */
export function apiBehind(guarding: MiddlewareHandler, options: RelayApiOptions): Hono {
  const app = new Hono()
  const serve = routeServer(options)
  app.use(securityHeaders(options.origins))
  app.use(guarding)
  for (const path of ['/v1/*', '/problems/*', SIGNED_IN_PATH]) app.all(path, (c) => serve(c.req.raw))
  app.notFound(() => {
    throw new Problem('not-found')
  })
  app.onError((error, c) => refuse(error, c.req.raw, options))
  return app
}

function refuse(error: Error, request: Request, { onError, onRefusal }: RelayApiOptions): Response {
  const problem = error instanceof Problem ? error : new Problem('internal')
  if (problem !== error) onError(error)
  onRefusal?.({ code: problem.code, route: routeAsked(request)?.name })
  return problemAnswer(problem, problem.code === 'method-not-allowed' ? { allow: allowedAt(request) } : {})
}

/** RFC 9110, 15.5.6. */
function allowedAt({ url }: Request): string {
  return methodsAt(new URL(url).pathname)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .join(', ')
}
