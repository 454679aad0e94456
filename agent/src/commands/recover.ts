import { existsSync } from 'node:fs'
import { createFileSecrets, openFileSecrets } from '@compliance-relay/shared/relay'
import { dataFolder } from '../data-folder.ts'
import { recoverSecrets, writeRecovery } from '../recovery.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { readPassphrase } from './passphrase.ts'
import { reading } from './reading.ts'

export const recoverHelp = `relay recover --data DIR --passphrase-file FILE [--recovery FILE] [--json]
      Puts missing keys back from the recovery file. A key that is there is never replaced`

export const recoveryHelp = `relay recovery --data DIR --passphrase-file FILE [--recovery FILE] [--json]
      Writes the recovery file anew with all keys there are, e.g. after a new trail was begun`

const options = {
  data: { type: 'string' },
  'passphrase-file': { type: 'string' },
  recovery: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export async function recoverCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const folder = dataFolder(required(values.data, 'data'))
  const passphrase = readPassphrase(required(values['passphrase-file'], 'passphrase-file'))
  const secrets = existsSync(folder.keys) ? openFileSecrets(folder.keys) : createFileSecrets(folder.keys)
  const result = await recoverSecrets(values.recovery ?? folder.recovery, secrets, passphrase)
  out.write(values.json ? jsonText(result) : printed(result))
  return result.differing.length === 0 ? 0 : 1
}

function printed({
  restored,
  differing,
}: {
  readonly restored: readonly string[]
  readonly differing: readonly string[]
}): string {
  return [
    restored.length === 0 ? 'No key was missing.' : `Put back: ${restored.join(', ')}.`,
    ...(differing.length === 0
      ? []
      : [
          `Not as in the recovery file, and left alone: ${differing.join(', ')}. Move such a file away to have it put back.`,
        ]),
    '',
  ].join('\n')
}

export async function recoveryCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const path = required(values.data, 'data')
  const passphrase = readPassphrase(required(values['passphrase-file'], 'passphrase-file'))
  const file = values.recovery ?? dataFolder(path).recovery
  await reading(path, async ({ folder, trail }) =>
    writeRecovery(file, trail.origin, openFileSecrets(folder.keys), passphrase),
  )
  out.write(values.json ? jsonText({ file }) : `${file} holds all keys there are. Keep a copy elsewhere.\n`)
  return 0
}
