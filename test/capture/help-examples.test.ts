import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandNamed, commandNames } from '../../agent/src/cli.ts'
import { relayCommand } from '../support/documented-commands.ts'
import { freePort } from '../support/free-port.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { account, Workstation } from '../support/workstation.ts'

/*
 * The example that ends the help of each command, typed as it stands into a real relay, in the order of the help. Only
 * folders, record numbers and a key are put in the place of those it names; nothing but that this account is a person,
 * and what passphrase there is, is added.
 */

const good = 'gravel spoon tundra 41'
const passphrase = 'orchid-lantern-74-gravel'

let station: Workstation
let folder: string
let running: ChildProcess | undefined

beforeAll(async () => {
  station = new Workstation()
  folder = join(station.base, 'typed')
  for (const made of [folder, join(station.base, 'hplc')]) mkdirSync(made)
  relayCommand(folder, String(await freePort()))
  writeFileSync(join(folder, 'passphrase.txt'), `${passphrase}\n`)
  chmodSync(join(folder, 'passphrase.txt'), 0o600)
})
afterAll(async () => {
  await end()
  await station.remove()
})

async function exampleOf(name: string): Promise<string> {
  const { help } = await commandNamed(name)
  const [, example = ''] = /^ {6}Example: (relay (?:.*\\\n)*.*)$/m.exec(help) ?? []
  return example
    .replaceAll('/var/lib/relay', station.data)
    .replaceAll('/data/nmr', station.folder)
    .replaceAll('/data/hplc', join(station.base, 'hplc'))
}

const inFolder = () => ({ cwd: folder, env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` } })

function typed(command: string, ...lines: readonly string[]): string {
  const input = lines.map((line) => `${line}\n`).join('')
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    ...inFolder(),
    input,
    encoding: 'utf8',
  })
  // All is well, or, while something was not claimed, there is something that needs attention.
  const isDone = status === 0 || (command.startsWith('relay status ') && status === 3)
  expect({ command, isDone, stderr: isDone ? '' : stderr }).toEqual({ command, isDone: true, stderr: '' })
  return stdout
}

/** One that goes on until it is stopped. */
async function goesOn(command: string): Promise<void> {
  const child = spawn('bash', ['-c', `exec ${command}`], { ...inFolder(), stdio: ['ignore', 'pipe', 'pipe'] })
  running = child
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text).slice(-10_000)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('is running')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${said}`)))
  })
}

async function end(): Promise<void> {
  const child = running
  running = undefined
  if (child === undefined || child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

/** The record a command is to name: the last one of this kind. */
const seqOf = (kind: string) => String(station.records().findLast((record) => record.kind === kind)?.seq)

const codeIn = (out: string) => /^(?: {2}code +)?([0-9A-Z]{4}(?:-[0-9A-Z]{4})+)$/m.exec(out)?.[1] ?? ''

/** Examples that take more than to be typed. */
const others: { readonly [name: string]: (example: string) => void | Promise<void> } = {
  start: async (example) => {
    await goesOn(example)
    await end()
  },
  init: (example) => {
    const out = typed(`${example} --passphrase-file passphrase.txt --quiet 1`)
    code = codeIn(out)
  },
  run: async (example) => {
    await goesOn(example)
    station.write('unclaimed.txt', 'written by nobody who is enrolled')
    await station.settled()
    typed('relay account password asmith --code', code, good)
    const me = `relay person add ${account}="Test Person" --data ${station.data} --reason "writes files in this test"`
    typed(me)
    writeRun(join(station.folder, '10'), brukerRun())
    station.write('result.txt', 'what was measured')
    await station.settled()
  },
  account: (example) => {
    typed('relay account password jdoe --code', codeIn(typed(example, good)), good)
  },
  claim: (example) => {
    const seq = seqOf('capture.refused')
    expect(typed(example.replace(' 31 ', ` ${seq} `), good)).toMatch(/: claimed: record \d+ is the claim/)
  },
  // It is where it was, and the relay runs.
  notary: (example) => {
    const { status, stderr } = spawnSync('bash', ['-c', example], { ...inFolder(), encoding: 'utf8' })
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('stop the relay first'),
    })
  },
  identity: (example) => void typed(example, 'the client secret'),
  manifest: (example) => {
    expect(typed(example.replace(' 12 ', ` ${seqOf('dataset.created')} `))).toContain('  fid\n')
  },
  report: (example) => {
    const [, key = ''] = /^ {2}key +(\S+)$/m.exec(typed(`relay keys --data ${station.data}`)) ?? []
    typed(example.replace('KEY LINE', key))
  },
  page: (example) => {
    execFileSync(process.execPath, [join(import.meta.dirname, '../../web/build/main.ts')])
    expect(typed(example)).toMatch(/^SHA-256 +[0-9a-f]{64}$/m)
  },
}
let code = ''

test('the example in the help of each command does what it is there for', async () => {
  for (const name of commandNames) {
    const example = await exampleOf(name)
    const other = Object.hasOwn(others, name) ? others[name] : undefined
    if (other === undefined) typed(example, good)
    else await other(example)
  }
  await end()
  expect(
    execFileSync(
      process.execPath,
      [join(import.meta.dirname, '../../agent/bin/relay.mjs'), 'verify', '--data', station.data],
      { encoding: 'utf8' },
    ),
  ).toContain('No findings')
})
