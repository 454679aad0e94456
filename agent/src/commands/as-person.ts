import { randomBytes } from 'node:crypto'
import { type Client, createClient, type OwnAccountView } from '@compliance-relay/shared/api'
import { isHelloOf } from '@compliance-relay/shared/asking'
import { printable, utf8 } from '@compliance-relay/shared/trail'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { readPort } from '../port-file.ts'
import { UnusableInput } from '../unusable-input.ts'
import { isRunning } from './ask-relay.ts'
import { required } from './options.ts'
import { portOf } from './port-option.ts'
import { reading } from './reading.ts'
import type { SecretInput } from './secret-input.ts'

/* How commands ask a running relay as a person: at its port, with that person's password, and nothing is kept. */

/** Where a relay is asked, and with what it is told from whoever took its port. */
export interface Where {
  readonly port?: string | undefined
  readonly data?: string | undefined
}

export const whereOptions = { port: { type: 'string' }, data: { type: 'string' } } as const

/** What every command takes that asks as a person, and what those take that change something. */
export const personOptions = {
  as: { type: 'string' },
  ...whereOptions,
  json: { type: 'boolean', default: false },
} as const
export const personChangeOptions = { ...personOptions, reason: { type: 'string' } } as const

/** For the help of each command that sends a password. */
export const whereHelp = `The password of --as is asked for on the terminal, or read as a line of standard input.
      With --data DIR the relay of that folder is asked, at whatever port it answers, and has to
      prove first that it holds the key of that relay. With --port N alone, or with neither (port
      7411), a program that took the port of a stopped relay would be sent the password.`

/** As the person that --as names. */
export function asPerson<Result>(
  { as, ...where }: Where & { readonly as?: string | undefined },
  asking: SecretInput,
  work: (client: Client, password: string) => Promise<Result>,
): Promise<Result> {
  return signedIn(required(as, 'as'), where, asking, work)
}

/** Signed in for this one thing, and out again. */
export async function signedIn<Result>(
  user: string,
  where: Where,
  asking: SecretInput,
  work: (client: Client, password: string, account: OwnAccountView) => Promise<Result>,
): Promise<Result> {
  const port = await portAsked(where)
  const password = await asking.ask(`Password of ${printable(user)}`)
  let token: string | undefined
  const client = clientAt(port, () => token)
  const signedIn = await client.call('signIn', { body: { user, password } })
  token = signedIn.token
  try {
    return await work(client, password, signedIn.account)
  } finally {
    // A change of one's own password has ended the session already.
    await client.call('signOut', {}).catch(() => {})
  }
}

/**
 * The port to ask at: the one that is named, or that of the relay of the data folder. What answers there is that relay,
 * if a folder is named: it signs what was made up here, and where it is reached, with the key that its trail there names.
 * Nothing secret is read. Throws `UnusableInput`.
 */
export async function portAsked({ port: named, data }: Where): Promise<string | undefined> {
  if (data === undefined) return named
  const vkey = await reading(data, ({ trail }) => trail.vkey)
  const port = named ?? portIn(dataFolder(data))
  const nonce = randomBytes(NONCE_BYTES).toString('base64url')
  const { note = '' } = await clientAt(port).call('hello', { query: { nonce } })
  if (!isHelloOf(utf8(note), { vkey, nonce, origin: originAt(port) }))
    throw new UnusableInput(
      `what answers at port ${portOf(port)} of this machine is not the relay of ${data}: nothing was sent to it`,
    )
  return port
}

function portIn(folder: DataFolder): string {
  const port = readPort(folder.port)
  if (port !== undefined) return String(port)
  throw new UnusableInput(
    isRunning(folder)
      ? `the relay of ${folder.path} answers at no port: relay status --data ${folder.path} says why, --port N names one`
      : `no relay is running on ${folder.path}: relay run --data ${folder.path}`,
  )
}

const NONCE_BYTES = 32

function originAt(port: string | undefined): string {
  return `http://127.0.0.1:${portOf(port)}`
}

export function clientAt(
  port: string | undefined,
  token: () => string | undefined = () => undefined,
): Client {
  const number = portOf(port)
  if (number === 0) throw new UnusableInput('--port is the port the relay answers at, not 0')
  const base = originAt(port)
  return createClient(
    base,
    async (url, init) => {
      try {
        // Commands ask seldom: a connection that is kept, the relay may have closed by the next time.
        const headers = { ...init.headers, origin: base, connection: 'close' }
        return await fetch(url, { ...init, headers })
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
