import type { Subscription } from '@compliance-relay/shared/relay'
import { canonical, equalBytes, type MacKey, utf8 } from '@compliance-relay/shared/trail'
import type { StoredCursor } from '../sqlite/cursor-store.ts'

/** Where deliveries go on. */
export interface Cursor {
  readonly next: number
  readonly delivered: string
}

const CONTEXT = 'compliance-relay/cursor/v1\n'

/**
 * Whoever moves a cursor on in the database has records passed over, and nobody would miss them. So it is sealed with
 * the trail's MAC key, which is not in the database; an older one put back has records sent again, which is harmless.
 */
export function sealed(
  key: MacKey,
  trail: string,
  { id, said }: Pick<Subscription, 'id' | 'said'>,
  cursor: Cursor,
): StoredCursor {
  const stored = { subscription: id, trail, said, next: cursor.next, delivered: cursor.delivered }
  return { ...stored, seal: sealOf(key, stored) }
}

export type CursorFinding =
  | { readonly kind: 'found'; readonly cursor: Cursor }
  /** The records say where to begin: there is none, or they have said something since. */
  | { readonly kind: 'none' }
  /** It is none that this relay wrote. */
  | { readonly kind: 'disbelieved' }

/** A stored cursor held against its seal and the trail. Pure. */
export function findCursor(
  stored: StoredCursor | undefined,
  { id, from, said }: Pick<Subscription, 'id' | 'from' | 'said'>,
  { key, trail, size }: { readonly key: MacKey; readonly trail: string; readonly size: number },
): CursorFinding {
  if (stored === undefined) return { kind: 'none' }
  // Another trail's, sealed with its own key: in the trail there is now, the records say where to begin.
  if (stored.trail !== trail) return { kind: 'none' }
  const { next, delivered } = stored
  if (!equalBytes(sealOf(key, { ...stored, subscription: id }), stored.seal)) return { kind: 'disbelieved' }
  if (stored.said !== said) return { kind: 'none' }
  if (next < from || next > size) return { kind: 'disbelieved' }
  return { kind: 'found', cursor: { next, delivered } }
}

function sealOf(key: MacKey, { subscription, trail, said, next, delivered }: Omit<StoredCursor, 'seal'>) {
  const out = new Uint8Array(32)
  key.macInto(out, utf8(CONTEXT + canonical({ subscription, trail, said, next, delivered })))
  return out
}
