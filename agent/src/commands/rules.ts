import {
  certificatesIn,
  deviationsOf,
  EVERY_PROJECT,
  isIssuer,
  isRole,
  publicKeysIn,
  type RulesChange,
  type SigningRule,
  type SiteRules,
  STAMPED_EVERY_MINUTES,
  type TimeStampRule,
} from '@compliance-relay/shared/api'
import { counted, printable, shown } from '@compliance-relay/shared/trail'
import { readPlainFile } from '../read-plain-file.ts'
import { requireReason } from '../reason.ts'
import { whyUnreadable } from '../system-faults.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import { type Command, jsonText, type Output, parseOptions, parseWords } from './options.ts'
import { passwordsTouchedText } from './passwords-touched-text.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay rules --as ID [--port N] [--data DIR] [--json]
      What the site has decided about people: four eyes, passwords, who signs in which order.
  relay rules set NAME VALUE --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      four-eyes on|off               on: nobody approves what they made themselves. On at first
      password-length N              the least number of characters, 12 to 64
      password-composition none|annex11
                                     annex11: capital and small letters, digits and others
      password-max-age DAYS|none     a password has to be changed after so many days, 30 to 3650
      signing PROJECT=STEPS          the signatures a record needs, in this order, for example
                                     NMR=reviewed:reviewer,approved:qa,independent; independent:
                                     each by another person. PROJECT=none: in any order. PROJECT=
                                     with nothing after it removes the rule. "*" as the project
                                     stands for all projects without a rule
      identity ISSUER,CLIENT,AUDIENCE|none
                                     the identity provider by which people may sign in: its address,
                                     what it calls this relay, and the audience that tokens of the
                                     site's software must name
      identity-keys FILE|none        the provider's public keys (JWKS), if this machine cannot reach
                                     it
      time-stamps URL,FILE[,POLICY]|none
                                     the authority that stamps checkpoints with its time (RFC 3161),
                                     a file with the certificates to trust for it (PEM), and
                                     which of its policies it is to keep to
      time-stamps-every MINUTES      how often the newest checkpoint gets one, 5 to 1440; first 60
      Each change is a record that says what was before. A new rule for passwords is checked at each
      sign-in: whoever's password does not meet it has to set another (relay account password). The
      answer says how many people that is, or that it is only seen when they sign in.
      ${whereHelp}
      Example: relay rules set password-length 16 --as asmith --data /var/lib/relay \\
                 --reason "rule 12 of the site"`

const KEYS_BYTES_MAX = 262_144
const CERTIFICATES_BYTES_MAX = 65_536

export const rulesCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb] = parseWords(args, personChangeOptions).positionals
  if (verb !== undefined && verb !== 'set')
    throw new UnusableInput('relay rules stands alone or is followed by set; relay rules --help')
  return withSecretInput((asking) => (verb === undefined ? read(args, out, asking) : set(args, out, asking)))
}

async function read(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions)
  const answer = await asPerson(values, asking, (client) => client.call('readRules', {}))
  out.write(values.json ? jsonText(answer) : rulesText(answer.rules))
  return 0
}

async function set(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, personChangeOptions, ['set', 'NAME', 'VALUE'])
  const reason = requireReason(values.reason)
  const [, name = '', value = ''] = words
  const changeOf = ruleChange(name, value)
  const answer = await asPerson(values, asking, async (client, password) => {
    const { rules } = await client.call('readRules', {})
    return client.call('changeRules', { body: { password, reason, change: changeOf(rules) } })
  })
  const { passwordsTouched } = answer
  const touched = passwordsTouched === null ? '' : passwordsTouchedText(passwordsTouched)
  out.write(values.json ? jsonText(answer) : `${rulesText(answer.rules)}${touched}`)
  return 0
}

/** What is to be changed, given the rules as they are. Throws `UnusableInput`. */
export function ruleChange(name: string, value: string): (rules: SiteRules) => RulesChange {
  switch (name) {
    case 'four-eyes': {
      const fourEyes = oneOf(name, value, { on: true, off: false })
      return () => ({ fourEyes })
    }
    case 'password-length': {
      const lengthMin = numberOf(name, value, 12, 64)
      return ({ passwords }) => ({ passwords: { ...passwords, lengthMin } })
    }
    case 'password-composition': {
      const composition = oneOf(name, value, { none: 'none', annex11: 'annex11' } as const)
      return ({ passwords }) => ({ passwords: { ...passwords, composition } })
    }
    case 'password-max-age': {
      const maxAgeDays = value === 'none' ? null : numberOf(name, value, 30, 3_650)
      return ({ passwords }) => ({ passwords: { ...passwords, maxAgeDays } })
    }
    case 'signing': {
      const [, project = '', steps = ''] = /^([^=]+)=(.*)$/.exec(value) ?? []
      if (project === '') throw new UnusableInput(`signing is PROJECT=STEPS, not ${shown(value)}`)
      const rule = steps === '' ? null : signingRule(steps)
      return () => ({ signing: { [project]: rule } })
    }
    case 'identity': {
      if (value === 'none') return () => ({ identity: null })
      const [issuer = '', clientId = '', audience = '', ...more] = value.split(',')
      if (audience === '' || more.length > 0)
        throw new UnusableInput(`identity is ISSUER,CLIENT,AUDIENCE or none, not ${shown(value)}`)
      if (!isIssuer(issuer))
        throw new UnusableInput(
          `the issuer ${shown(issuer)} cannot be used: it is the address of the provider as the provider itself writes it, https://…, with no ? or # in it; http:// only on this machine itself (localhost, 127.0.0.1)`,
        )
      // Keys are those of one issuer.
      return () => ({ identity: { issuer, clientId, audience } })
    }
    case 'identity-keys': {
      const jwks = value === 'none' ? undefined : keysIn(value)
      return ({ identity }) => {
        if (identity === null) throw new UnusableInput('there is no provider yet: relay rules set identity')
        const { jwks: _, ...rest } = identity
        return { identity: jwks === undefined ? rest : { ...rest, jwks } }
      }
    }
    case 'time-stamps': {
      const timeStamps = value === 'none' ? null : timeStampRule(value)
      return ({ timeStamps: before }) => ({ timeStamps: timeStamps && { ...timeStamps, ...everyOf(before) } })
    }
    case 'time-stamps-every': {
      const { least, most } = STAMPED_EVERY_MINUTES
      const everyMinutes = numberOf(name, value, least, most)
      return ({ timeStamps }) => {
        if (timeStamps === null)
          throw new UnusableInput('there is no authority yet: relay rules set time-stamps')
        return { timeStamps: { ...timeStamps, everyMinutes } }
      }
    }
    default:
      throw new UnusableInput(
        `there is no rule ${shown(name)}; there are four-eyes, password-length, password-composition, password-max-age, signing, identity, identity-keys, time-stamps, time-stamps-every`,
      )
  }
}

