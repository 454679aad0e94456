import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, Problem } from '@compliance-relay/shared/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* What an administrator does in the browser when a relay is new, over HTTP and against a real one. */

const good = 'gravel spoon tundra 41'
const reason = 'the instrument was moved here'
let station: Workstation
let port: string

beforeEach(async () => {
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  await clientAt(port).call('setPasswordByCode', { body: { user: 'asmith', code, newPassword: good } })
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

async function signedIn(): Promise<Client> {
  const { token } = await clientAt(port).call('signIn', { body: { user: 'asmith', password: good } })
  return clientAt(port, () => token)
}

const asked = { password: good, reason }
const detailOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? (error.details.detail ?? error.code) : error),
  )

describe('a new relay', () => {
  test('says how it is, takes a project and a folder, and records what is dropped there', async () => {
    await station.settled()
    const client = await signedIn()
    const folder = join(station.base, 'ms')
    const look = () => client.call('lookAtFolder', { body: { folder } })
    expect(await look()).toMatchObject({ isThere: false, canBeWatched: false, detail: 'folder-not-there' })
    mkdirSync(folder)
    expect(await look()).toMatchObject({ path: folder, isReadable: true, canBeWatched: true, detail: null })

    await client.call('addProject', { body: { ...asked, project: 'P-20' } })
    const { settings } = await client.call('addWatch', {
      body: { ...asked, folder, project: 'P-20', device: 'QTOF', quietSeconds: 1 },
    })
    expect(settings.watches.map(({ id, path, project }) => [id, path, project])).toEqual([
      ['w1', station.folder, 'P-17'],
      ['w2', folder, 'P-20'],
    ])
    expect(settings.profiles.length).toBeGreaterThan(10)
    writeFileSync(join(folder, 'run-1.txt'), 'result')
    while ((await client.call('readStatus', {})).files.recorded === 0)
      await new Promise((resolve) => setTimeout(resolve, 200))
    await station.settled()

    const status = await client.call('readStatus', {})
    expect(status).toMatchObject({ state: 'running', ready: true, sync: null })
    expect(status.capture).toMatchObject({ waiting: 0, held: null })
    expect(status.watches[1]).toMatchObject({ id: 'w2', device: 'QTOF', state: 'watching', waiting: 0 })
    const [trail] = status.trails
    expect(trail).toMatchObject({ isWritten: true, anchored: { size: trail?.size } })

    const records = station.records()
    expect(records.find(({ kind }) => kind === 'file.created')?.body).toMatchObject({
      project: 'P-20',
      device: 'QTOF',
    })
    const changes = records.filter(({ kind, seq }) => kind === 'settings.changed' && seq > 4)
    expect(changes).toHaveLength(2)
    for (const { actor, body } of changes) {
      expect(actor).toEqual({ id: 'asmith', name: 'Anna Smith', via: 'password' })
      expect(body).toMatchObject({ reason, by: { session: expect.stringMatching(/^[0-9a-f]{32}$/) } })
    }
    expect(JSON.stringify(records)).not.toContain(good)
    expect(station.verify().code).toBe(0)

    await client.call('endWatch', { body: { ...asked, watch: 'w2' } })
    await station.stop()
    await station.start('--port', port)
    const after = await (await signedIn()).call('readSettings', {})
    expect(after.watches.map(({ id, ended }) => [id, ended === null])).toEqual([
      ['w1', true],
      ['w2', false],
    ])
  })

  test('refuses what its commands refuse, and enrols who works at it', { tags: ['challenge'] }, async () => {
    const client = await signedIn()
    const watch = (folder: string, project = 'P-17') =>
      detailOf(client.call('addWatch', { body: { ...asked, folder, project } }))
    expect([
      await watch(station.folder),
      await watch(station.data),
      await watch(station.notary),
      await watch(station.base),
      await watch('instrument'),
      await watch('/proc/self/mem'),
      await watch('/nowhere\u0000/x'),
      await watch('/', 'P-9'),
      await detailOf(client.call('addProject', { body: { ...asked, project: 'P-17' } })),
      await detailOf(client.call('addProject', { body: { ...asked, project: '../P' } })),
      await detailOf(client.call('endWatch', { body: { ...asked, watch: 'w9' } })),
    ]).toEqual([
      'folder-watched',
      'folder-own',
      'folder-own',
      'folder-overlaps',
      'folder-relative',
      'folder-is-none',
      'folder-failed',
      'project-not-there',
      'project-there',
      'project-form',
      'watch-not-there',
    ])
    const { warnings, settings } = await client.call('addPerson', {
      body: { ...asked, osAccount: 'mlee-of-nowhere', name: 'Mei Lee' },
    })
    expect(warnings.join()).toContain('there is no account')
    expect(settings.persons.at(-1)).toMatchObject({ id: 'mlee-of-nowhere', name: 'Mei Lee', disabled: false })
  })

  test('loses nothing of changes that come at once, by command and in the app', async () => {
    const client = await signedIn()
    const added = ['P-30', 'P-31', 'P-32', 'P-33']
    await Promise.all([
      ...added.map((project) => client.call('addProject', { body: { ...asked, project } })),
      station.ask('project.add', { project: 'P-34', reason }),
      station.ask('watch.change', { watch: 'w1', device: 'Avance', reason }),
    ])
    const { projects, watches } = await client.call('readSettings', {})
    expect([...projects].sort()).toEqual(['P-17', ...added, 'P-34'])
    expect(watches[0]?.device).toBe('Avance')
    expect(station.verify().code).toBe(0)
  })
})

test('a relay that was set up without an administrator gives its first a code when it is tried out', async () => {
  const { out } = await firstStart()
  const code = /^ {2}code +(\S+) /m.exec(out)?.[1] ?? ''
  const user = /^ {2}user id +(\S+),/m.exec(out)?.[1] ?? ''
  const other = clientAt(String(startPort))
  await other.call('setPasswordByCode', { body: { user, code, newPassword: good } })
  const { token } = await other.call('signIn', { body: { user, password: good } })
  const mine = clientAt(String(startPort), () => token)
  expect((await mine.call('whoAmI', {})).account.roles).toEqual(['administrator'])
  // Once there is a password, no start gives another code.
  await stopStarted()
  expect((await firstStart()).out).not.toContain('first administrator')
})

let startPort = 0
let stopStarted: () => Promise<void> = async () => {}
afterEach(() => stopStarted())

/** `relay start` in a folder of its own, until it says that Ctrl-C stops it and what comes after. */
async function firstStart(): Promise<{ readonly out: string }> {
  if (startPort === 0) startPort = await freePort()
  const script = join(import.meta.dirname, '../../agent/bin/relay.mjs')
  const folders = ['--data', join(station.base, 'tried'), '--watch', join(station.base, 'drop')]
  const child = spawn(process.execPath, [script, 'start', ...folders, '--port', String(startPort)], {
    // What comes of a build is the concern of its own test; where it cannot be had, the relay starts all the same.
    env: { ...process.env, npm_execpath: join(station.base, 'no-npm.mjs') },
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  stopStarted = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  while (!out.includes('Ctrl-C stops')) await new Promise((resolve) => setTimeout(resolve, 100))
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return { out }
}
