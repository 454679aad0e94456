import type { Value } from './canonical.ts'

/** Who did it, as the relay resolved it. Never read from a request. */
export interface Actor {
  /** Account, in the form of whoever vouches for it: `LAB\jdoe`, `jdoe`, or the relay's own name. */
  readonly id: string
  /** The full name as it stood at that moment; a later change of name does not reach back. */
  readonly name: string
  /** How the relay knows: `os-session`, `file-owner`, `session`, `device-key`, or `relay` for itself. */
  readonly via: string
}

/** What a kind of record says. Verification never looks inside, but for the kinds the chain itself knows. */
export type Body = { readonly [key: string]: Value }

/** One record of a trail, as FORMAT.md section 2 describes it. */
export interface TrailRecord {
  readonly actor: Actor
  readonly body: Body
  /** Name of the MAC key in force. */
  readonly kid: string
  /** What happened: lower-case words joined by dots, e.g. `file.created`. */
  readonly kind: string
  /** Checksum of the entry before, 64 zeros at seq 0. */
  readonly prev: string
  /** Place in the trail, from 0. Equal to the leaf's index in the tree. */
  readonly seq: number
  /** The writer's UTC clock, in milliseconds: a claim. Checkpoints of a witness bound it. */
  readonly time: string
  /** Origin of the trail. */
  readonly trail: string
  readonly v: 1
}

/** What the writer brings; the rest of a record follows from the head of the trail and the key. */
export type Draft = Pick<TrailRecord, 'actor' | 'body' | 'kind' | 'time'>

/** A stored line and what it holds. */
export interface Entry {
  /** HMAC-SHA-256 of the record, 64 hexadecimal digits. */
  readonly checksum: string
  readonly record: TrailRecord
}

export const NO_CHECKSUM = '0'.repeat(64)

export const ORIGIN_LENGTH_MAX = 200
export const KIND_LENGTH_MAX = 64

/** The name of a trail: `<domain>/t/<node>/<opened>-<4 hex>`, in lower-case letters, digits, dots and hyphens; each part begins with a letter or digit. */
export function isOrigin(text: string): boolean {
  return text.length <= ORIGIN_LENGTH_MAX && /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)+$/.test(text)
}

export function isKind(text: string): boolean {
  return text.length <= KIND_LENGTH_MAX && /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/.test(text)
}

/** Whether a kind is one of those named: whole, or as `file.*` for all that begin so. */
export function isKindIn(named: readonly string[], kind: string): boolean {
  return named.some((one) => one === kind || (one.endsWith('.*') && kind.startsWith(one.slice(0, -1))))
}