function signingRule(text: string): SigningRule {
  const parts = text.split(',').map((part) => part.trim())
  const independent = parts.includes('independent')
  const steps = parts
    .filter((part) => part !== 'independent' && part !== 'none')
    .map((part) => {
      const [meaning, role] = part.split(':')
      if (meaning !== 'reviewed' && meaning !== 'approved')
        throw new UnusableInput(
          `a step of signing is reviewed or approved, and :ROLE after it where one is asked for; ${shown(part)} is none`,
        )
      if (role !== undefined && !isRole(role))
        throw new UnusableInput(`${shown(role)} is no role; a step of signing names reviewer or qa`)
      return { meaning, role: role ?? null } as const
    })
  return { steps, independent }
}

/** Another authority is asked as often as the one before. */
function everyOf(before: TimeStampRule | null): Pick<TimeStampRule, 'everyMinutes'> {
  return { everyMinutes: before?.everyMinutes ?? STAMPED_EVERY_MINUTES.usual }
}

function timeStampRule(text: string): Omit<TimeStampRule, 'everyMinutes'> {
  const [url = '', file = '', policy, ...more] = text.split(',')
  if (file === '' || more.length > 0)
    throw new UnusableInput(`time-stamps is URL,FILE, URL,FILE,POLICY or none, not ${shown(text)}`)
  const read = plainFile('certificates', file, CERTIFICATES_BYTES_MAX)
  const anchors = certificatesIn(read.toString('latin1'))
  if (anchors.length === 0) throw new UnusableInput(`${file} has no certificate in it (PEM)`)
  return { url, anchors, ...(policy === undefined ? {} : { policy }) }
}

