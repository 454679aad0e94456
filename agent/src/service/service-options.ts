import { posix, win32 } from 'node:path'
import { shown } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'

/** What a service of the operating system must know to run a relay. All paths are absolute. */
export interface ServiceOptions {
  /** The Node that runs the relay: the one it was installed with. */
  readonly node: string
  /** The script `relay` of the agent. */
  readonly relay: string
  readonly data: string
  readonly watches: readonly string[]
  readonly notary: string
  /** The account it runs as: the owner of the keys, for nobody else can read them. Not for a person's own service. */
  readonly user: string | undefined
  /** `system`: from start-up on, whoever is logged in. `user`: a person's own, set up without an administrator. */
  readonly scope: 'system' | 'user'
}

export type ServicePlatform = 'linux' | 'darwin' | 'win32'

/**
 * What is run at start-up. No port is named: nobody said which, and a relay that cannot have the usual one
 * captures without it and says so. What stands behind the data folder ends its name: see `mark`.
 */
export function relayCommand({ node, relay, data }: ServiceOptions): readonly [string, ...string[]] {
  return [node, relay, 'run', '--data', data, '--hints', 'on']
}

/** Throws `UnusableInput` for options no service can be made of. */
export function requireServiceable(options: ServiceOptions, platform: ServicePlatform): void {
  const { node, relay, data, notary, watches, user } = options
  const { isAbsolute } = platform === 'win32' ? win32 : posix
  const paths = [node, relay, data, notary, ...watches]
  for (const path of paths) {
    if (!isAbsolute(path)) throw new UnusableInput(`${shown(path)} is not an absolute path`)
    // No configuration file has a way to write these that all of its readers agree on.
    if (!path.isWellFormed() || /[\p{Cc}\ufffe\uffff]/u.test(path))
      throw new UnusableInput(
        `the path ${shown(path, 200)} has a control character: a service cannot be set up with it`,
      )
  }
  if (user !== undefined && !/^(?:[A-Za-z_][A-Za-z0-9_.-]{0,63}|[0-9]{1,10})$/.test(user))
    throw new UnusableInput(`${shown(user)} is not the name of an account that a service can be given`)
}

/** One sentence for each part of the relay that would not outlive a start of the machine. */
export function emptiedFolders(
  { node, relay, data, notary }: ServiceOptions,
  platform: ServicePlatform,
): string[] {
  return (platform === 'win32' ? [] : [data, notary, relay, node]).flatMap((path) => {
    const emptied = EMPTIED_AT_START.find((folder) => isWithin(path, folder))
    return emptied === undefined
      ? []
      : [`${path} lies in ${emptied}, which is emptied at start-up: put it elsewhere`]
  })
}

const EMPTIED_AT_START = ['/tmp', '/var/tmp', '/run', '/dev', '/private/tmp'] as const

/** True if a path of a POSIX system is the folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const normal = posix.normalize(`${path}/`)
  return normal.startsWith(posix.normalize(`${folder}/`))
}
