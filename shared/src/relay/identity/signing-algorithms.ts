/** What a provider may sign by: with a key of its own, never by a secret that somebody else has too (RFC 8725, 3.1). */
export const SIGNING_ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'PS256'] as const

/** How far a provider's clock may be from the relay's. */
export const SKEW_SECONDS = 60
