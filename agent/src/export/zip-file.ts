import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { Writable } from 'node:stream'
import { ZipSink } from '@compliance-relay/shared/bag'
import { UnusableInput } from '../unusable-input.ts'

/**
 * Writes a bag into a file that is there under its name only once it is whole and on the disk. Throws `UnusableInput`
 * where there is a file already: an export is not written over another.
 */
export async function writeZip<Result>(
  file: string,
  folder: string,
  work: (sink: ZipSink) => Promise<Result>,
): Promise<Result> {
  if (existsSync(file))
    throw new UnusableInput(`${file} is there already: an export is not written over another`)
  const part = `${file}.part`
  const stream = createWriteStream(part, { flags: 'w', mode: 0o600 })
  try {
    const sink = new ZipSink(Writable.toWeb(stream) as WritableStream<Uint8Array>, folder)
    const result = await work(sink)
    await sink.close()
    syncFile(part)
    renameSync(part, file)
    return result
  } catch (error) {
    stream.destroy()
    rmSync(part, { force: true })
    throw error
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
