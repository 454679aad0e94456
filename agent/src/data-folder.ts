import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AS_THE_RELAY } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'

/** Where things are in a relay's data folder. */
export interface DataFolder {
  readonly path: string
  readonly database: string
  readonly lock: string
  /** Secrets, one file each. */
  readonly keys: string
  /** In place of them, where they are in the keystore of the operating system: under which name. */
  readonly keystore: string
  /** Wrapped copy of the secrets, to be kept elsewhere. */
  readonly recovery: string
  /** Requests of people at this machine, and their answers. */
  readonly control: string
  /** At which port the running relay answers; not there while it answers at none. */
  readonly port: string
  /** Profiles of the site's own, beside those that come with the relay. */
  readonly profiles: string
  /** Exports that people asked for by HTTP, for a day at most. */
  readonly exports: string
}

export function dataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  return {
    path,
    database: join(path, 'relay.db'),
    lock: join(path, 'writer.lock'),
    keys: join(path, 'keys'),
    keystore: join(path, 'keystore'),
    recovery: join(path, 'recovery.json'),
    control: join(path, 'control'),
    port: join(path, 'port'),
    profiles: join(path, 'profiles'),
    exports: join(path, 'exports'),
  }
}

/**
 * Which file is the database now; undefined if none is there. Throws what the system says otherwise: then nobody knows.
 */
export function databaseId({ database }: DataFolder): string | undefined {
  const stat = statSync(database, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}

/** Whether the database is there. Throws `UnusableInput` where this account may not look. */
export function hasDatabase({ path, database }: DataFolder): boolean {
  try {
    statSync(database)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      throw new UnusableInput(`this account may not look into ${path}: ${AS_THE_RELAY}`)
    return false
  }
}
