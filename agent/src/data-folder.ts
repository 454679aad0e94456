import { join, resolve } from 'node:path'

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
  /** Profiles of the site's own, beside those that come with the relay. */
  readonly profiles: string
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
    profiles: join(path, 'profiles'),
  }
}
