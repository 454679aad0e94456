import type { OutboxStanding } from './outbox-standing.ts'

/** What stood in the outbox when it was last seen. */
export interface Kept {
  /** Milliseconds, by the clock of the device. */
  readonly at: number
  /** Ids of those who could sign. */
  readonly signers: readonly string[]
  readonly unsent: number
}

/**
 * What a browser has cleared: the outbox is empty, and there was a signer in it before. Nobody is taken out of an outbox by
 * the app itself, so it was the browser, or whoever sits at it. Undefined where nothing is known to be lost. Pure.
 */
export function lossOf(before: Kept | undefined, now: OutboxStanding): Kept | undefined {
  const isEmpty = now.fault === null && now.enrolments.length === 0
  return isEmpty && before !== undefined && before.signers.length > 0 ? before : undefined
}

export function keptOf({ enrolments, unsent }: OutboxStanding, at: number): Kept {
  return { at, signers: enrolments.map(({ user }) => user), unsent }
}

const NAME = 'relay-kept'

/** In another store than the outbox: browsers that clear databases when they run out of room leave this one. */
export function readKept(): Kept | undefined {
  try {
    const { at, signers, unsent } = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Kept>
    const isKept = typeof at === 'number' && Array.isArray(signers) && typeof unsent === 'number'
    return isKept ? { at, signers: signers.map(String), unsent } : undefined
  } catch {
    // Of another form, or there is no such store: then nothing is known.
    return undefined
  }
}

export function writeKept(kept: Kept): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept))
  } catch {
    // What cannot be kept is not missed.
  }
}
