import type { Anchors } from '../time-stamp/index.ts'

export type { Anchors }

/** The certificates of a file, in PEM or DER, by which time stamps are taken; undefined if it is no such file. */
export async function readAnchors(bytes: Uint8Array): Promise<Anchors | undefined> {
  const { readCertificates, TimeStampError } = await import('../time-stamp/index.ts')
  try {
    return readCertificates(bytes)
  } catch (error) {
    if (error instanceof TimeStampError) return undefined
    throw error
  }
}
