import { readStrictJson } from '../trail/index.ts'
import { type PathParameters, pathOf } from './match-route.ts'
import { readProblem } from './problem-json.ts'
import { isContent, type Route } from './route.ts'
import {
  type BodyOf,
  type ContentRoute,
  type ParametersOf,
  type QueryOf,
  type ResultOf,
  type RouteName,
  routeOf,
} from './routes.ts'

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
    readonly signal?: AbortSignal
  },
) => Promise<Answer>

interface Answer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

export type Asked<Name extends RouteName> = ParametersOf<Name> &
  (QueryOf<Name> extends undefined ? object : { readonly query?: QueryOf<Name> }) &
  (BodyOf<Name> extends undefined ? object : { readonly body: BodyOf<Name> })

/** What a route of bytes gives: undefined where it is as it was under the ETag that was named. */
export interface ContentRead {
  readonly bytes: Uint8Array | undefined
  readonly etag: string | undefined
  readonly mediaType: string
}

export interface Client {
  /**
   * Asks, and gives what the relay says, checked. Rejects with a `Problem` if the relay refuses; with an Error if the
   * answer is none that this version knows; with what `fetch` says if there is no answer, and then whether something
   * was done is not known.
   */
  call<Name extends Exclude<RouteName, ContentRoute>>(name: Name, asked: Asked<Name>): Promise<ResultOf<Name>>
  /** As `call`, of what gives bytes. With the `etag` of an answer before, only what has changed is given. */
  read<Name extends ContentRoute>(name: Name, asked: Asked<Name>, etag?: string): Promise<ContentRead>
  /** As `call`, of what is given piece by piece: until the relay ends it, or `signal` does. */
  listen<Name extends ContentRoute>(
    name: Name,
    asked: Asked<Name>,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>
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
  const ask = (
    name: RouteName,
    asked: object,
    more: { etag?: string | undefined; signal?: AbortSignal } = {},
  ) => {
    const { query, body, ...parameters } = asked as PathParameters & {
      readonly query?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
    const { etag, signal } = more
    return fetch(base + pathOf(name, parameters) + queryText(query), {
      method: routeOf(name).method,
      headers: {
        ...headersFor(routeOf(name), token()),
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Who asks keeps what it has verified: a browser would keep all of a trail a second time.
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      ...(signal === undefined ? {} : { signal }),
    })
  }
  return {
    async call<Name extends Exclude<RouteName, ContentRoute>>(
      name: Name,
      asked: Asked<Name>,
    ): Promise<ResultOf<Name>> {
      const { result } = routeOf(name)
      const answer = await ask(name, asked)
      const text = await answer.text()
      if (answer.status === 204 && result === undefined) return undefined as ResultOf<Name>
      if (answer.status === 200 && result !== undefined && !isContent(result))
        return result.parse(readStrictJson(text)) as ResultOf<Name>
      throw refusalIn(name, answer, text)
    },
    async read<Name extends ContentRoute>(
      name: Name,
      asked: Asked<Name>,
      etag?: string,
    ): Promise<ContentRead> {
      const answer = await ask(name, asked, { etag })
      const read = { etag: answer.headers.get('etag') ?? undefined, mediaType: requireType(name, answer) }
      if (answer.status === 304 && etag !== undefined) return { ...read, bytes: undefined }
      if (answer.status === 200) return { ...read, bytes: new Uint8Array(await answer.arrayBuffer()) }
      throw refusalIn(name, answer, await answer.text())
    },
    async listen<Name extends ContentRoute>(name: Name, asked: Asked<Name>, signal: AbortSignal) {
      const answer = await ask(name, asked, { signal })
      // Piped on, for what is locked stays open: Node cancels the body of an answer that nobody refers to any more.
      if (answer.status === 200 && answer.body !== null && requireType(name, answer))
        return answer.body.pipeThrough(new TransformStream())
      throw refusalIn(name, answer, await answer.text())
    },
  }
}

/** An answer of 200 is of the kind that the table says; of another it may be what somebody else sent. */
function requireType(name: RouteName, { status, headers }: Answer): string {
  const { result } = routeOf(name)
  const type = headers.get('content-type') ?? ''
  if (status === 200 && !(isContent(result) && result.mediaTypes.includes(type)))
    throw new Error(`${name}: an answer of another kind than this version knows`)
  return type
}

function refusalIn(name: RouteName, { status, headers }: Answer, text: string): Error {
  return (
    readProblem(readStrictJson(text), headers.get('retry-after')) ??
    new Error(`${name}: an answer with status ${status} that this version does not know`)
  )
}

function queryText(query: Readonly<Record<string, string>> | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function headersFor({ method, result }: Route, token: string | undefined): Record<string, string> {
  const types = isContent(result) ? result.mediaTypes : ['application/json']
  return {
    accept: [...types, 'application/problem+json'].join(', '),
    ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'x-relay': '1' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}
