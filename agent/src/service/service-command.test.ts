import { describe, expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { serviceCommand } from './service-command.ts'
import type { CommandResult, ServiceEffects } from './service-effects.ts'

const UNIT = '/etc/systemd/system/compliance-relay.service'
const LINK = '/etc/systemd/system/multi-user.target.wants/compliance-relay.service'

interface Machine {
  readonly effects: ServiceEffects
  readonly files: Map<string, Uint8Array>
  /** Commands in the order they were run. */
  readonly commands: string[]
  /** What a command answers; without one it says nothing and ends with 0. */
  readonly answers: Map<string, CommandResult>
  settingsRead: number
  /** Exit code, and what was written. */
  service(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly said: string; readonly warned: readonly string[] }>
}

/** A machine on paper: its files and what its service manager was told. */
function machine(platform: NodeJS.Platform, more: Partial<ServiceEffects> = {}, isWorking = true): Machine {
  const files = new Map<string, Uint8Array>()
  const commands: string[] = []
  const answers = new Map<string, CommandResult>()
  const effects: ServiceEffects = {
    platform,
    node: platform === 'win32' ? 'C:\\relay\\node.exe' : '/opt/relay/node',
    relay: platform === 'win32' ? 'C:\\relay\\relay.mjs' : '/opt/relay/relay.mjs',
    uid: 0,
    home: '/home/anna',
    configHome: '/home/anna/.config',
    exists: (path) =>
      files.has(path) || (isWorking && /^\/run\/(?:systemd\/system|user\/[0-9]+\/systemd)$/.test(path)),
    read: (path) => files.get(path),
    write: (path, bytes) => void files.set(path, bytes),
    remove: (path) => void files.delete(path),
    ownerOf: () => ({ uid: 998, name: 'relay' }),
    run: (command) => {
      commands.push(command.join(' '))
      return answers.get(command.join(' ')) ?? { code: 0, said: '' }
    },
    ...more,
  }
  const self: Machine = {
    effects,
    files,
    commands,
    answers,
    settingsRead: 0,
    async service(...args) {
      const said: string[] = []
      const read = async () => {
        self.settingsRead++
        const isWindows = platform === 'win32'
        return {
          watches: [isWindows ? 'D:\\nmr' : '/srv/nmr'],
          notary: isWindows ? 'E:\\notary' : '/mnt/notary',
        }
      }
      const warned: string[] = []
      const out = {
        write: (text: string) => void said.push(text),
        warn: (text: string) => void warned.push(text),
      }
      const code = await serviceCommand(args, out, read, effects)
      return { code, said: said.join(''), warned }
    },
  }
  return self
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()

describe('relay service install on Linux', () => {
  test('writes the unit, then has systemd read, enable and start it', async () => {
    const { service, files, commands } = machine('linux')
    const { code, said } = await service('install', '--data', '/srv/relay')
    expect(code).toBe(0)
    expect(said).toContain('runs as a service')
    expect(text(files.get(UNIT))).toContain('"run" "--data" "/srv/relay" "--hints" "on"')
    expect(text(files.get(UNIT))).toContain('User=relay\n')
    expect(commands).toEqual(['systemctl daemon-reload', 'systemctl enable --now compliance-relay.service'])
  })

  test('a second time changes nothing and interrupts nothing', async () => {
    const { service, commands } = machine('linux')
    await service('install', '--data', '/srv/relay')
    const { code, said } = await service('install', '--data', '/srv/relay')
    expect([code, said]).toEqual([0, expect.stringContaining('Nothing was changed')])
    expect(commands.filter((command) => /stop|restart/.test(command))).toEqual([])
  })

  test('a unit that is another now replaces the one that runs', async () => {
    const { service, files, commands } = machine('linux')
    await service('install', '--data', '/srv/relay')
    files.set(UNIT, Buffer.from(text(files.get(UNIT)).replace('RestartSec=5', 'RestartSec=50')))
    commands.length = 0
    expect((await service('install', '--data', '/srv/relay')).said).toContain('runs as a service')
    expect(commands).toEqual([
      'systemctl stop compliance-relay.service',
      'systemctl daemon-reload',
      'systemctl enable --now compliance-relay.service',
    ])
    expect(text(files.get(UNIT))).toContain('RestartSec=5\n')
  })

  test('the unit of a relay with another data folder is left as it is', async () => {
    const { service, files, commands } = machine('linux')
    await service('install', '--data', '/srv/relay')
    const before = text(files.get(UNIT))
    commands.length = 0
    for (const action of ['install', 'uninstall'])
      for (const data of ['/srv/relay2', '/srv/rela', '/srv', '/srv/relay/x'])
        await expect(service(action, '--data', data)).rejects.toThrow('another data folder')
    expect(text(files.get(UNIT))).toBe(before)
    expect(commands).toEqual([])
  })

  test('where systemd does not run it writes the unit and says what to run', async () => {
    const { service, files, commands } = machine('linux', {}, false)
    const { code, said } = await service('install', '--data', '/srv/relay')
    expect(code).toBe(1)
    expect(files.has(UNIT)).toBe(true)
    expect(commands).toEqual([])
    expect(said).toContain('systemd does not run this machine')
    expect(said).toContain('\n  systemctl daemon-reload\n  systemctl enable --now compliance-relay.service\n')
  })

  test('a command that fails is named with its reason, and what is left to run', async () => {
    const { service, answers } = machine('linux')
    answers.set('systemctl enable --now compliance-relay.service', {
      code: 1,
      said: 'Created symlink.\nJob failed. \u001b[31mSee',
    })
    const { code, said } = await service('install', '--data', '/srv/relay', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(said)).toEqual({
      file: UNIT,
      state: 'incomplete',
      toRun: ['systemctl enable --now compliance-relay.service'],
      notes: [
        '"systemctl enable --now compliance-relay.service" failed (1): Created symlink. Job failed. \\u001b[31mSee',
      ],
    })
  })

  test('--print shows the unit and changes nothing', async () => {
    const { service, files, commands } = machine('linux')
    const { code, said } = await service('install', '--data', '/srv/relay', '--print')
    expect([code, files.size, commands.length]).toEqual([0, 0, 0])
    expect(said).toMatch(/^# Written by [\s\S]*\nWantedBy=multi-user.target\n$/)
    const json = JSON.parse((await service('install', '--data', '/srv/relay', '--print', '--json')).said)
    expect(json).toEqual({ file: UNIT, text: said, warnings: [] })
  })

  test.each([
    ['/tmp/relay', '/tmp'],
    ['/var/lib/../tmp/relay', '/var/tmp'],
    ['/run/relay', '/run'],
  ])(
    'a data folder in a place that is emptied at start-up is refused; %s is printed all the same',
    async (data, place) => {
      const { service, files, commands } = machine('linux')
      await expect(service('install', '--data', data)).rejects.toThrow(`lies in ${place}, which is emptied`)
      expect([files.size, commands.length]).toEqual([0, 0])
      const { code, said, warned } = await service('install', '--data', data, '--print')
      expect(code).toBe(0)
      expect(said).toContain('WantedBy=multi-user.target\n')
      expect(said).not.toContain('emptied')
      expect(warned).toEqual([expect.stringContaining('emptied at start-up')])
    },
  )

  test('names no port, for a relay that is given one does not start without it', async () => {
    const { service } = machine('linux')
    expect((await service('install', '--data', '/srv/relay', '--print')).said).not.toContain('--port')
  })

  test("--user writes a person's own unit and speaks to the person's own systemd", async () => {
    const { service, files, commands } = machine('linux', { uid: 998 })
    const { said } = await service('install', '--data', '/srv/relay', '--user')
    expect([...files.keys()]).toEqual(['/home/anna/.config/systemd/user/compliance-relay.service'])
    expect(commands[1]).toBe('systemctl --user enable --now compliance-relay.service')
    expect(said).toContain('loginctl enable-linger')
  })

  test("--user is refused for somebody else's data folder", async () => {
    const { service } = machine('linux', { uid: 1000 })
    await expect(service('install', '--data', '/srv/relay', '--user')).rejects.toThrow('belongs to relay')
  })
})

describe('relay service uninstall', () => {
  test('stops the service, removes its unit, and does not need the settings', async () => {
    const made = machine('linux')
    await made.service('install', '--data', '/srv/relay')
    made.commands.length = 0
    made.settingsRead = 0
    const { code, said } = await made.service('uninstall', '--data', '/srv/relay')
    expect([code, made.settingsRead]).toEqual([0, 0])
    expect(said).toContain('Its data, keys and trail are where they were')
    expect(made.files.size).toBe(0)
    expect(made.commands).toEqual([
      'systemctl disable --now compliance-relay.service',
      'systemctl daemon-reload',
    ])
    expect((await made.service('uninstall', '--data', '/srv/relay')).said).toContain('There is no service')
  })

  test('a service that cannot be stopped keeps its unit', async () => {
    const { service, files, answers } = machine('linux')
    await service('install', '--data', '/srv/relay')
    answers.set('systemctl disable --now compliance-relay.service', { code: 1, said: 'Access denied' })
    const { code, said } = await service('uninstall', '--data', '/srv/relay')
    expect([code, files.has(UNIT)]).toEqual([1, true])
    expect(said).toContain('Access denied')
  })

  test('where systemd does not run, what systemd would have made is removed too', async () => {
    const { service, files } = machine('linux', {}, false)
    await service('install', '--data', '/srv/relay')
    files.set(LINK, Buffer.of())
    expect((await service('uninstall', '--data', '/srv/relay')).code).toBe(0)
    expect(files.size).toBe(0)
  })
})

describe('relay service status', () => {
  const show =
    'systemctl show compliance-relay.service --property LoadState,ActiveState,SubState,UnitFileState,MainPID,NRestarts,Result,ActiveEnterTimestamp'

  test('ends with 0 if the service runs, 1 if not', async () => {
    const { service, answers } = machine('linux')
    answers.set(show, {
      code: 0,
      said: 'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=7\nNRestarts=2',
    })
    expect(await service('status')).toMatchObject({
      code: 0,
      said: 'The service runs: active (running)\nProcess 7\nIt ended by itself and was started again 2 times.\n',
    })
    answers.set(show, {
      code: 0,
      said: 'LoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState=disabled\nMainPID=0\nNRestarts=0',
    })
    expect(await service('status')).toMatchObject({
      code: 1,
      said: 'The service DOES NOT RUN: failed (failed)\nIt will NOT be started with the machine.\n',
    })
    answers.set(show, { code: 0, said: 'LoadState=not-found' })
    expect(await service('status')).toMatchObject({
      code: 1,
      said: 'The relay is not set up as a service.\n',
    })
  })

  test('where there is nobody to ask it says so', async () => {
    const { service, answers } = machine('linux')
    answers.set(show, { code: 1, said: 'System has not been booted with systemd as init system (PID 1).' })
    await expect(service('status')).rejects.toThrow('systemd could not be asked: System has not been booted')
    answers.set(show, { code: undefined, said: 'spawnSync systemctl ENOENT' })
    await expect(service('status')).rejects.toThrow('systemctl could not be asked')
  })
})

describe('relay service on other systems', () => {
  test('macOS: the list is written and bootstrapped, a second time it is left alone', async () => {
    const { service, files, commands } = machine('darwin')
    await service('install', '--data', '/srv/relay')
    const file = '/Library/LaunchDaemons/org.compliance-relay.relay.plist'
    expect([...files.keys()]).toEqual([file])
    expect(commands).toEqual([
      'launchctl enable system/org.compliance-relay.relay',
      `launchctl bootstrap system ${file}`,
    ])
    commands.length = 0
    expect((await service('install', '--data', '/srv/relay')).said).toContain('Nothing was changed')
    expect(commands).toEqual(['launchctl print system/org.compliance-relay.relay'])
    await expect(service('install', '--data', '/srv/rela')).rejects.toThrow('another data folder')
    await service('uninstall', '--data', '/srv/relay')
    expect(commands.at(-1)).toBe('launchctl bootout system/org.compliance-relay.relay')
    expect(files.size).toBe(0)
  })

  test('anything else: there is no service, and what there is instead', async () => {
    await expect(machine('freebsd').service('status')).rejects.toThrow('"relay run" runs anywhere')
  })
})

test.each([
  [[], 'install, uninstall or status'],
  [['start'], 'install, uninstall or status'],
  [['install', 'now'], 'install, uninstall or status'],
  [['install'], '--data is missing'],
  [['install', '--data', ''], '--data is missing'],
  [['install', '--what'], 'there is no option "--what"'],
  [['uninstall', '--data', '/srv/relay', '--print'], '--print goes with install'],
])('relay service %j is refused in one sentence', async (args, said) => {
  await expect(machine('linux').service(...args)).rejects.toThrow(UnusableInput)
  await expect(machine('linux').service(...args)).rejects.toThrow(said)
})
