/* How an identity provider and a person there are named. Nothing else is taken for a name, wherever it comes from. */

const ISSUER_LENGTH_MAX = 400
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The name of a provider is the address it is asked at (OpenID Connect Discovery 1.0, section 3): https, or http on this
 * machine, with nothing hidden in it.
 */
export function isIssuer(text: string): boolean {
  if (text.length > ISSUER_LENGTH_MAX || !/^https?:\/\/[\x21-\x7e]+$/.test(text) || /[?#@\\]/.test(text))
    return false
  return URL.canParse(text) && isSafeAddress(new URL(text), isOnLoopback(text))
}

/** Whether the name is one of a provider on this very machine: only such a one is asked without TLS. */
export function isOnLoopback(issuer: string): boolean {
  return URL.canParse(issuer) && LOOPBACK.has(new URL(issuer).hostname)
}

/** Whether something can be asked at an address, and a page sent to it. */
export function isSafeAddress({ protocol, hostname, username, password }: URL, onLoopback: boolean): boolean {
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && onLoopback && LOOPBACK.has(hostname))
}

/** OpenID Connect Core 1.0, section 2: at most 255 ASCII characters, and every one counts. */
export function isSubject(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]{1,255}$/.test(text)
}
