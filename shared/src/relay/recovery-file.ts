import { createCipheriv, createDecipheriv } from 'node:crypto'
import { hashRaw } from '@node-rs/argon2'
import { z } from 'zod'
import { canonical, fromHex, fromUtf8, hex, utf8 } from '../trail/index.ts'
import { requireSecretName, requireSecretSize } from './ports.ts'
import { sha256Hex } from './sha256-hex.ts'

/*
 * The recovery file: all secrets of a trail under a passphrase, made at set-up and kept away from the machine.
 * JSON for people to see what it is of. Key: Argon2id (RFC 9106) of the passphrase. Content: AES-256-GCM, with
 * the format, the origin and the names authenticated beside it. The checksum tells a damaged file from a wrong
 * passphrase; who changes the file on purpose can make it anew, and is then told of a wrong passphrase.
 */

const FORMAT = 'compliance-relay/recovery/v1' as const
/** 64 MiB, three passes, one lane: a guess costs a second of a core. */
const KDF = { memoryKiB: 65_536, passes: 3, lanes: 1 } as const
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
export const RECOVERY_BYTES_MAX = 1_048_576
export const PASSPHRASE_CHARACTERS_MIN = 12
const PASSPHRASE_CHARACTERS_MAX = 1_000
const SECRETS_MAX = 100
const ORIGIN = /^[a-z0-9./-]{1,500}$/

export type RecoveryErrorCode = 'passphrase-unusable' | 'passphrase-wrong' | 'damaged' | 'unknown-format'

/** A recovery file that cannot be made or opened. The message is one plain sentence. */
export class RecoveryError extends Error {
  override readonly name = 'RecoveryError'
  readonly code: RecoveryErrorCode

  constructor(code: RecoveryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface Recovered {
  readonly origin: string
  readonly secrets: { readonly [name: string]: Uint8Array }
}

/** The bytes of a recovery file. `random` must be cryptographic. Throws `RecoveryError` for a passphrase too short. */
export async function wrapSecrets(
  origin: string,
  secrets: { readonly [name: string]: Uint8Array },
  passphrase: string,
  random: (size: number) => Uint8Array,
): Promise<Uint8Array> {
  if (!ORIGIN.test(origin)) throw new Error(`${JSON.stringify(origin)} is no origin`)
  const names = Object.keys(secrets).sort()
  if (names.length > SECRETS_MAX)
    throw new Error(`a recovery file holds ${SECRETS_MAX} secrets, not ${names.length}`)
  for (const name of names) requireSecretName(name)
  for (const secret of Object.values(secrets)) requireSecretSize(secret)
  const salt = random(SALT_BYTES)
  const nonce = random(NONCE_BYTES)
  const kdf = { name: 'argon2id', version: 19, ...KDF, salt: toBase64(salt) } as const
  requireUsablePassphrase(passphrase)
  const key = await keyOf(passphrase, kdf)
  const plain = utf8(
    canonical(Object.fromEntries(names.map((name) => [name, hex(secrets[name] as Uint8Array)]))),
  )
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(authenticated(origin, names))
  const box = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  // JavaScript promises no more than this: other copies may have been made on the way.
  key.fill(0)
  plain.fill(0)
  const content = {
    format: FORMAT,
    origin,
    names,
    kdf,
    cipher: { name: 'aes-256-gcm' as const, nonce: toBase64(nonce) },
  }
  const unchecked = { ...content, box: toBase64(box) } as const
  return utf8(`${JSON.stringify({ ...unchecked, checksum: checksumOf(unchecked) }, null, 2)}\n`)
}

/**
 * What a recovery file holds. A passphrase that the relay made up, 26 letters and digits in fives, may be typed in
 * capitals, too; one that people chose is taken as it is. Throws `RecoveryError`: `unknown-format`, `damaged` or
 * `passphrase-wrong`.
 */
export async function openRecoveryFile(bytes: Uint8Array, passphrase: string): Promise<Recovered> {
  const small = passphrase.toLowerCase()
  if (small === passphrase || !MADE_UP.test(small)) return open(bytes, passphrase)
  // Somebody may have chosen just this one.
  try {
    return await open(bytes, passphrase)
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.code !== 'passphrase-wrong') throw error
    return open(bytes, small)
  }
}

const MADE_UP = /^(?:[a-z2-9]{5}-){5}[a-z2-9]$/

async function open(bytes: Uint8Array, passphrase: string): Promise<Recovered> {
  const { origin, names, kdf, cipher, box } = readRecoveryFile(bytes)
  if (!isUsable(passphrase)) throw wrongPassphrase(origin)
  const key = await keyOf(passphrase, kdf)
  const sealed = Buffer.from(box, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.nonce, 'base64'), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(authenticated(origin, names))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw wrongPassphrase(origin, error)
  } finally {
    key.fill(0)
  }
  // From here on it is what we wrote: who can make another has the passphrase.
  const held = z.record(z.string(), z.string()).parse(JSON.parse(fromUtf8(plain)))
  plain.fill(0)
  const secrets = names.map((name) => [name, secretOf(held[name])] as const)
  return { origin, secrets: Object.fromEntries(secrets) }
}

