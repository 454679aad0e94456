import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { printable } from '@compliance-relay/shared/trail'
import { accountsOf } from '../actors/accounts.ts'
import { type DataFolder, dataFolder, hasDatabase } from '../data-folder.ts'
import { makeFolder } from '../make-folder.ts'
import { activeWatches, parseSettings } from '../settings.ts'
import { tryWriterLock } from '../sqlite/writer-lock.ts'
import { UnusableInput } from '../unusable-input.ts'
import { buildApp, buildingHere } from './build-app.ts'
import { type InitResult, init } from './init.ts'
import { jsonLine, type Output, parseOptions } from './options.ts'
import { portOf } from './port-option.ts'
import { reading } from './reading.ts'
import { run as runRelay } from './run.ts'

export const startHelp = `relay start [--data relay-data] [--watch instrument-folder] [--port N] [--json]
      To try it out: sets up a relay that watches a folder, unless there is one already, builds the
      review app if it is missing or older than its sources, and runs the relay. The account that
      runs it is enrolled as a person. Where nobody can sign in yet, they are the first
      administrator, and a one-time code for their password is printed. It prints sentences; with
      --json, and by relay run, every event is a JSON line. A laboratory uses relay init instead.
      Example: relay start`

export async function startCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string', default: 'relay-data' },
    watch: { type: 'string' },
    port: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const port = portOf(values.port)
  const folder = dataFolder(values.data)
  const watch = resolve(values.watch ?? 'instrument-folder')
  const isThere = hasDatabase(folder)
  if (isThere) requireStopped(folder)
  const watched = isThere ? await watchedBy(folder, values.watch) : [watch]
  if (!isThere) {
    makeFolder(watch, 0o755)
    const { account, name } = whoRuns()
    const result = await init({
      data: folder.path,
      org: 'lab.example',
      name: relayName(),
      project: 'P-1',
      watch,
      person: [`${account}=${name}`],
    })
    if (values.json) out.write(jsonLine({ setUp: result }))
    else sayHello(result, name, account, out)
  }
  if (!values.json) {
    out.write(`Drop a file or an instrument's data set into ${watched.map(shownPlace).join(' or ')}\n`)
    out.write(
      `See what became of it:  npx relay trail --data ${values.data}\nCheck it all:           npx relay verify --data ${values.data}\n\n`,
    )
  }
  const { json } = values
  await buildApp(
    buildingHere(process.env['npm_execpath'], (line) =>
      out.write(json ? jsonLine({ app: line }) : `${line}\n`),
    ),
  )
  const { account, name } = whoRuns()
  const run = { hints: true, scanSeconds: 60, rescanSeconds: 600 }
  return runRelay(folder, run, port, { ...out, json, inWords: !json, first: { id: account, name } })
}

function sayHello(result: InitResult, name: string, account: string, out: Output): void {
  out.write(`A relay has been set up in ${result.data}, its checkpoints are kept in ${result.notary}.\n`)
  out.write(
    `  person     ${name} (account ${account}), who ran this: a laboratory names its own with "relay init --person"\n`,
  )
  out.write(
    `  passphrase ${result.passphrase ?? ''}  opens ${result.recovery}; it is shown this once: write it down\n`,
  )
  out.write(`  key        ${result.vkey}\n`)
  out.write('             Kept outside this machine, anybody can check the trail with it.\n\n')
}

/** Before a word is said of what can be done with it. */
function requireStopped(folder: DataFolder): void {
  const lock = tryWriterLock(folder.lock)
  if (lock === undefined)
    throw new UnusableInput(
      `a relay is running on ${folder.path} already: relay status --data ${folder.path} says how it is`,
    )
  lock.release()
}

function shownPlace(path: string): string {
  return `${printable(path)}${existsSync(path) ? '' : ' (which is not there now)'}`
}

/** What a relay that is there watches. Another folder is not put under watch in passing: that takes a reason. */
async function watchedBy(folder: DataFolder, asked: string | undefined): Promise<readonly string[]> {
  const watches = await reading(folder.path, ({ host }) => activeWatches(parseSettings(host.settings())))
  const paths = watches.map(({ path }) => path)
  if (asked !== undefined && !paths.includes(resolve(asked)))
    throw new UnusableInput(
      `the relay in ${folder.path} watches ${paths.join(', ')}, not ${resolve(asked)}; to have it watched, too: relay watch add`,
    )
  return paths
}

/** The account this runs under, and the full name the system has for it. */
function whoRuns(): { readonly account: string; readonly name: string } {
  const { name: account, fullName } = accountsOf(process.platform).currentAccount()
  return { account, name: fullName ?? account }
}

function relayName(): string {
  const name = hostname()
    .toLowerCase()
    .split('.')[0]
    ?.replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
  return name === undefined || name === '' ? 'workstation' : name
}
