import { createHash, randomBytes } from 'node:crypto'
import { constants, copyFileSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  namesInRecoveryFile,
  openRecoveryFile,
  RECOVERY_BYTES_MAX,
  RecoveryError,
  type SecretStore,
  SecretUnusable,
  wrapSecrets,
} from '@compliance-relay/shared/relay'
import type { Actor, Body, Draft, Value } from '@compliance-relay/shared/trail'
import type { DataFolder } from './data-folder.ts'
import { PEPPER_NAME } from './people/opened-people.ts'
import type { TrailStore } from './sqlite/trail-store.ts'
import { whyUnreadable } from './system-faults.ts'
import { secretNames } from './trail-keys.ts'
import { UnusableInput } from './unusable-input.ts'
import { syncFolder, writeDurably } from './write-durably.ts'
import { readSoundRecordIn } from './written-lines.ts'

export type Secrets = { readonly [name: string]: Uint8Array }

/** What a recovery file that was written holds, for its record: names, never a key. */
export interface WrittenRecovery {
  readonly keys: readonly string[]
  readonly sha256: string
}

/** A writing of the recovery file, as its record tells it. */
export interface RecoveryWriting extends WrittenRecovery {
  readonly file: string
  /** `renewed`: the passphrase opened the one before. `replaced`: nobody opened it. `made`: there was none. */
  readonly how: 'set-up' | 'made' | 'renewed' | 'replaced'
  /** The one that was there, and where it is kept. */
  readonly before: { readonly sha256: string; readonly kept: string } | null
  /** Keys the one before names and this one does not hold. */
  readonly leftOut?: readonly string[]
  readonly reason: string
}

export function recoveryDraft(actor: Actor, writing: RecoveryWriting, by: Body, wall: number): Draft {
  const body = recoveryBody(writing, by)
  return { kind: 'recovery.written', actor, time: new Date(wall).toISOString(), body }
}

export function recoveryBody(writing: RecoveryWriting, by: Body): Body {
  return { ...(writing as unknown as { [key: string]: Value }), ...by }
}

export async function allSecrets(store: SecretStore): Promise<Secrets> {
  const secrets: Record<string, Uint8Array> = {}
  for (const name of await store.names()) {
    const secret = await store.read(name)
    if (secret !== undefined) secrets[name] = secret
  }
  return secrets
}

/** Writes the recovery file: secrets, wrapped by a passphrase. */
export async function writeRecovery(
  file: string,
  origin: string,
  secrets: Secrets,
  passphrase: string,
): Promise<WrittenRecovery> {
  const bytes = await wrapped(origin, secrets, passphrase)
  writeDurably(file, bytes, 0o600)
  return writtenIn(bytes)
}

function wrapped(origin: string, secrets: Secrets, passphrase: string): Promise<Uint8Array> {
  return wrapSecrets(origin, secrets, passphrase, (size) => new Uint8Array(randomBytes(size)))
}

