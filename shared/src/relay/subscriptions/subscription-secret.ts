import { createHmac } from 'node:crypto'
import type { SecretStore } from '../ports.ts'
import { SecretUnusable } from '../ports.ts'
import type { Subscription } from './subscription.ts'

/** Standard Webhooks asks for 24 to 64. */
export const SUBSCRIPTION_SECRET_BYTES = 32

/** In the secret store. */
export function subscriptionSecretName(id: string): string {
  return `subscription.${id}`
}

/** Which secret it is, without a word about what it is: the first half of an HMAC with it. */
export function subscriptionSecretId(secret: Uint8Array): string {
  const mac = createHmac('sha256', secret).update('compliance-relay/subscription-secret-id/v1')
  return mac.digest('hex').slice(0, 32)
}

/** As Standard Webhooks has it: what the receiver is given, once. */
export function subscriptionSecretText(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`
}

/**
 * The secret a subscription's deliveries are signed with; undefined where they are not signed. Throws `SecretUnusable`
 * if it is missing, or is not the one the record names: then nothing is sent that would seem to be signed.
 */
export async function readSubscriptionSecret(
  secrets: SecretStore,
  { id, secretId }: Pick<Subscription, 'id' | 'secretId'>,
): Promise<Uint8Array | undefined> {
  if (secretId === undefined) return undefined
  const name = subscriptionSecretName(id)
  const secret = await secrets.read(name)
  if (secret === undefined) throw new SecretUnusable(`the key ${name} is missing`)
  if (subscriptionSecretId(secret) !== secretId)
    throw new SecretUnusable(`the key ${name} is another than the one of its record`)
  return secret
}
