/*
 * What an outside service gives people in a file of its own, as a rule of the site takes it. Plain functions, no schema: the
 * rule's schema judges what they give.
 */

/** Certificates of a text in PEM (RFC 7468), each as the base64 of its DER; none if there are none. */
export function certificatesIn(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => block.replace(/-----[A-Z ]*-----|\s/g, ''))
}

const KEY_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const

/** What a provider publishes as its keys (JWKS, RFC 7517), less what a key can do without; undefined if it is none. */
export function publicKeysIn(text: string): { readonly keys: readonly object[] } | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys: readonly Record<string, unknown>[] }
    return {
      keys: keys.map((key) =>
        Object.fromEntries(KEY_MEMBERS.flatMap((one) => (one in key ? [[one, key[one]]] : []))),
      ),
    }
  } catch {
    return undefined
  }
}
