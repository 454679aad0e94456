import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** How long a receiver may take, from the first name looked up to its answer. */
export const ANSWER_MILLISECONDS = 15_000

/**
 * Does something that a signal ends, or time does. Nothing of it is left behind when it is done: a signal that holds on
 * to what it might still end keeps thousands of requests in memory.
 */
export async function inTime<Result>(
  signal: AbortSignal,
  milliseconds: number,
  work: (ended: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController()
  const end = () => ended.abort(signal.reason)
  const timer = setTimeout(
    () => ended.abort(new DOMException('it took too long', 'TimeoutError')),
    milliseconds,
  )
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    return await work(ended.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

let made: SecureContext | undefined

/**
 * Whose certificates are believed: those that come with Node and those the machine's owner has put into the system or
 * named in NODE_EXTRA_CA_CERTS, for a laboratory has an authority of its own. Made once, when first needed: it is made
 * of some hundred certificates.
 */
export function trustedContext(): SecureContext {
  made ??= createSecureContext({
    ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
    minVersion: 'TLSv1.2',
  })
  return made
}

/** Why nothing could be sent, in words. Nothing in it was written by whoever answers. */
export function networkFault(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  if (name === 'TimeoutError') return `there was no answer within ${ANSWER_MILLISECONDS / 1_000} s`
  if (name === 'AbortError') return 'it was not waited for'
  const known = typeof code === 'string' && Object.hasOwn(sentences, code) ? sentences[code] : undefined
  if (known !== undefined) return known
  if (typeof code === 'string' && /CERT|ISSUER|SIGNATURE|ALTNAME/.test(code))
    return `its certificate is not trusted (${plain(code)})`
  return `the connection failed (${plain(typeof code === 'string' ? code : String(name))})`
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody answers at that port',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
}

function plain(code: string): string {
  return code.replace(/[^A-Za-z0-9_]/g, '').slice(0, 60)
}
