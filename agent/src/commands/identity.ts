import { dataFolder } from '../data-folder.ts'
import { IDENTITY_SECRET_NAME } from '../people/identity-secret.ts'
import { requireReason } from '../reason.ts'
import { openSecrets } from '../secrets.ts'
import { UnusableInput } from '../unusable-input.ts'
import { askRelay, requireRelay } from './ask-relay.ts'
import { type Command, jsonText, type Output, parseOptions, parseWords, required } from './options.ts'
import { withSecretInput } from './secret-input.ts'

const help = `relay identity secret --data DIR --reason TEXT [--json]
      The client secret that the site's identity provider has given this relay, if it has. It is
      asked for, or read as a line of standard input; an empty line removes it. It is kept with the
      keys and used within the hour. The provider itself is set by: relay rules set identity.
      Example: relay identity secret --data /var/lib/relay --reason "the provider gave a new secret"`

const options = {
  data: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const identityCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  if (parseWords(args, options).positionals[0] !== 'secret')
    throw new UnusableInput('relay identity is followed by secret; relay identity --help')
  const { values } = parseOptions(args, options, ['secret'])
  const reason = requireReason(values.reason)
  const folder = dataFolder(required(values.data, 'data'))
  requireRelay(folder)
  const secret = (await withSecretInput((asking) => asking.ask('Client secret'))).trim()
  const secrets = await openSecrets(folder)
  await secrets.remove(IDENTITY_SECRET_NAME)
  if (secret !== '') await secrets.create(IDENTITY_SECRET_NAME, Buffer.from(secret))
  const given = { reason, set: secret !== '' }
  const { seq } = (await askRelay(folder, { command: 'identity.secret', arguments: given })) as {
    seq: number
  }
  const said = secret === '' ? 'There is no client secret.' : 'The client secret is kept.'
  out.write(values.json ? jsonText({ seq, set: given.set }) : `${said} Recorded as record ${seq}.\n`)
  return 0
}
