import { requireSecretName, requireSecretSize, type SecretStore, SecretUnusable } from './ports.ts'

/*
 * Secrets in the keystore of the operating system: Credential Manager, Keychain, Secret Service. It needs the
 * package @napi-rs/keyring, which does not come with the relay, and a person who is logged in: a service on Linux
 * has no such keystore. Not executed in our tests: there is no keystore where they run.
 */

/** What is used of @napi-rs/keyring. */
export interface Keyring {
  readonly AsyncEntry: new (
    service: string,
    account: string,
  ) => {
    setPassword(password: string): Promise<unknown>
    getPassword(): Promise<string | null | undefined>
    deleteCredential(): Promise<unknown>
  }
  findCredentialsAsync(service: string): Promise<readonly { readonly account: string }[]>
}

/** The keystore under one service name, e.g. `compliance-relay ws-nmr-01`. Throws `SecretUnusable` without the package. */
export async function openOsKeystore(service: string, load = loadKeyring): Promise<SecretStore> {
  return new OsKeystore(service, await load())
}

async function loadKeyring(): Promise<Keyring> {
  try {
    // Not a literal: the compiler must not look for a package that need not be there.
    return await import('@napi-rs/keyring' as string)
  } catch (error) {
    throw new SecretUnusable(
      'the keystore of the operating system needs the package @napi-rs/keyring, which is not installed; install it, or keep secrets in files',
      { cause: error },
    )
  }
}

class OsKeystore implements SecretStore {
  readonly #service: string
  readonly #keyring: Keyring

  constructor(service: string, keyring: Keyring) {
    this.#service = service
    this.#keyring = keyring
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const digits = await this.#asked(() => this.#entry(name).getPassword())
    if (digits === undefined || digits === null) {
      // The package gives nothing also when it was refused. Only a list without the name says that there is none.
      if (!(await this.names()).includes(name)) return undefined
      throw new SecretUnusable(`the keystore has the secret ${name} and does not give it`)
    }
    if (!/^(?:[0-9a-f]{2})+$/.test(digits))
      throw new SecretUnusable(`the secret ${name} in the keystore is not in hexadecimal digits`)
    return new Uint8Array(Buffer.from(digits, 'hex'))
  }

  /** A keystore cannot write once by itself: that nobody else makes the same secret is for the writer's lock. */
  async create(name: string, secret: Uint8Array): Promise<void> {
    requireSecretSize(secret)
    if ((await this.read(name)) !== undefined)
      throw new SecretUnusable(`there is a secret ${name} in the keystore already; it is not overwritten`)
    await this.#asked(() => this.#entry(name).setPassword(Buffer.from(secret).toString('hex')))
    const kept = await this.read(name)
    if (kept === undefined || Buffer.compare(kept, secret) !== 0)
      throw new SecretUnusable(`the keystore did not keep the secret ${name}`)
  }

  async remove(name: string): Promise<void> {
    if ((await this.names()).includes(name)) await this.#asked(() => this.#entry(name).deleteCredential())
  }

  async names(): Promise<readonly string[]> {
    const found = await this.#asked(() => this.#keyring.findCredentialsAsync(this.#service))
    return found.map(({ account }) => account).sort()
  }

  #entry(name: string) {
    requireSecretName(name)
    return new this.#keyring.AsyncEntry(this.#service, name)
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof SecretUnusable) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new SecretUnusable(`the keystore of the operating system refused: ${reason}`, { cause: error })
    }
  }
}
