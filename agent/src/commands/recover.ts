import { resolve } from 'node:path'
import { printable } from '@compliance-relay/shared/trail'
import { dataFolder } from '../data-folder.ts'
import { messageOf } from '../error-message.ts'
import { PEPPER_NAME } from '../people/opened-people.ts'
import { requireReason } from '../reason.ts'
import {
  allSecrets,
  type Recovery,
  type RecoveryWriting,
  readRecovery,
  recoverSecrets,
  renewRecovery,
} from '../recovery.ts'
import { openOrCreateSecrets, openSecrets } from '../secrets.ts'
import { secretNames } from '../trail-keys.ts'
import { UnusableInput } from '../unusable-input.ts'
import { askRelay, requireRelay } from './ask-relay.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { newPassphrase, readPassphrase } from './passphrase.ts'
import { reading } from './reading.ts'
import { whereTyped } from './typed-next.ts'

export const recoverHelp = `relay recover --data DIR --passphrase-file FILE [--recovery FILE] [--json]
      Puts missing keys back from the recovery file. A key that is there is never replaced: exit
      code 1 if one is not as in the file, or cannot be used.
      Example: relay recover --data /var/lib/relay --passphrase-file passphrase.txt`

export const recoveryHelp = `relay recovery --data DIR --passphrase-file FILE [--new-passphrase-file FILE]
           [--reason TEXT] [--recovery FILE] [--json]
      Writes the recovery file anew with all present keys, for example after a new trail was begun.
      The passphrase has to open the old file, which is kept beside the new one (....before). The
      writing is a record. For "relay account recover" the new file counts three days later, or once
      an administrator confirms it (relay account confirm-recovery).
      --new-passphrase-file  the passphrase of the new file; the same as before unless given
  relay recovery --data DIR --replace --reason TEXT [--new-passphrase-file FILE]
           [--recovery FILE] [--json]
      For a passphrase that is lost. Keys that only the old file holds are not in the new one.
      Without --new-passphrase-file a passphrase is made up and printed once.
      Example: relay recovery --data /var/lib/relay --passphrase-file passphrase.txt`

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
  requireRelay(folder)
  const secrets = await openOrCreateSecrets(folder)
  const result = await recoverSecrets(values.recovery ?? folder.recovery, secrets, passphrase)
  const strange = await reading(folder.path, ({ trails }) => {
    const names = [PEPPER_NAME, ...trails.flatMap(({ origin }) => Object.values(secretNames(origin)))]
    return result.restored.filter((name) => !names.includes(name))
  })
  const text = () => `${printed(result)}${strangeText(strange)}${nextText(result, folder.path)}`
  out.write(values.json ? jsonText({ ...result, strange }) : text())
  return result.differing.length + result.unusable.length === 0 ? 0 : 1
}

function strangeText(strange: readonly string[]): string {
  if (strange.length === 0) return ''
  return `No trail of this folder has ${strange.join(', ')}: keys go with the data folder they were made for, and alone they bring no record back.\n`
}

function nextText({ restored, differing, unusable }: Recovery, data: string): string {
  if (restored.length === 0 || differing.length + unusable.length > 0) return ''
  const typed = whereTyped({ data })
  return `Next, in this order:\n  1. everything is checked:\n     relay verify${typed}\n  2. the relay goes on:\n     relay run${typed}\n`
}

