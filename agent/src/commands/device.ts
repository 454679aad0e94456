import type { SigningKeyView } from '@compliance-relay/shared/api'
import { counted, printable } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import { type Command, jsonText, listText, type Output, parseOptions, parseWords } from './options.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay device list --as ID [--port N] [--data DIR] [--json]
      The signing keys: whose, on which device, and until when each may sign while the relay cannot
      be reached.
  relay device revoke USER/DEVICE --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      For a lost device: what its key signs from then on does not count unless QA decides so.
      ${whereHelp}
      Example: relay device list --as asmith --data /var/lib/relay`

export const deviceCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb = ''] = parseWords(args, personChangeOptions).positionals
  if (verb !== 'list' && verb !== 'revoke')
    throw new UnusableInput('relay device is followed by list or revoke; relay device --help')
  return withSecretInput((asking) => (verb === 'list' ? list(args, out, asking) : revoke(args, out, asking)))
}

async function list(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions, ['list'])
  const answer = await asPerson(values, asking, (client) => client.call('listKeys', {}))
  out.write(
    values.json ? jsonText(answer) : listText(answer.keys.map(lineOf), 'No device has a signing key.'),
  )
  return 0
}

async function revoke(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, personChangeOptions, ['revoke', 'USER/DEVICE'])
  const reason = requireReason(values.reason)
  const [, asked = ''] = words
  const key = await asPerson(values, asking, async (client, password) => {
    const { keys } = await client.call('listKeys', {})
    const found = keys.find((one) => `${one.user}/${one.device}` === asked && one.revoked === null)
    if (found === undefined)
      throw new UnusableInput(`no key of ${asked} is in force: relay device list shows those there are`)
    await client.call('revokeKey', { body: { password, reason, key: found.key } })
    return found.key
  })
  out.write(values.json ? jsonText({ revoked: key }) : `${printable(asked)} signs nothing more.\n`)
  return 0
}

function lineOf({ user, device, since, revoked, leaseUntil, ...counts }: SigningKeyView): string {
  const { signatures, withdrawn, held, refused } = counts
  const signed = [
    counted(signatures, 'signature'),
    ...(withdrawn > 0 ? [`${withdrawn} withdrawn`] : []),
    ...(held > 0 ? [`${held} held`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ].join(', ')
  const state = revoked === null ? `lease until ${leaseUntil ?? '?'}` : `REVOKED ${revoked}`
  return printable(`${`${user}/${device}`.padEnd(28)} since ${since}, ${signed}, ${state}`)
}
