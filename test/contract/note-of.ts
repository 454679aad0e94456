import { createHash } from 'node:crypto'
import type { Notary } from '@compliance-relay/shared/relay'

/** The note that these tests put at a size: other bytes and another length for each, up to 40,000 bytes. */
export function noteOf(size: number, by = 'one'): Uint8Array {
  const line = `${createHash('sha256').update(`${by} ${size}`).digest('hex')}\n`
  return Buffer.from(line.repeat(1 + ((size * 7_919) % 615)))
}

export const ORIGIN = 'lab.example/t/nmr-01/20260302-7f3a'

/** All that a notary lists. */
export async function listed(notary: Notary, origin: string, after?: number): Promise<number[]> {
  return allOf(notary.list(origin, after))
}

export async function allOf(all: AsyncIterable<number>): Promise<number[]> {
  const sizes: number[] = []
  for await (const size of all) sizes.push(size)
  return sizes
}