function printed({ restored, differing, unusable }: Recovery): string {
  const isRight = differing.length + unusable.length === 0
  const lines = [
    ...(restored.length > 0 ? [`Put back: ${restored.join(', ')}.`] : []),
    ...(restored.length === 0 && isRight ? ['No key was missing.'] : []),
    ...differing.map((name) => `Left alone: ${name} is another key than the one in the recovery file.`),
    ...unusable.map(({ name, reason }) => `Left alone: ${name} cannot be used: ${printable(reason)}.`),
    ...(isRight
      ? []
      : ['To have the key of the recovery file put back, move the other one away and run this again.']),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

const recoveryOptions = {
  ...options,
  'new-passphrase-file': { type: 'string' },
  replace: { type: 'boolean', default: false },
  reason: { type: 'string' },
} as const

export async function recoveryCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, recoveryOptions)
  const folder = dataFolder(required(values.data, 'data'))
  const file = resolve(values.recovery ?? folder.recovery)
  const newFile = values['new-passphrase-file']
  if (values.replace && values['passphrase-file'] !== undefined)
    throw new UnusableInput(
      '--replace is for a passphrase that is lost: leave it out where --passphrase-file is given',
    )
  if (!values.replace && readRecovery(file) !== undefined && values['passphrase-file'] === undefined)
    throw new UnusableInput(
      `--passphrase-file is missing: ${file} is there, and only its passphrase may renew it; if that is lost: --replace --reason TEXT`,
    )
  const reason =
    values.replace || values.reason !== undefined
      ? requireReason(values.reason)
      : newFile === undefined
        ? 'all keys there are, written anew'
        : 'written anew, under a new passphrase'
  const passphrase =
    values['passphrase-file'] === undefined ? undefined : readPassphrase(values['passphrase-file'])
  const isMadeUp = newFile === undefined && passphrase === undefined
  const next = newFile === undefined ? (passphrase ?? newPassphrase()) : readPassphrase(newFile)
  requireRelay(folder)
  const written = await reading(folder.path, async ({ trail }) =>
    renewRecovery({
      file,
      origin: trail.origin,
      secrets: await allSecrets(await openSecrets(folder)),
      passphrase,
      newPassphrase: next,
    }),
  )
  const recording = await recorded(folder, { ...written, reason }, isMadeUp ? next : undefined)
  const { seq, countsFrom, canBeConfirmed } = recording
  const said = { seq, countsFrom, canBeConfirmed }
  const result = { ...said, ...written, reason, ...(isMadeUp ? { passphrase: next } : {}) }
  out.write(values.json ? jsonText(result) : printedWriting(result, folder.path))
  return 0
}

/** What the relay says of a writing it has recorded. */
interface Recorded {
  readonly seq: number
  /** From when it opens an account, if that is not at once; until then the one before does. */
  readonly countsFrom: string | null
  /** It opens no account before three days are over, unless an administrator, and there is one, confirms it. */
  readonly canBeConfirmed: boolean
}

/** The file is there by now: whatever hinders the record, whoever asked must hear of both. */
async function recorded(
  folder: ReturnType<typeof dataFolder>,
  writing: RecoveryWriting,
  passphrase: string | undefined,
): Promise<Recorded> {
  try {
    return (await askRelay(folder, {
      command: 'recovery.written',
      arguments: { ...writing },
    })) as Recorded
  } catch (error) {
    const opens = passphrase === undefined ? '' : `, its passphrase is ${passphrase}`
    throw new UnusableInput(
      `${writing.file} is written${opens}, but no record was made of it: ${messageOf(error)}`,
    )
  }
}

function printedWriting(
  result: RecoveryWriting & Recorded & { readonly passphrase?: string },
  data: string,
): string {
  const { file, keys, sha256, before, leftOut = [], passphrase, seq, countsFrom, canBeConfirmed } = result
  return [
    `${printable(file)} is written. Keep a copy elsewhere.`,
    ...keys.map((key, i) => `  ${(i === 0 ? 'holds' : '').padEnd(10)} ${key}`),
    ...(before === null
      ? []
      : [`  before     ${printable(before.kept)}, as it was: the passphrase it had still opens it`]),
    ...(leftOut.length === 0 ? [] : [`  NOT IN IT  ${leftOut.join(', ')}: only the one before has them`]),
    ...(passphrase === undefined
      ? []
      : [`  passphrase ${passphrase}  It is shown this once. Write it down.`]),
    `  recorded   as record ${seq}`,
    ...(countsFrom === null
      ? []
      : [`  counts     for relay account recover from ${countsFrom} on; until then the one before does`]),
    ...(canBeConfirmed
      ? [
          '             or at once, if an administrator confirms it:',
          `             relay account confirm-recovery --as ADMIN --reason TEXT${whereTyped({ data })} --digest \\`,
          `               ${sha256}`,
        ]
      : []),
    '',
  ].join('\n')
}
