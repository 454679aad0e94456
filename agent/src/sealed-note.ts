import { createHash } from 'node:crypto'
import {
  canonical,
  equalBytes,
  fromHex,
  hex,
  type MacKey,
  utf8,
  type Value,
} from '@compliance-relay/shared/trail'
import type { Settings } from './settings.ts'
import type { Alive } from './sqlite/host-store.ts'

/**
 * What a relay notes beside its trail with each commit: since when nobody would look if it ended now, and which settings
 * are in force.
 */
export interface Note {
  /** Origin of the trail that is written. */
  readonly trail: string
  /** How many records it has with this commit: the note is of all of them. */
  readonly size: number
  /** SHA-256 of the settings in force, see `settingsDigest`. */
  readonly settings: string
  /** Undefined until the folders were looked through for the first time. */
  readonly alive: Alive | undefined
}

const CONTEXT = 'compliance-relay/note/v1\n'

/**
 * The note as it is kept. Whoever writes another into the database hides that nobody looked, or says which settings are
 * in force where their records are damaged. So it is sealed with the trail's MAC key, which is not in the database.
 *
 * An older note put back is no forgery. It has the relay at work less long, so the gap before a start is longer; and it says
 * how many records it is of, so what a later one may have changed is known to be unknown.
 */
export function sealedNote(key: MacKey, note: Note): { readonly [name: string]: Value } {
  const members = membersOf(note)
  return { ...members, seal: sealOf(key, members) }
}

/** The note of a trail, if it is one that its relay made. Pure. */
export function readNote(key: MacKey, origin: string, kept: unknown): Note | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined
  const { trail, size, settings, seal, at, oldest, stopped } = kept as { [name: string]: unknown }
  if (trail !== origin || !isCount(size) || typeof settings !== 'string' || typeof seal !== 'string')
    return undefined
  const isAlive = isCount(at) && typeof stopped === 'boolean' && (oldest === undefined || isCount(oldest))
  if (at !== undefined && !isAlive) return undefined
  const alive = isAlive ? { at, stopped, ...(oldest === undefined ? {} : { oldest }) } : undefined
  const note = { trail, size, settings, alive }
  return isSame(sealOf(key, membersOf(note)), seal) ? note : undefined
}

/** Which settings these are. */
export function settingsDigest(settings: Settings): string {
  return createHash('sha256')
    .update(canonical(settings as unknown as Value))
    .digest('hex')
}

function membersOf({ trail, size, settings, alive }: Note): { readonly [name: string]: Value } {
  return { trail, size, settings, ...alive }
}

function sealOf(key: MacKey, members: { readonly [name: string]: Value }): string {
  const out = new Uint8Array(32)
  key.macInto(out, utf8(CONTEXT + canonical(members)))
  return hex(out)
}

function isSame(expected: string, found: string): boolean {
  return /^[0-9a-f]{64}$/.test(found) && equalBytes(fromHex(expected, 32), fromHex(found, 32))
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