type Keys = NonNullable<NonNullable<SiteRules['identity']>['jwks']>

function keysIn(file: string): Keys {
  const keys = publicKeysIn(plainFile('keys', file, KEYS_BYTES_MAX).toString('utf8'))
  if (keys === undefined) throw new UnusableInput(`${file} is no JSON Web Key Set`)
  return keys as Keys
}

function plainFile(what: string, file: string, bytesMax: number): Buffer {
  try {
    const read = readPlainFile(file, bytesMax)
    if (read.kind === 'read') return read.bytes
  } catch (error) {
    throw new UnusableInput(`the ${what} in ${file} cannot be read: ${whyUnreadable(error)}`)
  }
  throw new UnusableInput(`${file} is no plain file, or has more than ${bytesMax} bytes`)
}

function oneOf<Value>(name: string, text: string, values: { readonly [name: string]: Value }): Value {
  if (!Object.hasOwn(values, text))
    throw new UnusableInput(`${name} is ${Object.keys(values).join(' or ')}, not ${shown(text)}`)
  return values[text] as Value
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  if (number < least || number > most)
    throw new UnusableInput(`${name} is a number from ${least} to ${most}, not ${shown(text)}`)
  return number
}

export function rulesText(rules: SiteRules): string {
  const { fourEyes, passwords, signing, identity, timeStamps } = rules
  const { lengthMin, composition, maxAgeDays } = passwords
  const projects = Object.entries(signing).map(([project, rule]) =>
    lineOf(project === EVERY_PROJECT ? 'all other projects' : `project ${project}`, signingText(rule)),
  )
  const lines = [
    lineOf('four eyes', fourEyes ? 'on: nobody approves what they made themselves' : 'OFF'),
    lineOf(
      'passwords',
      `${lengthMin} characters at least; ${composition === 'none' ? 'any kinds' : 'capital and small letters, digits and others'}; ${maxAgeDays === null ? 'no age limit' : `changed every ${maxAgeDays} days`}`,
    ),
    ...(identity === null
      ? [lineOf('identity provider', 'none: people sign in by their password of this relay')]
      : [
          lineOf(
            'identity provider',
            `${identity.issuer}; this relay is ${shown(identity.clientId)} there; tokens are for ${shown(identity.audience)}${identity.jwks === undefined ? '' : `; ${counted(identity.jwks.keys.length, 'key')} on record`}`,
          ),
        ]),
    ...(timeStamps === null
      ? [lineOf('time stamps', 'none: no authority stamps checkpoints with its time')]
      : [
          lineOf(
            'time stamps',
            `by ${timeStamps.url}, every ${counted(timeStamps.everyMinutes, 'minute')}, ${counted(timeStamps.anchors.length, 'certificate')} on record${timeStamps.policy === undefined ? '' : `, policy ${timeStamps.policy}`}`,
          ),
        ]),
    ...(projects.length === 0
      ? [lineOf('signing', 'no order is asked for: whoever may sign does, in any order')]
      : projects),
    ...deviationsOf(rules).map((sentence) => `  ! ${sentence}`),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function lineOf(name: string, text: string): string {
  return `${name.padEnd(22)} ${text}`
}

function signingText({ steps, independent }: SigningRule): string {
  const order = steps
    .map(({ meaning, role }) => `${meaning}${role === null ? '' : ` by ${role}`}`)
    .join(', then ')
  return `${order === '' ? 'any order' : order}${whoText({ steps, independent })}`
}

/** Nobody says the same twice of one version; a review and an approval may come from one person, if nothing forbids it. */
function whoText({ steps, independent }: SigningRule): string {
  if (independent) return '; each by somebody else'
  if (steps.length < 2) return ''
  const meanings = new Set(steps.map(({ meaning }) => meaning))
  const kinds =
    meanings.size > 1 ? '; one person may both review and approve, unless independent is added' : ''
  return `${meanings.size < steps.length ? '; nobody takes two steps of one meaning' : ''}${kinds}`
}
