import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Room } from './zip-file.ts'

/** Writes a file that is there under its name only once it is whole and on the disk; how many bytes it has. */
export async function writeWhole(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  room: Room,
): Promise<number> {
  const part = `${file}.part`
  const descriptor = openSync(part, 'wx', 0o600)
  let sizeBytes = 0
  try {
    try {
      for await (const piece of pieces) {
        room(piece.length)
        for (let at = 0; at < piece.length; ) at += writeSync(descriptor, piece, at)
        sizeBytes += piece.length
      }
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(part, file)
    return sizeBytes
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
