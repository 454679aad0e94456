import { hash } from 'node:crypto'
import { fromHex } from '@compliance-relay/shared/trail'

/** 32 bytes for tests only, named so that anyone can make them again. */
export function secret(name: string): Uint8Array {
  return fromHex(hash('sha256', `compliance-relay test vector: ${name}`), 32)
}
