import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openRecoveryFile, type SecretStore, wrapSecrets } from '@compliance-relay/shared/relay'
import { messageOf } from './error-message.ts'
import { UnusableInput } from './unusable-input.ts'
import { writeDurably } from './write-durably.ts'

/** Writes the recovery file: all secrets there are, wrapped by a passphrase. */
export async function writeRecovery(
  file: string,
  origin: string,
  secrets: SecretStore,
  passphrase: string,
): Promise<void> {
  const named: Record<string, Uint8Array> = {}
  for (const name of await secrets.names()) {
    const secret = await secrets.read(name)
    if (secret !== undefined) named[name] = secret
  }
  writeDurably(
    file,
    await wrapSecrets(origin, named, passphrase, (size) => new Uint8Array(randomBytes(size))),
    0o600,
  )
}

/** Puts back the secrets that are missing. One that is there and differs is left alone, and said. */
export async function recoverSecrets(
  file: string,
  secrets: SecretStore,
  passphrase: string,
): Promise<{ restored: string[]; differing: string[] }> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UnusableInput(`the recovery file ${file} cannot be read: ${messageOf(error)}`)
  }
  const { secrets: kept } = await openRecoveryFile(bytes, passphrase)
  const restored: string[] = []
  const differing: string[] = []
  for (const [name, secret] of Object.entries(kept)) {
    const there = await secrets.read(name)
    if (there === undefined) {
      await secrets.create(name, secret)
      restored.push(name)
    } else if (Buffer.compare(there, secret) !== 0) differing.push(name)
  }
  return { restored, differing }
}
