import { type Client, createClient } from '@compliance-relay/shared/api'
import { printable } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { required } from './options.ts'
import { portOf } from './run.ts'
import type { SecretInput } from './secret-input.ts'

/* How commands ask a running relay as a person: at its port, with that person's password, and nothing is kept. */

/** As the person that --as names. */
export function asPerson<Result>(
  { as, port }: { readonly as?: string | undefined; readonly port?: string | undefined },
  asking: SecretInput,
  work: (client: Client, password: string) => Promise<Result>,
): Promise<Result> {
  return signedIn(required(as, 'as'), port, asking, work)
}

/** Signed in for this one thing, and out again. */
export async function signedIn<Result>(
  user: string,
  port: string | undefined,
  asking: SecretInput,
  work: (client: Client, password: string) => Promise<Result>,
): Promise<Result> {
  const password = await asking.ask(`Password of ${printable(user)}`)
  let token: string | undefined
  const client = clientAt(port, () => token)
  token = (await client.call('signIn', { body: { user, password } })).token
  try {
    return await work(client, password)
  } finally {
    // A change of one's own password has ended the session already.
    await client.call('signOut', {}).catch(() => {})
  }
}

export function clientAt(
  port: string | undefined,
  token: () => string | undefined = () => undefined,
): Client {
  const number = portOf(port)
  if (number === 0) throw new UnusableInput('--port is the port the relay answers at, not 0')
  const base = `http://127.0.0.1:${number}`
  return createClient(
    base,
    async (url, init) => {
      try {
        return await fetch(url, { ...init, headers: { ...init.headers, origin: base } })
      } catch (error) {
        throw new UnusableInput(
          `no relay answers at port ${number} of this machine: relay status says at which port it does, --port N names it`,
          { cause: error },
        )
      }
    },
    token,
  )
}
