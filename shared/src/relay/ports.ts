/*
 * What a relay needs from the world around it. A folder, a bucket and a keystore differ in how they do it; what is
 * true when a method returns does not, and `test/contract` holds every one of them to that.
 */

/** What was found under a checkpoint's name, or made of it. */
export type PutAnswer =
  | { readonly state: 'created' | 'exists' }
  /** Other bytes have the name. They are kept; at most the first 65,536 of them are given here. */
  | { readonly state: 'differs'; readonly held: Uint8Array }

/** Keeps checkpoints where the relay cannot change them. Every method may be called again, and throws `NotaryUnreachable`. */
export interface Notary {
  /** Where it is, for people. */
  readonly place: string

  /** The name the notary gave itself when it was made. Another name is another notary, however alike its address. */
  identity(): Promise<string>

  /**
   * Puts a checkpoint note under its origin and size, write once. When it returns, the note is durable: a power cut
   * does not take it. The same bytes again are `exists`. Nothing is ever overwritten. Of two that put one name at
   * the same time, one is told `created`. After a throw the note may be there or not: put it again.
   */
  put(origin: string, size: number, note: Uint8Array): Promise<PutAnswer>

  /**
   * The bytes under a name, never part of a note that is being put. `undefined` says that the notary was asked and
   * holds none. At most 65,536 bytes: what is longer than a note is seen to be none. Of what cannot be a note at all,
   * such as a folder under its name, no byte is given: one thing that somebody put there does not silence a notary.
   */
  get(origin: string, size: number): Promise<Uint8Array | undefined>

  /** Sizes held for an origin, all or those greater than `after`, ascending. What is put meanwhile may be missing. */
  list(origin: string, after?: number): AsyncIterable<number>

  /**
   * Puts a time stamp beside the checkpoint of that size, write once, as durable as a note. The first that is there stays,
   * whatever it holds: each speaks for itself.
   */
  putTimeStamp(origin: string, size: number, stamp: Uint8Array): Promise<PutAnswer>

  /** As `get`, of a time stamp: at most the first 65,536 bytes. */
  getTimeStamp(origin: string, size: number): Promise<Uint8Array | undefined>

  /** As `list`, of time stamps. */
  listTimeStamps(origin: string): AsyncIterable<number>

  /** SHA-256 in hexadecimal of each origin that something is held of, sorted: tells an emptied notary from ours. */
  originHashes(): Promise<readonly string[]>

  /**
   * Names of the trails it has checkpoints of, as the first note of each says; of a thousand of them at most. Nobody has
   * verified them: they say what to ask for.
   */
  origins(): Promise<readonly string[]>

  /**
   * Keeps a checkpoint that is validly signed and was refused: it is evidence. Durable when it returns. The first
   * thousand of an origin are kept, a thousand being evidence enough.
   */
  keepConflict(origin: string, note: Uint8Array): Promise<void>
}

export const CONFLICTS_MAX = 1_000

/** The notary cannot be asked, or cannot keep anything now: one plain sentence. Capture goes on; ask again later. */
export class NotaryUnreachable extends Error {
  override readonly name = 'NotaryUnreachable'
}

/** Keeps the few secrets a relay has: its MAC keys and the seeds of its trail keys. */
export interface SecretStore {
  /** `undefined` says that there is no such secret. Anything else that is wrong throws `SecretUnusable`. */
  read(name: string): Promise<Uint8Array | undefined>

  /**
   * Write once, durable when it returns. Throws `SecretUnusable` if the name is taken, by the same bytes too: who
   * makes a secret must know it for new. After a throw it may be there or not.
   */
  create(name: string, secret: Uint8Array): Promise<void>

  /** Only after a rotation. May be called again. What a disk still holds of it is beyond us. */
  remove(name: string): Promise<void>

  /** Names of all secrets, sorted, also of those that would not be readable. */
  names(): Promise<readonly string[]>
}

/** A secret that is there and must not be used, or a place of secrets that cannot be trusted: one plain sentence. */
export class SecretUnusable extends Error {
  override readonly name = 'SecretUnusable'
}

/** 1 to 4,096 bytes. Long enough for a token of another system, too short for a mistake with a file. */
export const SECRET_BYTES_MAX = 4_096

/** Throws `SecretUnusable` unless the name is one that every keeper of secrets can hold, a Windows folder included. */
export function requireSecretName(name: string): void {
  const isReserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/.test(name)
  if (isReserved || !/^[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?$/.test(name)) {
    throw new SecretUnusable(
      `${JSON.stringify(name.slice(0, 100))} is no name of a secret: it takes up to 100 of a-z, 0-9, dot and hyphen`,
    )
  }
}

export function requireSecretSize(secret: Uint8Array): void {
  if (secret.length < 1 || secret.length > SECRET_BYTES_MAX)
    throw new SecretUnusable(`a secret has 1 to ${SECRET_BYTES_MAX} bytes, not ${secret.length}`)
}
