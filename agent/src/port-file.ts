import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { readPlainFile } from './read-plain-file.ts'

/*
 * Where a running relay answers, for commands that are given its data folder. It is no evidence, and outlives a kill:
 * whoever reads it has what answers there show the key of the relay before it is sent anything.
 */

const PORT_FILE_BYTES_MAX = 16

/** Null: it answers nowhere. Throws what the disk throws; then no other relay's port is left there. */
export function writePort(file: string, port: number | null): void {
  rmSync(file, { force: true })
  if (port === null) return
  const temporary = `${file}.new`
  rmSync(temporary, { force: true })
  writeFileSync(temporary, `${port}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(temporary, file)
}

/** Undefined where there is none. Throws what the system throws otherwise. */
export function readPort(file: string): number | undefined {
  try {
    const read = readPlainFile(file, PORT_FILE_BYTES_MAX)
    const text = read.kind === 'read' ? read.bytes.toString('latin1').trim() : ''
    return /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
