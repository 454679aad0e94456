import { resolve } from 'node:path'
import { printable } from '@compliance-relay/shared/trail'
import { jsonText, parseWords } from '../commands/options.ts'
import { UnusableInput } from '../unusable-input.ts'
import { installService, type ServiceChange, uninstallService } from './install.ts'
import { serviceDefinition, servicePlatform } from './service-definition.ts'
import { machineEffects, type ServiceEffects } from './service-effects.ts'
import { emptiedFolders, type ServiceOptions } from './service-options.ts'
import { type ServiceStatus, serviceStatus } from './service-status.ts'

export const serviceHelp = `relay service install|uninstall|status --data DIR [--user] [--print] [--json]
      Has the operating system run the relay, from start-up on, and start it again whenever it ends.
      Exit code 1 if install or uninstall could not be completed, or, with status, if the service
      does not run. Whether the relay in it is well says relay status.
      --user             a service of your own, without an administrator (Linux, macOS)
      --print            with install: shows the definition and changes nothing; what would hinder a
                         service is said on standard error
      Example: relay service install --data /var/lib/relay --print`

/** What of a relay's settings a service must know. */
export interface ServiceSettings {
  readonly watches: readonly string[]
  readonly notary: string
}

export interface ServiceOutput {
  readonly write: (text: string) => void
  /** A sentence beside the output, which may be going into a file. */
  readonly warn: (sentence: string) => void
}

/** The command `relay service`. Returns 0, or 1 if the service does not run. Throws `UnusableInput`. */
export async function serviceCommand(
  args: readonly string[],
  out: ServiceOutput,
  readSettings: (data: string) => Promise<ServiceSettings>,
  effects: ServiceEffects = machineEffects(),
): Promise<number> {
  const { values, action } = parse(args)
  const platform = servicePlatform(effects.platform)
  const say = (value: object, text: string): void => out.write(values.json ? jsonText(value) : text)
  if (action === 'status') {
    const status = serviceStatus(values.user ? 'user' : 'system', platform, effects)
    say(status, printedStatus(status))
    return status.running ? 0 : 1
  }
  // What is taken away need not be readable any more: for that the name of the data folder is enough.
  const read = action === 'install' ? readSettings : async (notary: string) => ({ watches: [], notary })
  const options = await optionsOf(values, read, effects)
  if (values.print) {
    const { file, text } = serviceDefinition(options, platform, effects)
    // To read it, or to make an image of another machine from it, the folders need not be fit for a service here.
    const warnings = emptiedFolders(options, platform)
    say({ file, text, warnings }, text)
    if (!values.json) for (const sentence of warnings) out.warn(sentence)
    return 0
  }
  const change =
    action === 'install'
      ? installService(options, platform, effects)
      : uninstallService(options, platform, effects)
  say(change, printedChange(change))
  return change.state === 'incomplete' ? 1 : 0
}

function parse(args: readonly string[]) {
  const parsed = parseWords(args, {
    data: { type: 'string' },
    user: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  })
  const [action, ...more] = parsed.positionals
  if ((action !== 'install' && action !== 'uninstall' && action !== 'status') || more.length > 0)
    throw new UnusableInput('relay service is followed by install, uninstall or status')
  if (parsed.values.print && action !== 'install') throw new UnusableInput('--print goes with install')
  return { values: parsed.values, action } as const
}

/** Only the owner of the data folder can read its keys, so the service runs as that account. */
async function optionsOf(
  { data, user }: { readonly data?: string | undefined; readonly user: boolean },
  readSettings: (data: string) => Promise<ServiceSettings>,
  effects: ServiceEffects,
): Promise<ServiceOptions> {
  if (data === undefined || data === '') throw new UnusableInput('--data is missing')
  const folder = resolve(data)
  const settings = await readSettings(folder)
  const owner = effects.ownerOf(folder)
  if (user && owner !== undefined && owner.uid !== effects.uid)
    throw new UnusableInput(
      `${folder} belongs to ${owner.name}: only that account can have a service of its own with it`,
    )
  const { node, relay } = effects
  return {
    node,
    relay,
    data: folder,
    watches: settings.watches,
    notary: settings.notary,
    user: user ? undefined : owner?.name,
    scope: user ? 'user' : 'system',
  }
}

function printedChange({ file, state, toRun, notes }: ServiceChange): string {
  const said = {
    started: `The relay runs as a service, and again after each start of the machine. It is defined in ${file}.`,
    unchanged: `The relay is a service already, as ${file} says. Nothing was changed.`,
    incomplete: `The service is defined in ${file}, but what is to be done with it is not done.`,
    removed: `The relay is no service any more, ${file} is removed. Its data, keys and trail are where they were.`,
    none: `There is no service: ${file} is not there.`,
  }[state]
  const lines = [
    said,
    ...notes,
    ...(toRun.length === 0
      ? []
      : ['Run this as the administrator:', ...toRun.map((command) => `  ${command}`)]),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

function printedStatus({ installed, running, atStart, pid, restarts, says }: ServiceStatus): string {
  if (!installed) return 'The relay is not set up as a service.\n'
  const lines = [
    `The service ${running ? 'runs' : 'DOES NOT RUN'}: ${says}`,
    ...(atStart === false ? ['It will NOT be started with the machine.'] : []),
    ...(pid === undefined ? [] : [`Process ${pid}`]),
    ...(restarts === undefined || restarts === 0
      ? []
      : [`It ended by itself and was started again ${restarts} times.`]),
  ]
  return `${lines.map(printable).join('\n')}\n`
}
