import { type Body, base64, type LeafStore } from '../trail/index.ts'

/** How the trail before one ended, as the first record of the one after it has it (`trail.opened`, member `previous`). */
export interface EndOfTrailBefore {
  readonly trail: string
  /** How many records it had. */
  readonly size: number
  /** Of them all, base64. */
  readonly root: string
  /** How many of them, at most, were under a head that its notary held by then. */
  readonly notarised: number
}

/** Undefined where a trail goes on from none. */
export function endOfTrailBefore(opened: Body): EndOfTrailBefore | undefined {
  const { trail, size, root, notarised } = membersOf(opened['previous'])
  if (typeof trail !== 'string' || typeof size !== 'number' || typeof root !== 'string') return undefined
  const { size: known } = membersOf(notarised)
  return { trail, size, root, notarised: typeof known === 'number' ? Math.min(known, size) : 0 }
}

/**
 * Undefined if the leaves of a trail are those it had when it was left. It may stop before that end: what came after its
 * last signed head is given to nobody. It does not stop before what its notary held.
 */
export function endDiffers(
  { size, root, notarised }: EndOfTrailBefore,
  leaves: LeafStore,
): { readonly expected: string; readonly found: string } | undefined {
  if (leaves.size > size) return { expected: `${size} records`, found: String(leaves.size) }
  if (leaves.size < notarised)
    return { expected: `at least ${notarised} records`, found: String(leaves.size) }
  if (leaves.size < size) return undefined
  const now = base64(leaves.root(size))
  return now === root ? undefined : { expected: `${root} at size ${size}`, found: now }
}

function membersOf(value: unknown): { readonly [name: string]: unknown } {
  return (typeof value === 'object' && value !== null ? value : {}) as { readonly [name: string]: unknown }
}
