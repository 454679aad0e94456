import { resolve } from 'node:path'
import { openFileNotary } from '@compliance-relay/shared/relay'
import { dataFolder } from '../data-folder.ts'
import { requireReason } from '../reason.ts'
import { readSettings } from '../recorded-settings.ts'
import { requireNotaryOpen } from '../settings-edits.ts'
import { UnusableInput } from '../unusable-input.ts'
import { askRelay, requireRelay } from './ask-relay.ts'
import { type Command, jsonText, type Output, parseOptions, parseWords, required } from './options.ts'
import { reading } from './reading.ts'
import { recoveryProof } from './recovery-proof.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay notary set FOLDER --data DIR --reason TEXT [--recovery FILE] [--json]
      Says where the notary of this relay lies now, if its folder was moved; or which it is, where
      records that are lost leave that open and relay status tells so, and again if it was said
      wrong. Another than the one that is known is not taken. It takes the recovery file, the one in
      DIR if none is named, and asks for its passphrase. No relay may be running on DIR; the next
      start asks that notary.
      Example: relay notary set /var/lib/relay-notary --data /var/lib/relay \\
                 --reason "the folder it was set up with, as the IQ protocol has it"`

const options = {
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  reason: { type: 'string' },
  recovery: { type: 'string' },
} as const

export const notaryCommand: Command = {
  help,
  run: (args, out) => withSecretInput((asking) => setNotary(args, out, asking)),
}

async function setNotary(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const [verb] = parseWords(args, options).positionals
  if (verb !== 'set') throw new UnusableInput('relay notary is followed by set; relay notary --help')
  const { values, words } = parseOptions(args, options, [verb, 'FOLDER'])
  const folder = dataFolder(required(values.data, 'data'))
  const asked = { folder: resolve(words[1] ?? ''), reason: requireReason(values.reason) }
  requireRelay(folder)
  // Before anything is asked for. Whether it is so, the relay itself sees to.
  const identity = await (await openFileNotary(asked.folder)).identity()
  await reading(folder.path, async ({ host, trail }) =>
    requireNotaryOpen(readSettings(host, trail), identity),
  )
  const proof = await recoveryProof(folder, values.recovery ?? folder.recovery, asking)
  const { seq } = (await askRelay(folder, { command: 'notary.set', arguments: { ...asked, ...proof } })) as {
    seq: number
  }
  const said = seq === -1 ? 'Nothing changed' : `Recorded as record ${seq}`
  out.write(
    values.json ? jsonText({ seq, folder: asked.folder }) : `${said}: the next start asks that notary.\n`,
  )
  return 0
}
