import { readFile } from 'node:fs/promises'
import { type Anchors, readAnchors } from '@compliance-relay/shared/bag'
import { whyUnreadable } from '../system-faults.ts'
import { UnusableInput } from '../unusable-input.ts'

/** Whose time stamps count, by certificates in a file (`--tsa-cert`); undefined if none is named. Throws `UnusableInput`. */
export async function givenAnchors(file: string | undefined): Promise<Anchors | undefined> {
  if (file === undefined) return undefined
  const anchors = await readAnchors(await bytesOf(file))
  if (anchors === undefined) throw new UnusableInput(`${file} has no certificate in it (PEM or DER)`)
  return anchors
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw new UnusableInput(`cannot read ${file}: ${whyUnreadable(error)}`, { cause: error })
  }
}
