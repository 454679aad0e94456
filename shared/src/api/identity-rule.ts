import { z } from 'zod'
import { isIssuer } from './external-name.ts'

/** As many as a provider has while it changes them, and as fit a record twice. */
const KEYS_MAX = 8

const member = (lengthMax: number) => z.string().min(1).max(lengthMax)

/** A public key (RFC 7517) and nothing else: what has a secret part, or is one, has no place in a rule. */
const publicKeySchema = z.strictObject({
  kty: z.enum(['OKP', 'EC', 'RSA']),
  kid: member(200),
  alg: member(20).optional(),
  use: z.literal('sig').optional(),
  crv: member(20).optional(),
  x: member(100).optional(),
  y: member(100).optional(),
  n: member(700).optional(),
  e: member(10).optional(),
})

const name = z.string().regex(/^[\x21-\x7e]{1,255}$/)

/** The identity provider a site has, and how the relay is known to it. */
export const identityRuleSchema = z.strictObject({
  issuer: z.string().refine(isIssuer, 'an issuer is an https address, or http on this machine'),
  /** What the provider calls this relay, for people who sign in. */
  clientId: name,
  /** Whom tokens are to be meant for, and nobody else. */
  audience: name,
  /** The provider's keys, for a workstation that cannot reach it: then it is not asked for them. */
  jwks: z.strictObject({ keys: z.array(publicKeySchema).min(1).max(KEYS_MAX) }).optional(),
})

export type IdentityRule = z.infer<typeof identityRuleSchema>
