/** The workings a relay is built of, for Node: what it needs from the world around it, and that on a folder. */
export {
  createFileNotary,
  FileNotary,
  type FileNotaryOptions,
  openFileNotary,
} from './file-notary.ts'
export { createFileSecrets, openFileSecrets } from './file-secrets.ts'
export { type Refusal, type RelayApiOptions, relayApi } from './http/relay-api.ts'
export { type Keyring, openOsKeystore } from './os-keystore.ts'
export { isPlainLine } from './plain-line.ts'
export {
  CONFLICTS_MAX,
  type Notary,
  NotaryUnreachable,
  type PutAnswer,
  SECRET_BYTES_MAX,
  type SecretStore,
  SecretUnusable,
} from './ports.ts'
export {
  namesInRecoveryFile,
  openRecoveryFile,
  PASSPHRASE_CHARACTERS_MIN,
  RECOVERY_BYTES_MAX,
  type Recovered,
  RecoveryError,
  type RecoveryErrorCode,
  requireUsablePassphrase,
  wrapSecrets,
} from './recovery-file.ts'
