import { UnusableInput } from '../unusable-input.ts'
import { LAUNCHD_LABEL } from './launchd-plist.ts'
import type { ServiceEffects } from './service-effects.ts'
import type { ServicePlatform } from './service-options.ts'
import { SYSTEMD_UNIT } from './systemd-unit.ts'
import { WINDOWS_TASK } from './windows-task.ts'

export interface ServiceStatus {
  readonly installed: boolean
  readonly running: boolean
  /** Started with the machine; `undefined` where that cannot be asked. */
  readonly atStart: boolean | undefined
  readonly pid: number | undefined
  /** How often it was started again since it was started by somebody; `undefined` where nobody counts. */
  readonly restarts: number | undefined
  /** In the words of the system. */
  readonly says: string
}

/** How the service is. Throws `UnusableInput` where there is nobody to ask. */
export function serviceStatus(
  scope: 'system' | 'user',
  platform: ServicePlatform,
  effects: ServiceEffects,
): ServiceStatus {
  const command = question(scope, platform, effects.uid)
  const { code, said } = effects.run(command)
  if (code === undefined) throw new UnusableInput(`${command[0]} could not be asked: ${said}`)
  switch (platform) {
    case 'linux':
      if (code !== 0) throw new UnusableInput(`systemd could not be asked: ${said.split('\n')[0] ?? ''}`)
      return parseSystemctlShow(said)
    case 'darwin':
      return parseLaunchctlPrint(code, said)
    case 'win32':
      return parseTaskState(code, said)
  }
}

function question(
  scope: 'system' | 'user',
  platform: ServicePlatform,
  uid: number | undefined,
): readonly [string, ...string[]] {
  switch (platform) {
    case 'linux': {
      const properties =
        'LoadState,ActiveState,SubState,UnitFileState,MainPID,NRestarts,Result,ActiveEnterTimestamp'
      return [
        'systemctl',
        ...(scope === 'user' ? ['--user'] : []),
        'show',
        SYSTEMD_UNIT,
        '--property',
        properties,
      ]
    }
    case 'darwin':
      return ['launchctl', 'print', `${scope === 'user' ? `gui/${uid}` : 'system'}/${LAUNCHD_LABEL}`]
    case 'win32':
      // schtasks answers in the language of Windows; this does not.
      return [
        'powershell.exe',
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `(Get-ScheduledTask -TaskName '${WINDOWS_TASK}').State`,
      ]
  }
}

/** `systemctl show`: a line `Name=value` for each property, empty where there is none. */
export function parseSystemctlShow(text: string): ServiceStatus {
  const properties = new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const]
    }),
  )
  const of = (name: string): string => properties.get(name) ?? ''
  const result = ['', 'success'].includes(of('Result')) ? '' : `, last ended with ${of('Result')}`
  const since = of('ActiveEnterTimestamp') === '' ? '' : ` since ${of('ActiveEnterTimestamp')}`
  return {
    installed: of('LoadState') === 'loaded',
    running: of('ActiveState') === 'active',
    atStart: of('UnitFileState') === 'enabled',
    pid: wholeNumber(of('MainPID')) || undefined,
    restarts: wholeNumber(of('NRestarts')),
    says: `${of('ActiveState')} (${of('SubState')})${since}${result}`,
  }
}

/** `launchctl print`: made for people, without a promise; only three of its lines are taken. */
export function parseLaunchctlPrint(code: number, text: string): ServiceStatus {
  const [, state = ''] = /^\tstate = (.+)$/m.exec(text) ?? []
  const [, pid = ''] = /^\tpid = ([0-9]+)$/m.exec(text) ?? []
  const [, runs = ''] = /^\truns = ([0-9]+)$/m.exec(text) ?? []
  const count = wholeNumber(runs)
  return {
    installed: code === 0,
    running: code === 0 && state === 'running',
    atStart: code === 0,
    pid: wholeNumber(pid),
    restarts: count === undefined ? undefined : Math.max(0, count - 1),
    says: code === 0 ? state : (text.split('\n')[0] ?? ''),
  }
}

export function parseTaskState(code: number, text: string): ServiceStatus {
  const state = text.trim()
  const installed = code === 0 && /^(?:Running|Ready|Queued|Disabled|Unknown)$/.test(state)
  return {
    installed,
    running: installed && state === 'Running',
    atStart: installed ? state !== 'Disabled' : undefined,
    pid: undefined,
    restarts: undefined,
    says: installed ? state : 'there is no such task',
  }
}

function wholeNumber(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}
