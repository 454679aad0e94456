/*
 * A path on a Unix disk is bytes. The soak keeps each as a key: a string with one character a byte, so that no name is
 * lost and none is taken for another, and without asking the code under test how it does that.
 */

export type PathKey = string

export function keyOfBytes(bytes: Uint8Array): PathKey {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

export function keyOfText(text: string): PathKey {
  return keyOfBytes(Buffer.from(text, 'utf8'))
}

export function bytesOfKey(key: PathKey): Buffer {
  return Buffer.from(key, 'latin1')
}

/** For people. */
export function shownKey(key: PathKey): string {
  return JSON.stringify(bytesOfKey(key).toString('utf8'))
}

/** The key of a path as records state it. */
export function keyOfFields({
  path,
  pathRaw,
}: {
  readonly path: string
  readonly pathRaw?: string
}): PathKey {
  return pathRaw === undefined ? keyOfText(path) : keyOfBytes(Buffer.from(pathRaw, 'hex'))
}

export function isBelow(path: PathKey, folder: PathKey): boolean {
  return path.startsWith(`${folder}/`)
}
