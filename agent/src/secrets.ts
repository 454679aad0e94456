import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  createFileSecrets,
  openFileSecrets,
  openOsKeystore,
  type SecretStore,
} from '@compliance-relay/shared/keeping'
import type { DataFolder } from './data-folder.ts'
import { readPlainFile } from './read-plain-file.ts'
import { UnusableInput } from './unusable-input.ts'
import { writeDurably } from './write-durably.ts'

const KEYSTORE_NAME_BYTES_MAX = 100

/** Where a relay's keys are: files in its data folder, or the keystore of the operating system. */
export type KeyPlace = 'files' | 'keystore'

export function keyPlaceOf(text: string): KeyPlace {
  if (text === 'files' || text === 'keystore') return text
  throw new UnusableInput(
    `keys are kept in "files" or in the "keystore" of the operating system, not in "${text}"`,
  )
}

/** True if a place for keys was made, with or without keys in it. */
export function hasKeyPlace({ keys, keystore }: DataFolder): boolean {
  return existsSync(keys) || existsSync(keystore)
}

/** What to say of a data folder without a database: it was never set up, or the database is lost. */
export function whyNoRelay(folder: DataFolder): string {
  return hasKeyPlace(folder)
    ? `the database ${folder.database} is missing, its keys are there: put it back from a copy`
    : `there is no relay in ${folder.path}: relay init --data DIR sets one up`
}

/** The keys of a data folder that was set up. Throws `SecretUnusable`, and never makes anything. */
export async function openSecrets({ keys, keystore }: DataFolder): Promise<SecretStore> {
  return existsSync(keystore) ? openOsKeystore(serviceIn(keystore)) : openFileSecrets(keys)
}

/** As `openSecrets`; a place that is not there is made. What is in the keystore is told by a file with its name there. */
export async function openOrCreateSecrets(
  folder: DataFolder,
  place: KeyPlace = 'files',
): Promise<SecretStore> {
  if (hasKeyPlace(folder)) return openSecrets(folder)
  if (place === 'files') return createFileSecrets(folder.keys)
  const service = `compliance-relay ${randomUUID()}`
  // Opened first: a machine without a keystore is told so before anything stands in the folder.
  const secrets = await openOsKeystore(service)
  writeDurably(folder.keystore, Buffer.from(`${service}\n`), 0o600)
  return secrets
}

function serviceIn(file: string): string {
  const read = readPlainFile(file, KEYSTORE_NAME_BYTES_MAX)
  const text = read.kind === 'read' ? read.bytes.toString('utf8') : ''
  if (!/^compliance-relay [0-9a-f-]{36}\n$/.test(text))
    throw new UnusableInput(`the file ${file} does not name a place in the keystore`)
  return text.trim()
}