/** What is in the bytes of a recovery file. Throws `RecoveryError`. */
export function writtenIn(bytes: Uint8Array): WrittenRecovery {
  return { keys: namesInRecoveryFile(bytes), sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The bytes of a recovery file, undefined if there is none. Throws `UnusableInput`. */
export function readRecovery(file: string): Uint8Array | undefined {
  let reason: string
  try {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    if (stat.isFile() && stat.size <= RECOVERY_BYTES_MAX) return readFileSync(file)
    reason = stat.isFile() ? `it has more than ${RECOVERY_BYTES_MAX} bytes` : 'it is not a file'
  } catch (error) {
    reason = whyUnreadable(error)
  }
  throw new UnusableInput(`the recovery file ${file} cannot be read: ${reason}`)
}

export interface Renewal {
  readonly file: string
  readonly origin: string
  readonly secrets: Secrets
  /** Opens the present one. Undefined if it is lost: then what is in the present one is not looked at. */
  readonly passphrase: string | undefined
  readonly newPassphrase: string
}

/**
 * Writes a recovery file over one that is there. The one before stays beside it. Keys that only the one before
 * holds go on into the new one: it may be the last place where they are.
 */
export async function renewRecovery(renewal: Renewal): Promise<Omit<RecoveryWriting, 'reason'>> {
  const { file, origin, secrets, passphrase, newPassphrase } = renewal
  const present = readRecovery(file)
  if (present === undefined)
    return { file, ...(await writeRecovery(file, origin, secrets, newPassphrase)), how: 'made', before: null }
  const former = passphrase === undefined ? {} : await openPresent(file, present, passphrase)
  for (const [name, secret] of Object.entries(former)) {
    const now = secrets[name]
    if (now !== undefined && Buffer.compare(now, secret) !== 0)
      throw new UnusableInput(
        `the key ${name} of this relay is not the one in the recovery file: one of the two is wrong, so the file is left as it is`,
      )
  }
  const all = { ...former, ...secrets }
  const sha256 = createHash('sha256').update(present).digest('hex')
  const bytes = await wrapped(origin, all, newPassphrase)
  const kept = keepBeside(file)
  writeDurably(file, bytes, 0o600)
  const leftOut = namesIn(present).filter((name) => !Object.hasOwn(all, name))
  return {
    file,
    ...writtenIn(bytes),
    how: passphrase === undefined ? 'replaced' : 'renewed',
    before: { sha256, kept },
    ...(leftOut.length === 0 ? {} : { leftOut }),
  }
}

async function openPresent(file: string, bytes: Uint8Array, passphrase: string): Promise<Secrets> {
  try {
    return (await openRecoveryFile(bytes, passphrase)).secrets
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error
    throw new UnusableInput(
      `${file} is left as it is, for it cannot be opened: ${error.message}; if it cannot be opened any more: relay recovery --replace --reason TEXT`,
    )
  }
}

/** A copy under a name nothing has yet: whatever becomes of the new file, the one before is there. */
function keepBeside(file: string): string {
  for (let number = 1; number <= KEPT_MAX; number++) {
    const kept = `${file}.before${number === 1 ? '' : `-${number}`}`
    try {
      copyFileSync(file, kept, constants.COPYFILE_EXCL)
      syncFolder(dirname(kept))
      return kept
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new UnusableInput(`${KEPT_MAX} former recovery files lie beside ${file}: put them elsewhere first`)
}

const KEPT_MAX = 100

/** Names of the keys of a data folder's trails that its recovery file does not hold. */
export function recoveryBehindIn(folder: DataFolder, store: TrailStore): readonly string[] {
  const trails = store.trails()
  const keys = [...trails.flatMap(({ origin }) => Object.values(secretNames(origin))), PEPPER_NAME]
  return recoveryBehind(folder.recovery, keys, () => {
    for (const { id } of trails.toReversed()) {
      const seq = store.lastOfKind(id, 'recovery.written')
      const held = seq === undefined ? undefined : readSoundRecordIn(store, id, seq)?.body['keys']
      if (Array.isArray(held)) return held.map(String)
    }
    return []
  })
}

/**
 * Which of these keys could not be put back: they are not in the recovery file. Where the file was moved to a safe
 * place, `recorded` says what was in it when it was written. Never throws: a relay starts without a recovery file.
 */
export function recoveryBehind(
  file: string,
  keys: readonly string[],
  recorded: () => readonly string[],
): readonly string[] {
  const held = heldIn(file) ?? recorded()
  return keys.filter((name) => !held.includes(name))
}

function heldIn(file: string): readonly string[] | undefined {
  try {
    const bytes = readRecovery(file)
    return bytes && namesIn(bytes)
  } catch (error) {
    // It cannot be read: then nothing can be got back from it.
    if (error instanceof UnusableInput) return []
    throw error
  }
}

/** Names in a recovery file; none in one that is damaged. */
function namesIn(bytes: Uint8Array): readonly string[] {
  try {
    return namesInRecoveryFile(bytes)
  } catch (error) {
    if (error instanceof RecoveryError) return []
    throw error
  }
}

/** Whether a passphrase opens a recovery file, and it holds the keys of this relay: all that both have are the same. */
export async function isOwnRecovery(
  text: string,
  passphrase: string,
  secrets: SecretStore,
): Promise<boolean> {
  try {
    const { secrets: kept } = await openRecoveryFile(Buffer.from(text), passphrase)
    let same = 0
    for (const [name, secret] of Object.entries(kept)) {
      const there = await secrets.read(name)
      if (there !== undefined && Buffer.compare(there, secret) !== 0) return false
      if (there !== undefined) same++
    }
    return same > 0
  } catch (error) {
    if (error instanceof RecoveryError) return false
    throw error
  }
}

/** What became of the keys in a recovery file. */
export interface Recovery {
  readonly restored: readonly string[]
  /** There, and another than in the file: left alone. */
  readonly differing: readonly string[]
  /** There, and not to be read as keys: left alone, with one sentence why. */
  readonly unusable: readonly { readonly name: string; readonly reason: string }[]
}

/** Puts back the secrets that are missing. One that is there is left alone; if it is not as in the file, it is said. */
export async function recoverSecrets(
  file: string,
  secrets: SecretStore,
  passphrase: string,
): Promise<Recovery> {
  const bytes = readRecovery(file)
  if (bytes === undefined)
    throw new UnusableInput(`there is no recovery file ${file}: name your copy of it with --recovery FILE`)
  const { secrets: kept } = await openRecoveryFile(bytes, passphrase)
  const restored: string[] = []
  const differing: string[] = []
  const unusable: { name: string; reason: string }[] = []
  for (const [name, secret] of Object.entries(kept)) {
    try {
      const there = await secrets.read(name)
      if (there === undefined) {
        await secrets.create(name, secret)
        restored.push(name)
      } else if (Buffer.compare(there, secret) !== 0) differing.push(name)
    } catch (error) {
      if (!(error instanceof SecretUnusable)) throw error
      unusable.push({ name, reason: error.message })
    }
  }
  return { restored, differing, unusable }
}