/** The names of the secrets in a recovery file, as it says them itself: only opening it shows that they are in it. */
export function namesInRecoveryFile(bytes: Uint8Array): readonly string[] {
  return readRecoveryFile(bytes).names
}

const base64Of = (bytes: number) =>
  z.string().refine((text) => {
    const decoded = Buffer.from(text, 'base64')
    return decoded.length === bytes && toBase64(decoded) === text
  })

/** What costs memory or time has a bound: a file from elsewhere must not be able to stop the machine that opens it. */
const schema = z.strictObject({
  format: z.literal(FORMAT),
  origin: z.string().regex(ORIGIN),
  names: z.array(z.string().regex(/^[a-z0-9.-]{1,100}$/)).max(SECRETS_MAX),
  kdf: z.strictObject({
    name: z.literal('argon2id'),
    version: z.literal(19),
    memoryKiB: z.int().min(19_456).max(262_144),
    passes: z.int().min(1).max(10),
    lanes: z.int().min(1).max(4),
    salt: base64Of(SALT_BYTES),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: base64Of(NONCE_BYTES) }),
  box: z.string().refine((text) => {
    const decoded = Buffer.from(text, 'base64')
    return decoded.length > TAG_BYTES && toBase64(decoded) === text
  }),
  checksum: z.string(),
})

type RecoveryFile = z.infer<typeof schema>

/** A recovery file taken apart, not opened. */
function readRecoveryFile(bytes: Uint8Array): RecoveryFile {
  if (bytes.length > RECOVERY_BYTES_MAX)
    throw new RecoveryError('unknown-format', `a recovery file has at most ${RECOVERY_BYTES_MAX} bytes`)
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(bytes))
  } catch (error) {
    throw new RecoveryError('damaged', 'this is no recovery file, or it is damaged: it is not JSON', {
      cause: error,
    })
  }
  const format = z.looseObject({ format: z.string() }).safeParse(value)
  if (!format.success || format.data.format !== FORMAT)
    throw new RecoveryError('unknown-format', `this is no recovery file of the format ${FORMAT}`)
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new RecoveryError(
      'damaged',
      `the recovery file is damaged: ${issue?.path.join('.')} is not as it was made`,
    )
  }
  const { checksum, ...content } = parsed.data
  if (checksum !== checksumOf(content))
    throw new RecoveryError(
      'damaged',
      'the recovery file is damaged: its content does not have the checksum it names',
    )
  return parsed.data
}

async function keyOf(
  passphrase: string,
  { memoryKiB, passes, lanes, salt }: RecoveryFile['kdf'],
): Promise<Buffer> {
  return hashRaw(passphraseBytes(passphrase), {
    // Argon2id, version 19: the package's own choice, held by a known answer in the test.
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
    outputLen: 32,
    salt: Buffer.from(salt, 'base64'),
  })
}

/** NFKC, so that a passphrase typed on another keyboard is the same (RFC 8265 takes NFC; people type full-width too). */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8(passphrase.normalize('NFKC'))
}

function lengthOf(passphrase: string): number {
  return [...passphrase.normalize('NFKC')].length
}

function isUsable(passphrase: string): boolean {
  const length = lengthOf(passphrase)
  return (
    length >= PASSPHRASE_CHARACTERS_MIN && length <= PASSPHRASE_CHARACTERS_MAX && passphrase.isWellFormed()
  )
}

/**
 * Of a passphrase that a file is to be made with: to be asked before anything else is made. Throws `RecoveryError`
 * `passphrase-unusable`.
 */
export function requireUsablePassphrase(passphrase: string): void {
  if (isUsable(passphrase)) return
  throw new RecoveryError(
    'passphrase-unusable',
    `a passphrase has ${PASSPHRASE_CHARACTERS_MIN} to ${PASSPHRASE_CHARACTERS_MAX} characters, this one has ${lengthOf(passphrase)}`,
  )
}

function wrongPassphrase(origin: string, cause?: unknown): RecoveryError {
  const sentence = `this is not the passphrase of the recovery file of ${origin}`
  return new RecoveryError('passphrase-wrong', sentence, cause === undefined ? {} : { cause })
}

/** Newlines part the names, which have none; the origin of a file that was opened is one that was authenticated. */
function authenticated(origin: string, names: readonly string[]): Uint8Array {
  return utf8(`${[FORMAT, origin, ...names].join('\n')}\n`)
}

/** Over the content, not over the text: what a mail program does to line ends is no damage. */
function checksumOf(content: Omit<RecoveryFile, 'checksum'>): string {
  return sha256Hex(canonical(content))
}

function secretOf(digits = ''): Uint8Array {
  return fromHex(digits, digits.length / 2)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
