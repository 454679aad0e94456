import {
  closeSync,
  constants,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { isBagFolder, ZipSink } from '@compliance-relay/shared/bag'
import { UnusableInput } from '../unusable-input.ts'

/** Told of each piece before it is written. Throws where there is no room for it. */
export type Room = (sizeBytes: number) => void

/**
 * Writes a bag into a file that is there under its name only once it is whole and on the disk; given up in the middle,
 * nothing is left. Throws `UnusableInput` where there is a file already, for an export is not written over another, and
 * where there is no folder for it.
 */
export async function writeZip<Result>(
  given: string,
  work: (sink: ZipSink) => Promise<Result>,
  room?: Room,
): Promise<Result> {
  const file = resolve(given)
  requireFree(given, file)
  const part = `${file}.part`
  const descriptor = openNew(part)
  let isOpen = true
  const stream = createWriteStream('', { fd: descriptor, autoClose: false })
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  failed.catch(() => {})
  const giveUp = () => {
    rmSync(part, { force: true })
    process.exit(130)
  }
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  try {
    const to = Writable.toWeb(stream) as WritableStream<Uint8Array>
    const sink = new ZipSink(room === undefined ? to : within(to, room), bagFolder(file))
    const result = await Promise.race([work(sink), failed])
    await sink.close()
    fsyncSync(descriptor)
    requireFree(given, file)
    renameSync(part, file)
    return result
  } catch (error) {
    // A stream that is given up closes its file by itself, and not at once.
    if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve).destroy())
    isOpen = false
    rmSync(part, { force: true })
    throw error
  } finally {
    if (isOpen) closeSync(descriptor)
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp)
  }
}

/** The same stream, that asks for room first. */
function within(to: WritableStream<Uint8Array>, room: Room): WritableStream<Uint8Array> {
  const writer = to.getWriter()
  return new WritableStream({
    write: (piece) => {
      room(piece.length)
      return writer.write(piece)
    },
    close: () => writer.close(),
    abort: (why) => writer.abort(why),
  })
}

function requireFree(given: string, file: string): void {
  if (/[\\/]$/.test(given) || statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UnusableInput(`${given} is a folder: --out names the file that is to be made, FILE.zip`)
  if (existsSync(file))
    throw new UnusableInput(`${file} is there already: an export is not written over another`)
  if (!existsSync(dirname(file))) throw new UnusableInput(`there is no folder ${dirname(file)}`)
}

/** A file that was not there, and no link to another: what others put in its place is not written to. */
function openNew(part: string): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
  try {
    return openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
    throw new UnusableInput(
      `${part} is there: another export is being written, or one was broken off. If none is, remove it`,
    )
  }
}

/** The folder in the zip, named after the file as far as every system can unpack it. */
function bagFolder(file: string): string {
  const plain = basename(file)
    .replace(/\.zip$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80)
  return isBagFolder(plain) ? plain : 'export'
}
