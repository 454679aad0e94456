import { createHmac, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { sha256Hex } from '../sha256-hex.ts'

/** How much work a guess costs (RFC 9106). KiB of memory, passes over it, lanes. */
export interface HashCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** 64 MiB and three passes, the second recommendation of RFC 9106; more lanes gain nothing on two cores. */
export const DEFAULT_COST: HashCost = { memoryKib: 65_536, passes: 3, lanes: 1 }
/** Below this (OWASP, ASVS 11.4.2) no password is hashed and no hash is believed. */
export const COST_FLOOR: HashCost = { memoryKib: 19_456, passes: 2, lanes: 1 }
/** Above this a stored hash would be a way to stop the relay. */
const COST_CEILING: HashCost = { memoryKib: 1_048_576, passes: 20, lanes: 8 }

const SALT_BYTES = 16
const TAG_BYTES = 32
export const PEPPER_BYTES = 32

/** Throws an Error if it is below the floor: a relay does not start with it. */
export function requireSoundCost(cost: HashCost): HashCost {
  const { memoryKib, passes, lanes } = cost
  const isInteger = [memoryKib, passes, lanes].every((number) => Number.isSafeInteger(number) && number > 0)
  if (!isInteger || !isWithinCost(cost))
    throw new Error(
      `passwords are hashed with at least ${COST_FLOOR.memoryKib} KiB and ${COST_FLOOR.passes} passes, not with ${memoryKib} and ${passes}`,
    )
  return cost
}

function isWithinCost({ memoryKib, passes, lanes }: HashCost): boolean {
  const isAbove =
    memoryKib >= COST_FLOOR.memoryKib && passes >= COST_FLOOR.passes && lanes >= COST_FLOOR.lanes
  const isBelow =
    memoryKib <= COST_CEILING.memoryKib && passes <= COST_CEILING.passes && lanes <= COST_CEILING.lanes
  return isAbove && isBelow
}

/**
 * Argon2id over HMAC-SHA-256(pepper, password): a copied database alone cannot be guessed at. `password` is as
 * `passwordOf` gives it; `pepper` is a secret of the relay. Gives the PHC string with its cost and salt.
 */
export async function hashPassword(
  password: string,
  pepper: Uint8Array,
  cost = DEFAULT_COST,
): Promise<string> {
  const { memoryKib, passes, lanes } = requireSoundCost(cost)
  return hash(peppered(password, pepper), {
    algorithm: ARGON2ID,
    memoryCost: memoryKib,
    timeCost: passes,
    parallelism: lanes,
    outputLen: TAG_BYTES,
    salt: randomBytes(SALT_BYTES),
  })
}

/** Whether the password is that of the hash. Throws an Error on a hash that this relay does not make. */
export async function isPassword(phc: string, password: string, pepper: Uint8Array): Promise<boolean> {
  costOf(phc)
  return verify(phc, peppered(password, pepper))
}

/** What was paid for a hash. Throws an Error if it is no Argon2id in PHC form, or outside what is believed. */
export function costOf(phc: string): HashCost {
  const [, memory, passes, lanes] = PHC.exec(phc) ?? []
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  if (memory === undefined || !isWithinCost(cost))
    throw new Error('a stored password hash is not of a form that is believed')
  return cost
}

/** True if a hash is worth making anew at the next sign-in, when the password is there. */
export function isOutdated(phc: string, wanted: HashCost): boolean {
  const { memoryKib, passes, lanes } = costOf(phc)
  return memoryKib < wanted.memoryKib || passes < wanted.passes || lanes !== wanted.lanes
}

/** How the trail names a stored hash: see `Credential`. Hexadecimal. */
export function credentialDigest(phc: string): string {
  return sha256Hex(phc)
}

/** Version 19, salt of 16 bytes and tag of 32 in unpadded base64 (the PHC string format). */
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/
/** `Algorithm.Argon2id`: an ambient const enum, which erasable syntax cannot name. */
const ARGON2ID = 2

/** In hexadecimal digits: the library takes text. */
function peppered(password: string, pepper: Uint8Array): string {
  if (pepper.length !== PEPPER_BYTES)
    throw new RangeError(`a pepper of ${PEPPER_BYTES} bytes, not ${pepper.length}`)
  return createHmac('sha256', pepper).update(password, 'utf8').digest('hex')
}
