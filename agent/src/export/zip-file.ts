import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { ZipSink } from '@compliance-relay/shared/bag'
import { UnusableInput } from '../unusable-input.ts'

/**
 * Writes a bag into a file that is there under its name only once it is whole and on the disk; given up in the middle,
 * nothing is left. Throws `UnusableInput` where there is a file already, for an export is not written over another, and
 * where there is no folder for it.
 */
export async function writeZip<Result>(
  file: string,
  folder: string,
  work: (sink: ZipSink) => Promise<Result>,
): Promise<Result> {
  if (existsSync(file))
    throw new UnusableInput(`${file} is there already: an export is not written over another`)
  if (!existsSync(dirname(file))) throw new UnusableInput(`there is no folder ${dirname(file)}`)
  const part = `${file}.part`
  const stream = createWriteStream(part, { flags: 'w', mode: 0o600 })
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  failed.catch(() => {})
  const giveUp = () => {
    rmSync(part, { force: true })
    process.exit(130)
  }
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  try {
    const sink = new ZipSink(Writable.toWeb(stream) as WritableStream<Uint8Array>, folder)
    const result = await Promise.race([work(sink), failed])
    await sink.close()
    syncFile(part)
    renameSync(part, file)
    return result
  } catch (error) {
    stream.destroy()
    rmSync(part, { force: true })
    throw error
  } finally {
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp)
  }
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
