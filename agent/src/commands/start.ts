import { existsSync, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { accountsOf } from '../actors/accounts.ts'
import { dataFolder } from '../data-folder.ts'
import { init } from './init.ts'
import { type Output, parseOptions, wholeNumber } from './options.ts'
import { PORT, run } from './run.ts'

export const startHelp = `relay start [--data relay-data] [--watch instrument-folder] [--port 7411]
      To try it: sets up a relay that watches a folder, if there is none yet, and runs it. The account that
      runs it is enrolled as a person. A laboratory sets up its own with "relay init".`

export async function startCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string', default: 'relay-data' },
    watch: { type: 'string', default: 'instrument-folder' },
    port: { type: 'string' },
  })
  const port = wholeNumber(values.port, 'port', 0, 65_535) ?? PORT
  const folder = dataFolder(values.data)
  const watch = resolve(values.watch)
  if (!existsSync(folder.database)) {
    mkdirSync(watch, { recursive: true })
    const { account, name } = whoRuns()
    const result = await init({
      data: folder.path,
      org: 'lab.example',
      name: relayName(),
      project: 'P-1',
      watch,
      person: [`${account}=${name}`],
    })
    out.write(`A relay has been set up in ${result.data}, its checkpoints are kept in ${result.notary}.\n`)
    out.write(
      `  person     ${name} (account ${account}), who ran this: a laboratory names its own with "relay init --person"\n`,
    )
    out.write(`  passphrase ${result.passphrase ?? ''}  opens ${result.recovery}; it is shown this once\n\n`)
  }
  out.write(`Drop a file or an instrument's data set into ${watch}\n`)
  out.write(
    `See what became of it:  npx relay trail --data ${values.data}      Check it all:  npx relay verify --data ${values.data}\n\n`,
  )
  return run(folder, { hints: true, scanSeconds: 60, rescanSeconds: 600 }, port, out)
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
