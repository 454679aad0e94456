import { posix } from 'node:path'
import { UnusableInput } from '../unusable-input.ts'
import { LAUNCHD_LABEL, launchdPlist } from './launchd-plist.ts'
import type { ServiceOptions, ServicePlatform } from './service-options.ts'
import { quoteArgument } from './systemd-quote.ts'
import { SYSTEMD_UNIT, systemdUnit } from './systemd-unit.ts'
import { quoteWindowsArgument, WINDOWS_TASK, windowsTask } from './windows-task.ts'
import { escapeXml } from './xml.ts'

export type Command = readonly [string, ...string[]]

/** Everything a platform must be told to have a relay run from start-up on. */
export interface ServiceDefinition {
  readonly file: string
  readonly text: string
  readonly bytes: Uint8Array
  /** How the data folder stands in the text: a file without it is another relay's. */
  readonly mark: string
  /** The program that takes the commands is at work only if this path is there. */
  readonly working: string | undefined
  /** After the file was written, in this order. */
  readonly start: readonly Command[]
  /** Before these, if it was defined otherwise. They may fail: what is defined need not run. */
  readonly replace: readonly Command[]
  readonly stop: readonly Command[]
  readonly afterRemoval: readonly Command[]
  /** What else was made, to be removed with the file. */
  readonly links: readonly string[]
  /** What people must know or do, in sentences. */
  readonly notes: readonly string[]
}

export interface Where {
  readonly home: string
  readonly configHome: string
  readonly uid: number | undefined
}

export function servicePlatform(platform: NodeJS.Platform): ServicePlatform {
  if (platform === 'linux' || platform === 'darwin' || platform === 'win32') return platform
  throw new UnusableInput(`there is no service for ${platform}; "relay run" runs anywhere`)
}

export function serviceDefinition(
  options: ServiceOptions,
  platform: ServicePlatform,
  where: Where,
): ServiceDefinition {
  switch (platform) {
    case 'linux':
      return systemdDefinition(options, where)
    case 'darwin':
      return launchdDefinition(options, where)
    case 'win32':
      return windowsDefinition(options)
  }
}

function systemdDefinition(options: ServiceOptions, where: Where): ServiceDefinition {
  const text = systemdUnit(options)
  const isUser = options.scope === 'user'
  const folder = isUser ? posix.join(where.configHome, 'systemd/user') : '/etc/systemd/system'
  const systemctl = (...args: string[]): Command => ['systemctl', ...(isUser ? ['--user'] : []), ...args]
  const target = isUser ? 'default.target' : 'multi-user.target'
  return {
    file: posix.join(folder, SYSTEMD_UNIT),
    text,
    bytes: Buffer.from(text),
    mark: ` "--data" ${quoteArgument(options.data)} `,
    working: isUser ? `/run/user/${where.uid}/systemd` : '/run/systemd/system',
    start: [systemctl('daemon-reload'), systemctl('enable', '--now', SYSTEMD_UNIT)],
    replace: [systemctl('stop', SYSTEMD_UNIT)],
    stop: [systemctl('disable', '--now', SYSTEMD_UNIT)],
    afterRemoval: [systemctl('daemon-reload')],
    links: [posix.join(folder, `${target}.wants`, SYSTEMD_UNIT)],
    notes: isUser
      ? [
          'A service of your own runs while you are logged in. To have it run from start-up on: loginctl enable-linger',
        ]
      : [],
  }
}

function launchdDefinition(options: ServiceOptions, where: Where): ServiceDefinition {
  const text = launchdPlist(options)
  const isUser = options.scope === 'user'
  const domain = isUser ? `gui/${where.uid}` : 'system'
  const file = `${isUser ? posix.join(where.home, 'Library/LaunchAgents') : '/Library/LaunchDaemons'}/${LAUNCHD_LABEL}.plist`
  return {
    file,
    text,
    bytes: Buffer.from(text),
    mark: `<string>${escapeXml(options.data)}</string>`,
    working: undefined,
    start: [
      ['launchctl', 'enable', `${domain}/${LAUNCHD_LABEL}`],
      ['launchctl', 'bootstrap', domain, file],
    ],
    replace: [['launchctl', 'bootout', `${domain}/${LAUNCHD_LABEL}`]],
    stop: [['launchctl', 'bootout', `${domain}/${LAUNCHD_LABEL}`]],
    afterRemoval: [],
    links: [],
    notes: [
      `macOS keeps documents, desktops, removable and network disks from programs: give ${options.node} "Full Disk Access" in Privacy & Security if a watched folder is one of these.`,
    ],
  }
}

function windowsDefinition(options: ServiceOptions): ServiceDefinition {
  const text = windowsTask(options)
  const file = `${options.data}\\service-task.xml`
  return {
    file,
    text,
    bytes: Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le'),
    mark: ` --data ${escapeXml(quoteWindowsArgument(options.data))} `,
    working: undefined,
    start: [
      // The keys lie there: SYSTEM and administrators, by names that are the same in every language, and nobody else.
      [
        'icacls.exe',
        options.data,
        '/inheritance:r',
        '/grant:r',
        '*S-1-5-18:(OI)(CI)F',
        '*S-1-5-32-544:(OI)(CI)F',
      ],
      ['schtasks.exe', '/Create', '/TN', WINDOWS_TASK, '/XML', file, '/F'],
      ['schtasks.exe', '/Run', '/TN', WINDOWS_TASK],
    ],
    replace: [['schtasks.exe', '/End', '/TN', WINDOWS_TASK]],
    stop: [
      ['schtasks.exe', '/End', '/TN', WINDOWS_TASK],
      ['schtasks.exe', '/Delete', '/TN', WINDOWS_TASK, '/F'],
    ],
    afterRemoval: [],
    links: [],
    notes: ["SYSTEM reaches a share only if the share is open to this computer's own account."],
  }
}

/** The text of a definition as it was stored: Windows stores it in UTF-16. */
export function storedText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes)
  return buffer[0] === 0xff && buffer[1] === 0xfe
    ? buffer.toString('utf16le').slice(1)
    : buffer.toString('utf8')
}
