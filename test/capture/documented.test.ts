import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  documentedCommands,
  documentedProgram,
  relayCommand,
  replaced,
} from '../support/documented-commands.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* What the documents tell people to type, typed into a real relay. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'as agreed with the head of the laboratory']

let station: Workstation
let port: string
/** Where the commands are typed. */
let folder: string

beforeEach(async () => {
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  folder = join(station.base, 'typed')
  mkdirSync(folder)
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

async function begin(): Promise<void> {
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  expect(asking([code, good], 'account', 'password', 'asmith', '--code').code).toBe(0)
}

function asking(typed: readonly string[], ...args: string[]) {
  return station.tryRelayWith(`${typed.join('\n')}\n`, ...args, '--port', port)
}

/** Every command of them has to be done: the first that is not ends it. */
function shell(commands: string, typed: readonly string[] = []) {
  const path = `${folder}:${process.env['PATH']}`
  return spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    encoding: 'utf8',
    input: typed.map((line) => `${line}\n`).join(''),
    env: { ...process.env, PATH: path },
  })
}

const read = (file: string) => readFileSync(join(folder, file), 'utf8')

test('the commands of agent/API.md sign in, read, export and sign out with curl', async (context) => {
  const hasCurl = spawnSync('curl', ['--version']).status === 0
  context.skip(!hasCurl, 'skipped: not present: curl')
  await begin()
  station.write('result.txt', 'what was measured')
  await station.settled()
  const issued = asking([good], 'feed-token', 'add', 'LIMS', '--as', 'asmith', ...why, '--json')
  const { token } = JSON.parse(issued.out) as { token: string }
  const added = asking(
    [good],
    'account',
    'add',
    'jdoe=Jane Doe',
    '--role',
    'auditor',
    '--as',
    'asmith',
    ...why,
    '--json',
  )
  expect(asking([JSON.parse(added.out).code, good], 'account', 'password', 'jdoe', '--code').code).toBe(0)
  writeFileSync(join(folder, 'sign-in.json'), JSON.stringify({ user: 'jdoe', password: good }))
  writeFileSync(join(folder, 'feed.header'), `authorization: Bearer ${token}\n`)
  const commands = replaced(documentedCommands('agent/API.md'), { '127.0.0.1:7411': `127.0.0.1:${port}` })
  const { status, stdout, stderr } = shell(commands)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })

  expect(stdout).toContain('"trail":"lab.example/t/ws-test/')
  expect(stdout).toContain('"id":"jdoe","name":"Jane Doe","roles":["auditor"]')
  expect(JSON.parse(read('openapi.json'))).toMatchObject({ openapi: '3.1.1' })
  const kinds = read('feed.jsonl').trim().split('\n')
  expect(kinds.map((line) => JSON.parse(line).record?.kind)).toContain('file.created')
  // What is then waited for is told from there on; whether there is news within a second is chance.
  expect(kinds.at(-1)).toMatch(/^\{"cursor":"[0-9a-f]{16}\.[0-9]+"/)
  const [origin, size] = read('checkpoint').split('\n')
  expect(origin).toMatch(/^lab\.example\/t\/ws-test\//)
  expect(readFileSync(join(folder, 'tile'))).toHaveLength(32 * Number(size))
  const [{ fingerprint }] = JSON.parse(read('trail-keys.json')).keys as [{ fingerprint: string }]
  const bag = join(folder, 'export.zip')
  expect(station.tryRelay('verify', bag, '--fingerprint', fingerprint)).toMatchObject({ code: 0 })
  expect(read('export.pdf').slice(0, 5)).toBe('%PDF-')
  // Signed out: the token opens nothing any more.
  const after = execFileSync(
    'curl',
    ['-sS', '-H', '@session.header', `http://127.0.0.1:${port}/v1/session`],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  expect(JSON.parse(after)).toMatchObject({ code: 'unauthenticated' })
})

test('the program of agent/API.md enrols a key, signs by the steps of the site, and takes a signature back', async () => {
  await begin()
  const admin = (typed: readonly string[], ...args: string[]) => {
    const done = asking(typed, ...args)
    expect(done, args.join(' ')).toMatchObject({ code: 0, error: '' })
    return done.out
  }
  const invited = (id: string, role: string) => {
    const named = ['account', 'add', `${id}=Person ${id}`, '--role', role]
    const added = admin([good], ...named, '--as', 'asmith', ...why, '--json')
    admin([JSON.parse(added).code, good], 'account', 'password', id, '--code')
  }
  invited('bking', 'administrator')
  for (const [id, role] of [
    ['jdoe', 'reviewer'],
    ['qlee', 'qa'],
  ] as const) {
    invited(id, role)
    const check = ['--identity-check', 'passport shown to Anna Smith']
    admin([good], 'account', 'propose-signer', id, ...check, '--as', 'asmith', ...why)
    admin([good], 'account', 'grant-signer', id, '--as', 'bking', ...why)
    mkdirSync(join(folder, id))
    writeFileSync(join(folder, id, 'sign-in.json'), JSON.stringify({ user: id, password: good }), {
      mode: 0o600,
    })
  }
  const steps = 'P-17=reviewed:reviewer,approved:qa,independent'
  admin([good], 'rules', 'set', 'signing', steps, '--as', 'asmith', ...why)
  station.write('result.txt', 'what was measured')
  await station.settled()
  const seq = station.records().find(({ kind }) => kind === 'file.created')?.seq

  writeFileSync(join(folder, 'sign.mjs'), documentedProgram('agent/API.md'))
  const signs = (id: string, place: number | undefined, meaning: string) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'sign.mjs'), String(place), meaning, 'integration checked'],
      {
        cwd: join(folder, id),
        encoding: 'utf8',
        env: { ...process.env, RELAY: `http://127.0.0.1:${port}` },
      },
    )
    return { status, stderr, told: stdout.trim().split('\n').at(-1) }
  }
  const accepted = { status: 0, stderr: '', told: 'accepted: It is a signature from now on.' }
  expect(signs('qlee', seq, 'approved')).toMatchObject({
    status: 1,
    told: expect.stringMatching(
      /^refused: out-of-step: It is not the turn .* covers its record\. Due on record \d+: reviewed by reviewer\.$/,
    ),
  })
  expect(signs('jdoe', seq, 'reviewed')).toEqual(accepted)
  await station.settled()
  expect(signs('qlee', seq, 'approved')).toEqual(accepted)
  expect(signs('qlee', seq, 'approved').told).toMatch(/^refused: signed-before: /)
  const approval = station.records().filter(({ kind }) => kind === 'signature.applied')[1]?.seq
  expect(signs('jdoe', approval, 'withdrawn').told).toMatch(/^refused: forbidden: /)
  const withdrawn = { ...accepted, told: 'accepted: The signature is withdrawn from now on.' }
  expect(signs('qlee', approval, 'withdrawn')).toEqual(withdrawn)
  const list = admin([good], 'signature', 'list', '--as', 'qlee')
  expect(list).toContain('WITHDRAWN by record')
  expect(list).toMatch(/^ +taken in between \S+ and \S+ by the clock of the relay$/m)
  expect(station.verify()).toMatchObject({ code: 0, out: expect.stringContaining('3 e-signatures') })
  // The key is closed by the password, and what was signed is kept.
  expect(read('jdoe/device.json')).toContain('ENCRYPTED PRIVATE KEY')
  expect(read('jdoe/statement-1.note')).toContain('compliance-relay/esign/v1')

  // A lease that is near its end is changed for another.
  const leases = () => station.records().filter(({ kind }) => kind === 'lease.issued').length
  const before = leases()
  const nearEnd = JSON.parse(read('jdoe/device.json'))
  nearEnd.lease = nearEnd.lease.replace(/"notAfter":"[^"]+"/, `"notAfter":"${new Date().toISOString()}"`)
  writeFileSync(join(folder, 'jdoe/device.json'), JSON.stringify(nearEnd))
  expect(signs('jdoe', seq, 'reviewed').told).toMatch(/^refused: signed-before: /)
  expect(leases()).toBe(before + 1)
  expect(JSON.parse(read('jdoe/device.json')).lease).not.toBe(nearEnd.lease)

  // After a change of the password it says what to do, and a new key signs.
  const changed = 'nickel otter canvas 17'
  admin([good, changed], 'account', 'password', 'jdoe')
  expect(signs('jdoe', seq, 'reviewed').stderr).toMatch(/^\/v1\/session: .*sign-in-refused.*\n$/)
  writeFileSync(join(folder, 'jdoe/sign-in.json'), JSON.stringify({ user: 'jdoe', password: changed }))
  expect(signs('jdoe', seq, 'reviewed')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^The key in device\.json [^\n]* delete device\.json and run this again[^\n]*\n$/,
    ),
  })
  rmSync(join(folder, 'jdoe/device.json'))
  station.write('second.txt', 'what was measured next')
  await station.settled()
  const next = station.records().findLast(({ kind }) => kind === 'file.created')?.seq
  expect(signs('jdoe', next, 'reviewed')).toEqual(accepted)
})

