import { hex, sha256InPieces } from '@compliance-relay/shared/trail'

/** So much of a file is in memory at a time. */
const PIECE_BYTES = 4 << 20

/** SHA-256 of a file of any size. Rejects with what the browser says of a file that cannot be read, or has changed. */
export async function digestOfFile(file: File, read: (bytes: number) => void): Promise<string> {
  const running = sha256InPieces()
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer())
    running.update(piece)
    read(piece.length)
  }
  return hex(running.digest())
}
