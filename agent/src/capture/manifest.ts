import { createHash } from 'node:crypto'
import { dataSetManifest } from '@compliance-relay/shared/trail'
import { bytesOfName } from './raw-name.ts'

/** A file of a data set as its manifest states it. */
export interface ManifestFile {
  /** Relative to the data set, '/'-separated. */
  readonly path: string
  readonly size: number
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string
}

/** The manifest of a data set, over names as this relay has them. The digest of a data set is the SHA-256 of these bytes. */
export function manifestOf(files: readonly ManifestFile[]): Uint8Array {
  return dataSetManifest(files.map((file) => ({ ...file, path: bytesOfName(file.path) })))
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
