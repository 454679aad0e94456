import type { SecretStore } from '@compliance-relay/shared/relay'
import {
  base64,
  Frontier,
  LeafHasher,
  macKey,
  recordIn,
  SealedLines,
  signerOf,
  type TrailRecord,
} from '@compliance-relay/shared/trail'
import { messageOf } from './error-message.ts'
import { trailNamedBefore } from './known-trails.ts'
import { LeftLines } from './left-lines.ts'
import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import type { TrailAuthority } from './trail-authority.ts'
import { KEY_BYTES, secretNames, wrongLength } from './trail-keys.ts'

/** Why a trail that was left is not believed. */
export const doubts = {
  'trail-differs':
    'a trail that was left is not what it was then: the trail after it says otherwise how many records it had, or which',
  'trail-missing': 'a trail that was left is not here any more: the one after it goes on from it',
  'trail-unproved':
    'nothing that can be believed says what this trail was when it was left: the first record of the one after it does not name it, or is damaged itself',
  'trail-key-differs': 'the key of a trail is not the one it was opened with',
  'trail-key-missing':
    'the key of a trail that was left is not here, so its records cannot be told from others: relay recover',
} as const

export type DoubtCode = keyof typeof doubts

export interface Doubt {
  /** Its origin. */
  readonly trail: string
  readonly code: DoubtCode
  readonly expected: string
  readonly found: string
}

/** Trails that are not what they were. One whose key alone is missing can be given out: readers check it by its checkpoint. */
export function notAsLeft(doubts: readonly Doubt[]): ReadonlySet<string> {
  return new Set(doubts.filter(({ code }) => code !== 'trail-key-missing').map(({ trail }) => trail))
}

/** How a trail ended, as the first record of the one after it has it. */
export interface SaidOfEnd {
  readonly size: number
  /** Base64. */
  readonly root: string
}

/** Undefined where that record names another trail before it, or none. */
export function endOf(opened: TrailRecord | undefined, origin: string): SaidOfEnd | undefined {
  const { trail, size, root } = (opened?.body['previous'] ?? {}) as { readonly [name: string]: unknown }
  return trail === origin && typeof size === 'number' && typeof root === 'string' ? { size, root } : undefined
}

/** Undefined if a trail that has now so many lines, with that root, is what was said of its end. */
export function differsFrom(said: SaidOfEnd, now: SaidOfEnd): Pick<Doubt, 'expected' | 'found'> | undefined {
  if (said.size === now.size && said.root === now.root) return undefined
  return { expected: shownEnd(said), found: shownEnd(now) }
}

function shownEnd({ size, root }: SaidOfEnd): string {
  return `${size} records, root ${root}`
}

export interface LeftTrailsOptions {
  readonly store: Pick<TrailStore, 'trails' | 'line' | 'lines'>
  readonly secrets: Pick<SecretStore, 'read'>
  /** Told of each trail that is believed. It knows the newest one already. */
  readonly authority: TrailAuthority
  /** Called now and then, so that others have their turn. */
  readonly pause?: () => Promise<void>
}

const LINES_BETWEEN_PAUSES = 2_000

/**
 * Holds every trail that was left against what the one after it says of its end, from the newest down: each was once
 * verified, and its successor, whose lines are sealed, has had its root ever since. Whoever rewrites one, cuts it or
 * takes it for another cannot have that root. Reads every line and hashes it. Gives what is not believed.
 */
export async function leftTrails(options: LeftTrailsOptions): Promise<readonly Doubt[]> {
  const found: Doubt[] = []
  const trails = options.store.trails()
  for (let i = trails.length - 2; i >= 0; i--) {
    const [trail, next] = [trails[i], trails[i + 1]]
    if (trail === undefined || next === undefined) continue
    const doubt = await leftTrail(trail, next, options)
    if (doubt !== undefined) found.unshift(doubt)
  }
  return [...missingOf(options), ...found]
}

/** The same of one of them, that was left for the next. */
export async function leftTrail(
  trail: StoredTrail,
  next: StoredTrail,
  options: LeftTrailsOptions,
): Promise<Doubt | undefined> {
  const doubt = await doubtOf(trail, next, options)
  return doubt && { trail: trail.origin, ...doubt }
}

