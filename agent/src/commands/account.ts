import {
  type AccountView,
  type Asked,
  type Client,
  isRole,
  passwordChangeSentence,
  type ResultOf,
  type Role,
  roles,
} from '@compliance-relay/shared/api'
import { printable, shown } from '@compliance-relay/shared/trail'
import { personsLinked } from '../actors/linked-names.ts'
import { parsePersonOption } from '../actors/person-option.ts'
import { dataFolder } from '../data-folder.ts'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import {
  type AskedAt,
  accountListText,
  accountText,
  afterRecovery,
  recoveryFilesText,
  reviewText,
} from './account-text.ts'
import { asPerson, clientAt, portAsked, signedIn, type Where, whereHelp, whereOptions } from './as-person.ts'
import { askRelay } from './ask-relay.ts'
import { digestOption } from './digest-option.ts'
import { type Command, jsonText, type Output, parseOptions, parseWords, required } from './options.ts'
import type { recoveryProof } from './recovery-proof.ts'
import { roleLines } from './role-text.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay account first ID="Full Name" --data DIR [--recovery FILE] [--json]
      The first administrator; only where there is no account yet. Prints a one-time code with which
      they set their password within 15 minutes. Until they have, it can be asked for again. Where
      there were accounts and their records are lost, it takes the recovery file, with --recovery
      while the relay is stopped, and asks for its passphrase.
  relay account password ID [--code] [--port N] [--data DIR] [--json]
      Sets your own password: with --code by a one-time code, else by your present password.
  relay account list --as ID [--port N] [--data DIR] [--json]
  relay account review --as QA [--digest HEX --reason TEXT] [--port N] [--data DIR] [--json]
      For the yearly review by QA: lists who there is, what each may do, and who signed in when. The
      last line of the list is the command that records the review.
  relay account add ID="Full Name" --role ROLE --as ADMIN --reason TEXT
                    [--port N] [--data DIR] [--json]
      Prints a one-time code for the owner of the account. A user id is never used again. Roles:
      ${roles.join(', ')}. Repeat --role for two that go together.
      Without --role it says what each may do.
  relay account change ID [--full-name "Full Name"] [--role ROLE] --as ADMIN --reason TEXT
                       [--port N] [--data DIR] [--json]
      Other roles end the right to sign.
  relay account disable|enable|retire|unlock|end-sessions|reset ID --as ADMIN --reason TEXT
                       [--port N] [--data DIR] [--json]
      disable: nobody can sign in with it, and its sessions end at once. enable: takes that back.
      retire: for good. unlock: after too many wrong passwords. end-sessions: whoever is signed in
      with it has to sign in again. reset: prints a one-time code for a forgotten password. If the
      account may sign, a second administrator has to ask for the reset, too, and gets the code; the
      right to sign and its keys end.
  relay account link ID --issuer URL --subject TEXT --as ADMIN --reason TEXT
                     [--port N] [--data DIR] [--json]
      Says who the account is at the site's identity provider. Then they can sign in there, and
      tokens of the site's own software can say that they are present.
  relay account unlink ID --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      Takes that back. Sessions that were opened through the provider end at once.
  relay account propose-signer ID --identity-check TEXT --as ADMIN --reason TEXT
                               [--port N] [--data DIR] [--json]
      Proposes the right to sign, and says how the person's identity was checked.
  relay account grant-signer|withdraw-signer ID --as ADMIN --reason TEXT
                             [--port N] [--data DIR] [--json]
      grant-signer: by another administrator than the one who proposed it.
  relay account recover ID [--second ID] --data DIR --reason TEXT [--recovery FILE] [--json]
      Where no administrator can sign in any more: gives the administrator ID a one-time code. It
      asks for the passphrase of the recovery file and the password of a second person, who is of QA
      if anybody there can sign in. If nobody else can sign in at all, leave --second out: the
      recovery is announced, and the same command carries it out three days later. A recovery file
      written after the set-up counts from three days after that, or once an administrator confirms
      it; until then the one before counts. Works while the relay is stopped, too.
  relay account confirm-recovery --as ADMIN [--digest HEX --reason TEXT]
                                 [--port N] [--data DIR] [--json]
      Lists the recovery files that were written and do not count yet, by their SHA-256. With
      --digest one of them counts at once, and none before it opens anything.
      Standard input takes a line for each question. Of "password": the one-time code or the present
      password, then the new one. Of "recover": the passphrase, then the password of --second.
      ${whereHelp}
      Example: relay account add jdoe="Jane Doe" --role reviewer --as asmith \\
                 --data /var/lib/relay --reason "joins the NMR group"`

const common = { json: { type: 'boolean', default: false }, ...whereOptions } as const
const byAdministrator = { ...common, as: { type: 'string' } } as const
const withReason = { ...byAdministrator, reason: { type: 'string' } } as const
const everything = {
  ...withReason,
  code: { type: 'boolean', default: false },
  role: { type: 'string', multiple: true },
  'full-name': { type: 'string' },
  'identity-check': { type: 'string' },
  digest: { type: 'string' },
  second: { type: 'string' },
  recovery: { type: 'string' },
  issuer: { type: 'string' },
  subject: { type: 'string' },
} as const

type Values = ReturnType<typeof parseOptions<typeof everything>>['values']
type PlainAct =
  | 'disableAccount'
  | 'enableAccount'
  | 'retireAccount'
  | 'unlockAccount'
  | 'endSessions'
  | 'resetAccount'
  | 'unlinkAccount'
  | 'grantSigner'
  | 'withdrawSigner'

const plainActs: { readonly [verb: string]: PlainAct } = {
  disable: 'disableAccount',
  enable: 'enableAccount',
  retire: 'retireAccount',
  unlock: 'unlockAccount',
  'end-sessions': 'endSessions',
  reset: 'resetAccount',
  unlink: 'unlinkAccount',
  'grant-signer': 'grantSigner',
  'withdraw-signer': 'withdrawSigner',
}

export const accountCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb = ''] = parseWords(args, everything).positionals
  return withSecretInput((asking) => carryOut(verb, args, out, asking))
}

/** It takes what opens a relay: all other commands about accounts need not wait for that. */
const proofIn: typeof recoveryProof = async (...args) =>
  (await import('./recovery-proof.ts')).recoveryProof(...args)

async function carryOut(
  verb: string,
  args: readonly string[],
  out: Output,
  asking: SecretInput,
): Promise<number> {
  const plain = Object.hasOwn(plainActs, verb) ? plainActs[verb] : undefined
  if (plain !== undefined) {
    const { values, words } = read(args, withReason, verb, 'ID')
    const reason = requireReason(values.reason)
    const answer = await asPerson(values, asking, (client, password) =>
      client.call(plain, { id: words[1] ?? '', body: { password, reason } } as Asked<typeof plain>),
    )
    return say(values, words[1] ?? '', out, answer)
  }
  switch (verb) {
    case 'first': {
      const options = { json: common.json, data: common.data, recovery: everything.recovery }
      const { values, words } = read(args, options, verb, 'ID="Full Name"')
      const named = { ...parsePersonOption(words[1] ?? '', 'ID') }
      const folder = dataFolder(required(values.data, 'data'))
      const answer = (await askRelay(folder, {
        command: 'account.first',
        arguments: {
          ...named,
          // What is asked for where there were accounts once.
          ...(values.recovery === undefined ? {} : await proofIn(folder, values.recovery, asking)),
        },
      })) as { code: string }
      say(values, named.id, out, answer)
      if (values.recovery !== undefined && !values.json)
        out.write(`${afterRecovery(named.id, values, true).map(printable).join('\n')}\n`)
      return 0
    }
    case 'password': {
      const { values, words } = read(args, { ...common, code: everything.code }, verb, 'ID')
      await ownPassword(words[1] ?? '', values, asking)
      out.write(values.json ? jsonText({ changed: words[1] }) : 'The password is set.\n')
      return 0
    }
    case 'list': {
      const { values } = read(args, byAdministrator, verb)
      const listed = await asPerson(values, asking, allAccounts)
      out.write(values.json ? jsonText(listed) : accountListText(listed, Date.now()))
      return 0
    }
    case 'review': {
      const { values } = read(args, { ...withReason, digest: everything.digest }, verb)
      const digest =
        values.digest === undefined ? undefined : digestOption(values.digest, 'relay account review')
      if (digest === undefined && values.reason !== undefined)
        throw new UnusableInput('--digest is missing: relay account review prints it with the accounts')
      const reason = digest === undefined ? undefined : requireReason(values.reason)
      const answer = await asPerson(values, asking, (client, password) =>
        digest === undefined || reason === undefined
          ? client.call('readAccess', {})
          : client.call('reviewAccess', { body: { password, reason, digest } }),
      )
      out.write(
        values.json ? jsonText(answer) : reviewText(answer, { ...askedAt(values), as: values.as ?? '' }),
      )
      return 0
    }
    case 'add': {
      const { values, words } = read(args, { ...withReason, role: everything.role }, verb, 'ID="Full Name"')
      const { id, name } = parsePersonOption(words[1] ?? '', 'ID')
      const body = { user: id, name, roles: rolesOf(values.role ?? []), reason: requireReason(values.reason) }
      const answer = await asPerson(values, asking, async (client, password) =>
        withWarnings(client, await client.call('addAccount', { body: { ...body, password } })),
      )
      return say(values, id, out, answer)
    }
    case 'change': {
      const taken = { ...withReason, role: everything.role, 'full-name': everything['full-name'] }
      const { values, words } = read(args, taken, verb, 'ID')
      if (values['full-name'] === undefined && values.role === undefined)
        throw new UnusableInput('--full-name or --role says what is to be changed')
      const body = {
        reason: requireReason(values.reason),
        ...(values['full-name'] === undefined ? {} : { name: values['full-name'] }),
        ...(values.role === undefined ? {} : { roles: rolesOf(values.role) }),
      }
      const answer = await asPerson(values, asking, async (client, password) =>
        withWarnings(
          client,
          await client.call('changeAccount', { id: words[1] ?? '', body: { ...body, password } }),
        ),
      )
      return say(values, words[1] ?? '', out, answer)
    }
    case 'recover': {
      const { data, second, recovery } = everything
      const taken = { json: common.json, reason: withReason.reason, data, second, recovery }
      const { values, words } = read(args, taken, verb, 'ID')
      const { recoverAccount } = await import('./account-recover.ts')
      return recoverAccount(words[1] ?? '', values, asking, out)
    }
    case 'confirm-recovery': {
      const { values } = read(args, { ...withReason, digest: everything.digest }, verb)
      const digest =
        values.digest === undefined
          ? undefined
          : digestOption(values.digest, 'relay account confirm-recovery')
      if (digest === undefined && values.reason !== undefined)
        throw new UnusableInput(
          '--digest is missing: relay account confirm-recovery lists the files that wait',
        )
      const reason = digest === undefined ? undefined : requireReason(values.reason)
      const { replaced, ...answer } = await asPerson(values, asking, async (client, password) => {
        const before = await client.call('readRecoveryFiles', {})
        if (digest === undefined || reason === undefined) return { ...before, replaced: undefined }
        const after = await client.call('confirmRecoveryFile', { body: { password, reason, digest } })
        return { ...after, replaced: before.counts }
      })
      const told = replaced === undefined ? answer : { ...answer, replaced }
      const text = () => recoveryFilesText(answer, values.as ?? 'ADMIN', values, replaced)
      out.write(values.json ? jsonText(told) : text())
      return 0
    }
    case 'link': {
      const taken = { ...withReason, issuer: everything.issuer, subject: everything.subject }
      const { values, words } = read(args, taken, verb, 'ID')
      const body = {
        reason: requireReason(values.reason),
        issuer: required(values.issuer, 'issuer'),
        subject: required(values.subject, 'subject'),
      }
      const answer = await asPerson(values, asking, (client, password) =>
        client.call('linkAccount', { id: words[1] ?? '', body: { ...body, password } }),
      )
      return say(values, words[1] ?? '', out, answer)
    }
    case 'propose-signer': {
      const taken = { ...withReason, 'identity-check': everything['identity-check'] }
      const { values, words } = read(args, taken, verb, 'ID')
      const body = {
        reason: requireReason(values.reason),
        identityCheck: required(values['identity-check'], 'identity-check'),
      }
      const answer = await asPerson(values, asking, (client, password) =>
        client.call('proposeSigner', { id: words[1] ?? '', body: { ...body, password } }),
      )
      return say(values, words[1] ?? '', out, answer)
    }
    default:
      throw new UnusableInput(
        verb === ''
          ? 'relay account is followed by what is to be done, e.g. list or add; relay account --help has all'
          : `there is no relay account ${shown(verb)}; relay account --help has all there is`,
      )
  }
}

/** With what is to be thought over of an account and the persons of the machine. */
async function withWarnings<Answer extends { readonly account: AccountView }>(
  client: Client,
  answer: Answer,
): Promise<Answer & { readonly warnings: readonly string[] }> {
  // It is done, and its one-time code is shown this once: that nothing can be warned of must not lose it.
  const settings = await client.call('readSettings', {}).catch(() => undefined)
  return { ...answer, warnings: personsLinked(answer.account, settings?.persons ?? []) }
}

/** A page after the other. */
async function allAccounts(client: Client): Promise<Omit<ResultOf<'listAccounts'>, 'next'>> {
  const all: AccountView[] = []
  for (let after: string | undefined; ; ) {
    const { accounts, devices, next } = await client.call('listAccounts', { query: { after } })
    all.push(...accounts)
    if (next === null) return { accounts: all, devices }
    after = next
  }
}

/** Read as all options there are: one that this verb does not take is refused, and else it is not there. */
function read(
  args: readonly string[],
  options: Partial<typeof everything>,
  ...words: readonly string[]
): { readonly values: Values; readonly words: readonly string[] } {
  return parseOptions(args, options as typeof everything, words)
}

function askedAt({ data, port }: Where): AskedAt {
  return { where: { data, port }, now: Date.now() }
}

function say(
  { json, ...values }: Pick<Values, 'json' | 'data' | 'port'>,
  id: string,
  out: Output,
  answer: Parameters<typeof accountText>[1],
): number {
  out.write(json ? jsonText(answer) : accountText(id, answer, askedAt(values)))
  return 0
}

async function ownPassword(
  id: string,
  { code, port, data, json }: Pick<Values, 'code' | 'port' | 'data' | 'json'>,
  asking: SecretInput,
): Promise<void> {
  if (code) {
    const at = await portAsked({ port, data })
    const typed = await asking.ask('One-time code')
    const newPassword = await twice(asking)
    await clientAt(at).call('setPasswordByCode', { body: { user: id, code: typed.trim(), newPassword } })
    return
  }
  await signedIn(id, { port, data }, asking, async (client, password, { passwordChange }) => {
    if (passwordChange !== null && !json)
      process.stderr.write(`Another password has to be set. ${passwordChangeSentence(passwordChange)}\n`)
    const newPassword = await twice(asking)
    await client.call('changePassword', { body: { password, newPassword } })
  })
}

/** On a terminal nobody sees what was typed: so it is typed twice. */
async function twice(asking: SecretInput): Promise<string> {
  const password = await asking.ask('New password')
  if (process.stdin.isTTY && (await asking.ask('The same again')) !== password)
    throw new UnusableInput('the two are not the same: nothing was changed')
  return password
}

function rolesOf(given: readonly string[]): Role[] {
  if (given.length === 0)
    throw new UnusableInput('--role is missing. Everybody reads; besides that:', { lines: roleLines })
  return given.map((one) => {
    if (!isRole(one))
      throw new UnusableInput(`${shown(one)} is no role. Everybody reads; besides that:`, {
        lines: roleLines,
      })
    return one
  })
}
