import type { MiddlewareHandler } from 'hono'
import { caching, isContent, routeAsked, routeOf } from '../../api/index.ts'

/**
 * Set on every answer, refusals and errors too (SECURITY.md 2.6, ASVS 3.4). There are no CORS headers, on nothing: no
 * page of another origin reads what a relay says.
 */
export function securityHeaders(origins: readonly string[]): MiddlewareHandler {
  const headers = Object.entries(securityHeadersOf(origins))
  return async (c, next) => {
    await next()
    const kept = keptAs(c.req.raw, c.res)
    for (const [name, value] of headers) c.res.headers.set(name, value)
    if (isPlainPage(c.req.raw, c.res)) c.res.headers.set('content-security-policy', plainPagePolicy)
    if (kept !== undefined) c.res.headers.set('cache-control', kept)
  }
}

/** A page of a route in the table: what a host serves besides, an app, has scripts of its own. */
function isPlainPage(request: Request, { headers }: Response): boolean {
  return routeAsked(request) !== undefined && /^text\/html\b/.test(headers.get('content-type') ?? '')
}

/** How an answer may be kept: as it says itself, where the table lets its route say so. A refusal says nothing of it. */
function keptAs(request: Request, { headers }: Response): string | undefined {
  const asked = routeAsked(request)
  const result = asked && routeOf(asked.name).result
  if (!isContent(result)) return undefined
  const said = headers.get('cache-control')
  return result.caching.map((one) => caching[one]).find((one) => one === said)
}

export function securityHeadersOf(origins: readonly string[]): Readonly<Record<string, string>> {
  const isSecure = origins.length > 0 && origins.every((origin) => origin.startsWith('https:'))
  return {
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': permissionsPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Browsers take it over TLS only (RFC 6797, 8.1); a workstation's relay is on loopback.
    ...(isSecure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}

/** Without `report-to` as long as nothing takes reports. */
const contentSecurityPolicy = policyWith({ scripts: "'self'", connects: "'self'" })

/**
 * Of the worker that makes a key from a password: it alone compiles WebAssembly, for Argon2id, and it alone has the
 * password, so it can send nothing anywhere.
 */
export const signingWorkerPolicy = policyWith({ scripts: "'self' 'wasm-unsafe-eval'", connects: "'none'" })

function policyWith({ scripts, connects }: { readonly scripts: string; readonly connects: string }): string {
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${connects}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types relay-sw',
  ].join('; ')
}

/** Pages that say one thing: no script, no style, nothing is loaded and nothing sent. */
const plainPagePolicy = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const permissionsPolicy = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ')