/** Trails that others go on from, and that were taken away whole. */
function missingOf({ store, authority }: LeftTrailsOptions): readonly Doubt[] {
  const trails = store.trails()
  return trails.flatMap(({ id, origin }) => {
    const first = store.line(id, 0)
    const trail = trailNamedBefore(first && authority.remembered(id, 0, first))
    if (trail === undefined || trails.some((one) => one.origin === trail)) return []
    return [
      {
        trail,
        code: 'trail-missing',
        expected: `the trail before ${origin}`,
        found: 'nothing of it',
      } as const,
    ]
  })
}

async function doubtOf(
  trail: StoredTrail,
  next: StoredTrail,
  { store, secrets, authority, pause = async () => {} }: LeftTrailsOptions,
): Promise<Omit<Doubt, 'trail'> | undefined> {
  const opened = store.line(next.id, 0)
  const said = endOf(opened && authority.remembered(next.id, 0, opened), trail.origin)
  if (said === undefined)
    return {
      code: 'trail-unproved',
      expected: `a first record of ${next.origin} that names ${trail.origin}`,
      found: 'none that can be believed',
    }
  const left = new LeftLines()
  const now = await endNow({ store, pause }, trail.id, left)
  if (now.misplaced !== undefined) return { code: 'trail-differs', ...now.misplaced }
  const differs = differsFrom(said, now)
  if (differs !== undefined) return { code: 'trail-differs', ...differs }
  const first = store.line(trail.id, 0)
  const key = await keyOf(trail, first, secrets)
  if ('found' in key) {
    if (key.code === 'trail-key-missing') authority.remember(trail.id)
    return key
  }
  authority.believe(trail, key.secret, left)
  return undefined
}

/** `left` is told each line. A line that stands elsewhere is not found where it is named, though the root is what it was. */
async function endNow(
  { store, pause }: Required<Pick<LeftTrailsOptions, 'store' | 'pause'>>,
  trail: number,
  left: LeftLines,
): Promise<SaidOfEnd & { readonly misplaced?: Pick<Doubt, 'expected' | 'found'> }> {
  const hasher = new LeafHasher()
  const frontier = new Frontier()
  let size = 0
  for (const { seq, line } of store.lines(trail)) {
    if (seq !== size)
      return {
        size,
        root: '',
        misplaced: { expected: `record ${size}`, found: `record ${seq} in its place` },
      }
    const leaf = hasher.hash(line)
    left.takeLine(seq, leaf, line)
    frontier.append(leaf)
    if (++size % LINES_BETWEEN_PAUSES === 0) await pause()
  }
  return { size, root: base64(frontier.root()) }
}

/**
 * The MAC key of a trail that is what it was, and whose public key is the one its first record names. Where that record
 * was damaged before the trail was left, the seed says which it is.
 */
async function keyOf(
  { origin, vkey }: StoredTrail,
  first: Uint8Array | undefined,
  secrets: LeftTrailsOptions['secrets'],
): Promise<{ readonly secret: Uint8Array } | Omit<Doubt, 'trail'>> {
  const names = secretNames(origin)
  const secret = await readKey(names.mac, secrets)
  const read = first && recordIn(first)
  const opened =
    typeof secret === 'string' || first === undefined
      ? read
      : new SealedLines(origin, macKey(secret)).record(0, first)
  const named = opened?.body['key'] ?? (await seedOf(origin, names.seed, secrets))
  if (named !== vkey)
    return { code: 'trail-key-differs', expected: String(named ?? 'a key that can be told'), found: vkey }
  const missing = (found: string) =>
    ({ code: 'trail-key-missing', expected: `the key ${names.mac}`, found }) as const
  if (typeof secret === 'string') return missing(secret)
  return read === undefined || macKey(secret).kid === read.kid ? { secret } : missing('another key')
}

async function seedOf(
  origin: string,
  name: string,
  secrets: LeftTrailsOptions['secrets'],
): Promise<string | undefined> {
  const seed = await readKey(name, secrets)
  return typeof seed === 'string' ? undefined : signerOf(origin, 'note', seed).vkey
}

/** In words why there is none. */
async function readKey(name: string, secrets: LeftTrailsOptions['secrets']): Promise<Uint8Array | string> {
  try {
    const secret = await secrets.read(name)
    if (secret === undefined) return 'nothing'
    return secret.length === KEY_BYTES ? secret : `it ${wrongLength(secret.length)}`
  } catch (error) {
    return messageOf(error)
  }
}
