import { readStrictJson } from '../trail/index.ts'
import { pathOf } from './match-route.ts'
import { readProblem } from './problem-json.ts'
import { type BodyOf, type NamesAccount, type ResultOf, type RouteName, routeOf } from './routes.ts'

/** As much of `fetch` as is needed, so that a test can be the network. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly cache: 'no-store'
    readonly credentials: 'omit'
    readonly redirect: 'error'
  },
) => Promise<{
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}>

export type Asked<Name extends RouteName> = (NamesAccount<Name> extends true
  ? { readonly id: string }
  : object) &
  (BodyOf<Name> extends undefined ? object : { readonly body: BodyOf<Name> })

export interface Client {
  /**
   * Asks, and gives what the relay says, checked. Rejects with a `Problem` if the relay refuses; with an Error if the
   * answer is none that this version knows; with what `fetch` says if there is no answer, and then whether something
   * was done is not known.
   */
  call<Name extends RouteName>(name: Name, asked: Asked<Name>): Promise<ResultOf<Name>>
}

/**
 * The one way to ask a relay, for the app and for tests. `base` is its origin, `token` what signing in gave. A program
 * that is no browser has to send the header `origin` with `base` itself: browsers do, and let nobody else.
 */
export function createClient(
  base: string,
  fetch: Fetch,
  token: () => string | undefined = () => undefined,
): Client {
  return {
    async call<Name extends RouteName>(name: Name, asked: Asked<Name>): Promise<ResultOf<Name>> {
      const { method, result } = routeOf(name)
      const { id, body } = asked as { readonly id?: string; readonly body?: unknown }
      const answer = await fetch(base + pathOf(name, id), {
        method,
        headers: headersFor(method, token()),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      })
      const text = await answer.text()
      if (answer.status === 204 && result === undefined) return undefined as ResultOf<Name>
      const json: unknown = readStrictJson(text)
      if (answer.status === 200 && result !== undefined) return result.parse(json) as ResultOf<Name>
      const problem = readProblem(json, answer.headers.get('retry-after'))
      throw (
        problem ??
        new Error(`${name}: an answer with status ${answer.status} that this version does not know`)
      )
    },
  }
}

function headersFor(method: string, token: string | undefined): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'x-relay': '1' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}