test('the commands of agent/PEOPLE.md run in their order, each as it stands', async () => {
  const base = new Workstation({ usualPort: true, init: ['--quiet', '1'] })
  await station.remove()
  station = base
  folder = join(station.base, 'typed')
  mkdirSync(folder)
  const passphrase = /^ {2}passphrase (\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  relayCommand(folder, port)
  const commands = replaced(documentedCommands('agent/PEOPLE.md'), { '/var/lib/relay': station.data })
  let code = ''
  let asmiths = good
  for (const command of commands.split('\n').filter((line) => line !== '')) {
    const isRecovery = command.includes('account recover')
    // The password that a recovery has ended is not taken again.
    if (isRecovery) asmiths = 'nickel otter canvas 17'
    const own = command.includes('asmith') ? asmiths : good
    const typed = command.includes('--code') ? [code, own] : isRecovery ? [passphrase, good] : [own]
    const { status, stdout, stderr } = shell(command, typed)
    expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' })
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
    code = /^[0-9A-Z]{4}(?:-[0-9A-Z]{4})+$/m.exec(stdout)?.[0] ?? ''
  }
  const kinds = station.records().map(({ kind }) => kind)
  for (const kind of ['account.added', 'signer.granted', 'rules.changed', 'account.recovered'])
    expect(kinds).toContain(kind)
  expect(station.verify().code).toBe(0)
})
