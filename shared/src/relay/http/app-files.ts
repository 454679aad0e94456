import { gzipSync } from 'node:zlib'
import { Problem } from '../../api/index.ts'
import { etagOf, isNamed, takesGzip } from './conditional.ts'
import { guardSteps, refused } from './guard.ts'
import { problemAnswer } from './problem-answer.ts'
import { takesHtml } from './problem-page.ts'
import { securityHeadersOf, signingWorkerPolicy } from './security-headers.ts'

export interface AppFilesOptions {
  /** All there is of the app, by its path without a slash in front: `index.html`, `assets/main-B2kd9f3a.js`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The addresses it is reached under, as browsers write them: `http://127.0.0.1:7411`. */
  readonly origins: readonly string[]
}

/** The page of the app: it stands for each place in it that is no file, for the app itself knows its places. */
const PAGE = 'index.html'
/** What is built into this folder is there by its name or not at all: nothing in it is a place in the app. */
const BUILT = 'assets/'

/**
 * Serves the app: what is in the list, under its own name, and nothing else, so no path leads out of it. All of it is in
 * memory, and packed once. Nobody has to be signed in to have it, for there is nothing of the relay's in it.
 *
 * Names with a hash in them never mean anything else and are kept; all else is asked for again each time.
 */
export function appFiles({ files, origins }: AppFilesOptions): (request: Request) => Response {
  const headers = securityHeadersOf(origins)
  const served = new Map([...files].map(([name, bytes]) => [`/${name}`, servedFile(name, bytes, headers)]))
  const page = served.get(`/${PAGE}`)
  if (page === undefined) throw new Error(`an app has a page, ${PAGE}`)
  const isPlace = (path: string) => path === `/${PAGE}` || !(served.has(path) || path.startsWith(`/${BUILT}`))
  const steps = guardSteps(origins, isPlace)
  return (request) => {
    const problem = refused(steps, request)
    if (problem !== undefined) return problemAnswer(problem, headers)
    const { pathname } = new URL(request.url)
    const file = served.get(pathname) ?? (isPlace(pathname) && wantsPage(request) ? page : undefined)
    return file === undefined ? problemAnswer(new Problem('not-found'), headers) : answered(request, file)
  }
}

/** A browser that goes there, or whoever else says that it takes HTML. */
export function wantsPage({ headers }: Request): boolean {
  return headers.get('sec-fetch-mode') === 'navigate' || takesHtml(headers.get('accept') ?? '')
}

interface ServedFile {
  readonly plain: Form
  /** Undefined where that makes nothing smaller. */
  readonly packed: Form | undefined
  readonly headers: Readonly<Record<string, string>>
}

interface Form {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

function servedFile(name: string, bytes: Uint8Array, headers: Readonly<Record<string, string>>): ServedFile {
  const zipped = gzipSync(bytes)
  const isSmaller = zipped.length < bytes.length * WORTH_PACKING
  return {
    plain: { bytes: bytes as Uint8Array<ArrayBuffer>, etag: etagOf(bytes, false) },
    packed: isSmaller ? { bytes: zipped, etag: etagOf(bytes, true) } : undefined,
    headers: {
      ...headers,
      ...(SIGNING_WORKER.test(name) ? { 'content-security-policy': signingWorkerPolicy } : {}),
      'content-type': typeOf(name),
      'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      // What stands at a place depends on who asks: a program is told otherwise, or that there is nothing.
      vary: name === PAGE ? 'accept, accept-encoding, sec-fetch-mode' : 'accept-encoding',
    },
  }
}

const WORTH_PACKING = 0.9
/** As Vite names what it builds: eight letters of the digest of what is in it. */
const HASHED = /^assets\/(?:.*\/)?[^/]+-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$/
const SIGNING_WORKER = /^assets\/signing-worker-[A-Za-z0-9_-]{8}\.js$/

function answered(request: Request, { plain, packed, headers }: ServedFile): Response {
  const isPacked = packed !== undefined && takesGzip(request)
  const { bytes, etag } = isPacked ? packed : plain
  const all = { ...headers, etag }
  if (isNamed(request, etag)) return new Response(null, { status: 304, headers: all })
  const encoding: Record<string, string> = isPacked ? { 'content-encoding': 'gzip' } : {}
  const body = request.method === 'HEAD' ? null : bytes
  return new Response(body, { headers: { ...all, ...encoding } })
}

/** By the end of its name; what is not known is bytes, and `nosniff` keeps it so. */
function typeOf(name: string): string {
  return types.get(name.split('.').at(-1) ?? '') ?? 'application/octet-stream'
}

const types = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json'],
  ['map', 'application/json'],
  ['txt', 'text/plain; charset=utf-8'],
  ['webmanifest', 'application/manifest+json'],
  ['wasm', 'application/wasm'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['ico', 'image/x-icon'],
  ['webp', 'image/webp'],
  ['woff2', 'font/woff2'],
])
