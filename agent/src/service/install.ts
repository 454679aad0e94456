import { printable } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { type Command, type ServiceDefinition, serviceDefinition, storedText } from './service-definition.ts'
import type { ServiceEffects } from './service-effects.ts'
import { emptiedFolders, type ServiceOptions, type ServicePlatform } from './service-options.ts'
import { serviceStatus } from './service-status.ts'

export interface ServiceChange {
  readonly file: string
  /** `incomplete`: what is left to be done is in `toRun`. */
  readonly state: 'started' | 'incomplete' | 'unchanged' | 'removed' | 'none'
  /** Commands that could not be run here or failed, for people to run. */
  readonly toRun: readonly string[]
  /** Why, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Sets up a relay as a service and starts it. May be called again: the same definition is left as it is. Throws
 * `UnusableInput` if the file cannot be written, or is that of a relay with another data folder.
 */
export function installService(
  options: ServiceOptions,
  platform: ServicePlatform,
  effects: ServiceEffects,
): ServiceChange {
  const [emptied] = emptiedFolders(options, platform)
  if (emptied !== undefined) throw new UnusableInput(emptied)
  const definition = serviceDefinition(options, platform, effects)
  const { file, bytes, notes, working } = definition
  const before = stored(definition, effects)
  // Written again too, if it is the same: a crash may have come between the file and the commands.
  effects.write(file, bytes)
  if (working !== undefined && !effects.exists(working)) {
    const toRun = definition.start.map(printed)
    return { file, state: 'incomplete', toRun, notes: [notWorking(options, platform), ...notes] }
  }
  const isSame = before !== undefined && Buffer.compare(before, bytes) === 0
  // launchd refuses what it has already; the others take the same once more for nothing new.
  if (isSame && platform === 'darwin' && serviceStatus(options.scope, platform, effects).installed)
    return { file, state: 'unchanged', toRun: [], notes }
  if (before !== undefined && !isSame) for (const command of definition.replace) effects.run(command)
  const failed = runInOrder(definition.start, effects)
  if (failed !== undefined)
    return { file, state: 'incomplete', toRun: failed.left.map(printed), notes: [failed.reason, ...notes] }
  return { file, state: isSame ? 'unchanged' : 'started', toRun: [], notes }
}

/** Stops the service and takes its definition away; data, keys and trail stay. May be called again. */
export function uninstallService(
  options: ServiceOptions,
  platform: ServicePlatform,
  effects: ServiceEffects,
): ServiceChange {
  const definition = serviceDefinition(options, platform, effects)
  const { file, links, working } = definition
  if (stored(definition, effects) === undefined) return { file, state: 'none', toRun: [], notes: [] }
  const isWorking = working === undefined || effects.exists(working)
  const notes: string[] = []
  if (isWorking) {
    const failed = runInOrder(definition.stop, effects)
    // With the file gone nothing would be left to stop a service by.
    if (failed !== undefined)
      return { file, state: 'incomplete', toRun: failed.left.map(printed), notes: [failed.reason] }
  } else notes.push(notWorking(options, platform))
  for (const path of [...links, file]) effects.remove(path)
  const failed = isWorking ? runInOrder(definition.afterRemoval, effects) : undefined
  return {
    file,
    state: 'removed',
    toRun: failed?.left.map(printed) ?? [],
    notes: failed ? [failed.reason] : notes,
  }
}

/** The definition that is there, if it is this relay's. */
function stored({ file, mark }: ServiceDefinition, effects: ServiceEffects): Uint8Array | undefined {
  const bytes = effects.read(file)
  if (bytes === undefined) return undefined
  if (!storedText(bytes).includes(mark)) {
    throw new UnusableInput(
      `${file} is the service of a relay with another data folder; it is left as it is: uninstall that one first`,
    )
  }
  return bytes
}

function runInOrder(
  commands: readonly Command[],
  effects: ServiceEffects,
): { readonly left: readonly Command[]; readonly reason: string } | undefined {
  for (const [i, command] of commands.entries()) {
    const { code, said } = effects.run(command)
    if (code === 0) continue
    const reason = printable(said.split('\n').slice(-3).join(' ')).slice(0, 500)
    return {
      left: commands.slice(i),
      reason: `"${printed(command)}" failed (${code ?? 'it could not be run'}): ${reason}`,
    }
  }
  return undefined
}

function notWorking({ scope }: ServiceOptions, platform: ServicePlatform): string {
  if (platform !== 'linux') return 'The service manager is not at work here.'
  return scope === 'user'
    ? 'systemd does not run for this account here, so nothing was started or stopped.'
    : 'systemd does not run this machine (a container?), so nothing was started or stopped.'
}

/** A command as people would type it. */
function printed(command: Command): string {
  return command
    .map((word) => (/^[A-Za-z0-9_@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}
