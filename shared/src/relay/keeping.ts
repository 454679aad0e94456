/**
 * Where a relay keeps what it must not lose: its notary and its secrets, on a folder or in the system's keystore. A door of
 * its own, because with all of the workings each command would take three times as long to start.
 */
export {
  createFileNotary,
  FileNotary,
  type FileNotaryOptions,
  openFileNotary,
} from './file-notary.ts'
export { createFileSecrets, openFileSecrets } from './file-secrets.ts'
export { OneAtATime } from './one-at-a-time.ts'
export { type Keyring, openOsKeystore } from './os-keystore.ts'
export {
  CONFLICTS_MAX,
  type Notary,
  NotaryUnreachable,
  type PutAnswer,
  SECRET_BYTES_MAX,
  type SecretStore,
  SecretUnusable,
} from './ports.ts'
