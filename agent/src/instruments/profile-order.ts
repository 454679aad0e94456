import type { Profile } from './types.ts'

/** Specific before generic, then by `order`, then by id. */
export function inOrder(a: Profile, b: Profile): number {
  return Number(a.generic) - Number(b.generic) || a.order - b.order || (a.id < b.id ? -1 : 1)
}
