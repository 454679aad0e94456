import type { SecretStore } from '@compliance-relay/shared/relay'

/** In the secret store: what the site's identity provider knows this relay by, where it gave it such a secret. */
export const IDENTITY_SECRET_NAME = 'identity.client-secret'

/** Undefined for a public client, which has none. Rejects with `SecretUnusable`, and a sign-in by the provider with it. */
export async function identitySecret(secrets: SecretStore): Promise<string | undefined> {
  const secret = await secrets.read(IDENTITY_SECRET_NAME)
  return secret && Buffer.from(secret).toString('utf8')
}
