import { ZipSink } from '@compliance-relay/shared/bag'
import type { Files } from './made-bag.ts'

/** The files of a bag as a zip, written as an export writes it. */
export async function zipOf(files: Files): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  const sink = new ZipSink(
    new WritableStream({ write: (piece: Uint8Array) => void pieces.push(piece.slice()) }),
    'bag',
  )
  for (const [name, bytes] of files) await sink.write(name, once(bytes))
  await sink.close()
  return new Uint8Array(Buffer.concat(pieces))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
