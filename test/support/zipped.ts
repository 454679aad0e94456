import { openZipBag, ZipSink } from '@compliance-relay/shared/bag'
import type { Files } from './made-bag.ts'

/** A bag in a zip, as the relay packs it. */
export async function zipOf(files: Files, folder = 'bag'): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  const sink = new ZipSink(
    new WritableStream({ write: (piece: Uint8Array) => void pieces.push(piece.slice()) }),
    folder,
  )
  for (const [name, bytes] of files) await sink.write(name, once(bytes))
  await sink.close()
  return new Uint8Array(Buffer.concat(pieces))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export function opened(zip: Uint8Array<ArrayBuffer>): ReturnType<typeof openZipBag> {
  return openZipBag(new Blob([zip]))
}

/** A file in a zip, by the places of what belongs to it. */
export interface ZippedFile {
  readonly name: string
  /** From here its header, then its data, then the sizes behind it, up to `end`. */
  readonly start: number
  readonly data: number
  readonly behind: number
  readonly end: number
  /** Its entry in the list, from and to. */
  readonly entry: number
  readonly entryEnd: number
}

/** Where everything is in a zip of ours, read plainly: the list from its end. */
export function placesIn(zip: Uint8Array<ArrayBuffer>): {
  readonly files: readonly ZippedFile[]
  readonly list: number
  readonly end: number
} {
  const view = new DataView(zip.buffer)
  const end = zip.length - 98
  const list = Number(view.getBigUint64(end + 48, true))
  const files: ZippedFile[] = []
  for (let at = list; at < end; ) {
    const length = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + length))
    const start = view.getUint32(at + 42, true)
    const data = start + 50 + length
    const behind = data + Number(view.getBigUint64(at + 46 + length + 12, true))
    const entryEnd = at + 46 + length + 20
    files.push({ name, start, data, behind, end: behind + 24, entry: at, entryEnd })
    at = entryEnd
  }
  return { files, list, end }
}

/** Bytes put in at a place, and every number that speaks of places behind it set right: only what was put in is strange. */
export function withBytesAt(
  zip: Uint8Array<ArrayBuffer>,
  place: number,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { files, list, end } = placesIn(zip)
  const view = new DataView(zip.slice().buffer)
  const moved = (at: number) => (at >= place ? at + bytes.length : at)
  for (const { entry, start } of files) view.setUint32(entry + 42, moved(start), true)
  // The list begins behind what is put in before it, and is longer by what is put into it.
  const newList = place <= list ? list + bytes.length : list
  view.setBigUint64(end + 48, BigInt(newList), true)
  if (place > list && place <= end) view.setBigUint64(end + 40, BigInt(end - list + bytes.length), true)
  view.setBigUint64(end + 56 + 8, BigInt(end + bytes.length), true)
  const now = new Uint8Array(view.buffer)
  return new Uint8Array(Buffer.concat([now.subarray(0, place), bytes, now.subarray(place)]))
}
