import { z } from 'zod'
import { passwordChangeSchema } from './password-change.ts'
import { actions, roles } from './policy.ts'
import { siteRulesSchema } from './rules.ts'
import { saysOf, statementVerdicts, verdictCodes, verdictOf } from './verdicts.ts'

/*
 * What goes over the wire, field by field. Every object is strict: a field that is not named here is refused, so no
 * request can name an actor, a time or a place in the trail (ASVS 15.3.3, 21 CFR 11.10(e)). Lengths only keep out what
 * nobody types; what a password, a name or a reason has to be, the relay says, in words of its own.
 */
const text = (lengthMax: number) => z.string().max(lengthMax)

export const userIdField = text(64)
/** Longer than any password may be: the relay itself says that one is too long. */
export const passwordField = text(1_024)
/** What identifies a person at an identity provider: bounds of OpenID Connect Core 1.0, section 2, and room to be told. */
export const issuerField = text(1_024)
export const subjectField = text(1_024)
/** What a provider puts into the address it sends people back to, and what the page kept meanwhile. */
export const bindingField = text(64)
export const stateField = text(64)
/** What signing in gave this browser the last time. */
export const markField = text(256)
export const externalCodeField = text(2_048)
export const tokenField = text(8_192)
export const codeField = text(64)
export const reasonField = text(2_000)
export const fullNameField = text(400)
export const identityCheckField = text(2_000)
export const roleField = z.enum(roles)
export const rolesField = z.array(roleField).max(roles.length)

/**
 * What an identity provider puts into the address it sends a browser back to (RFC 6749, 4.1.2): one may add more, and
 * no more is read of it than whether it is there.
 */
export const landedQuery = z.looseObject({
  code: externalCodeField.optional(),
  error: text(200).optional(),
})

/** The password of whoever asks, asked for again (ASVS 7.5.3), and what the change is for. */
export const actBody = z.strictObject({ password: passwordField, reason: reasonField })

/** What a relay gave for a recovery that was begun at its console. */
export const ticketField = text(64)
/** Longer than a recovery file with the keys of fifty trails. */
export const recoveryFileField = text(40_000)

const time = z.string()

/** Recovery files on record, by their SHA-256: the one that counts, null if none does, and those that count later. */
export const recoveryFilesSchema = z.strictObject({
  counts: z.string().nullable(),
  waiting: z.array(z.strictObject({ digest: z.string(), how: z.string(), countsFrom: time })),
})
export type RecoveryFilesView = z.infer<typeof recoveryFilesSchema>

/** An account as those may see it who may list accounts. Nothing in it opens anything. */
export const accountSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(roleField),
  state: z.enum(['invited', 'active', 'disabled', 'retired']),
  /** Since when too many wrong passwords have locked it. */
  locked: time.nullable(),
  /** Until when a password can be set by its one-time code. */
  codeExpires: time.nullable(),
  passwordSince: time.nullable(),
  /** When the password is over; null where the site has not said how old one may become. */
  passwordEnds: time.nullable(),
  /** Until when it has to wait after wrong passwords, on one device at least. */
  waitsUntil: time.nullable(),
  /** The administrator who asked for a reset that a second one has to allow. */
  resetProposedBy: z.string().nullable(),
  /** Whom of which identity provider it is, as an administrator has said. */
  external: z.strictObject({ issuer: z.string(), subject: z.string(), since: time }).nullable(),
  signer: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('none') }),
    z.strictObject({ state: z.literal('proposed'), by: z.string(), identityCheck: z.string() }),
    z.strictObject({ state: z.literal('granted'), since: time, identityCheck: z.string() }),
  ]),
})
export type AccountView = z.infer<typeof accountSchema>

/** What a reviewer looks at, and names by its digest. */
/** Whole, as it was given out: one that was cut short is no sign that something has changed. */
export const digestField = z.string().regex(/^[0-9a-f]{64}$/)
export const reviewSchema = z.strictObject({
  digest: z.string(),
  /** Null if nobody has reviewed the accounts in this trail yet. */
  last: z.strictObject({ time, by: z.string() }).nullable(),
  due: time.nullable(),
})
export const reviewedAccountSchema = accountSchema.extend({ lastSignIn: time.nullable() })
/** Accounts in one answer. */
export const ACCOUNTS_LISTED_MAX = 200
export const accountsQuery = z.strictObject({
  after: text(64).optional().describe('User id of the last account of the answer before: `next`.'),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/)
    .refine((count) => Number(count) <= ACCOUNTS_LISTED_MAX)
    .optional()
    .describe('Accounts at most: 1 to 200, 200 without it.'),
})

/** Full entry bundles in one answer. */
export const BUNDLES_READ_MAX = 16
export const bundlesQuery = z.strictObject({
  from: z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,11})$/)
    .optional()
    .describe(
      'Number of the first bundle: that with the entries from 256 times this number on. 0 without it.',
    ),
  limit: z
    .string()
    .regex(/^[1-9][0-9]?$/)
    .refine((count) => Number(count) <= BUNDLES_READ_MAX)
    .optional()
    .describe('Bundles at most: 1 to 16, 16 without it.'),
})

/** A record of a trail: by the trail's name and its place in it. */
export const placeSchema = z.strictObject({ trail: text(200), seq: z.int().min(0) })

/** Captures in one answer. */
export const UNCLAIMED_LISTED_MAX = 200
export const unclaimedQuery = z.strictObject({
  after: text(300).optional().describe('What the answer before said comes next: `next`.'),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/)
    .refine((count) => Number(count) <= UNCLAIMED_LISTED_MAX)
    .optional()
    .describe('Captures at most: 1 to 200, 200 without it.'),
})

/** How many captures are claimed in one go, by one password. */
export const CLAIMS_AT_ONCE_MAX = 100
export const claimsField = z.array(placeSchema).min(1).max(CLAIMS_AT_ONCE_MAX)

/** A capture that no person answers for; null where its record does not say. */
export const unclaimedSchema = z.strictObject({
  trail: z.string(),
  seq: z.int(),
  time: time.nullable(),
  path: z.string().nullable(),
  watch: z.string().nullable(),
  device: z.string().nullable(),
  project: z.string().nullable(),
  /** The kind of record it would have been. */
  what: z.string().nullable(),
  reason: z.string().nullable(),
  sentence: z.string().nullable(),
  /** SHA-256 of the file, or of the data set's manifest; empty if it was not read, and then it cannot be claimed. */
  digest: z.string(),
})
export type UnclaimedView = z.infer<typeof unclaimedSchema>

/** What became of each capture that was claimed. */
export const claimVerdicts = ['claimed', 'already-claimed', 'not-unclaimed'] as const
export const claimedSchema = z.strictObject({
  ...placeSchema.shape,
  verdict: z.enum(claimVerdicts),
  /** Place of the claim's own record, in the trail that is written to now. */
  record: z.int().nullable(),
})
export type ClaimedView = z.infer<typeof claimedSchema>

export const deviceField = text(64).describe(
  'Small letters, digits and hyphens, 40 at most, a letter or digit first: part of the key’s name.',
)
/** A signed note: proof that a device has the key. */
export const proofField = text(2_000).describe(
  'A C2SP signed note by the new key. Its text: the line `compliance-relay/enrol/v1`, then one line of canonical JSON ' +
    '(RFC 8785) with `key` (`NAME+ID+BASE64`, a C2SP vkey whose name is `keyName`), `nonce` and `trail`. Its one ' +
    'signature line has the name of the key.',
)
export const vkeyField = text(400).describe('The key as `NAME+ID+BASE64`, as it was enrolled.')
/** E-signatures as signed notes (FORMAT.md, section 8). */
export const STATEMENTS_AT_ONCE_MAX = 50
export const statementsField = z
  .array(text(65_536))
  .min(1)
  .max(STATEMENTS_AT_ONCE_MAX)
  .describe(
    'C2SP signed notes by the enrolled key. The text of each: the line `compliance-relay/esign/v1`, then one line of ' +
      'canonical JSON with `at`, `checkpoint`, `count`, `meaning`, `name`, `reason`, `records` and `user`, and `app`, ' +
      '`clock`, `device`, `lease`, `previous` if the device has them (FORMAT.md, section 8). The checkpoint covers each ' +
      'record, and before an approval the record of the review, too. A count that is used twice revokes the key.',
  )
export const lostBeforeField = z
  .boolean()
  .describe('What one’s own device signed before these is lost, and is not waited for.')

/** SHA-256 of a statement's note, hexadecimal, or the first 8 or more digits of it. */
export const statementField = text(64)

/** A device with too many wrong passwords: whoever never signed in there waits until then. */
export const deviceWaitSchema = z.strictObject({ device: z.string(), waitsUntil: time })

export const signingKeySchema = z.strictObject({
  key: z.string(),
  user: z.string(),
  device: z.string(),
  since: time,
  revoked: time.nullable(),
  /** Until when it may sign without a word from the relay. */
  leaseUntil: time.nullable(),
  /** How many signatures of it count, and how many of its statements do not, or not yet. */
  signatures: z.int(),
  withdrawn: z.int(),
  held: z.int(),
  refused: z.int(),
})
export type SigningKeyView = z.infer<typeof signingKeySchema>

export const statementItemSchema = z.strictObject({
  statement: z.string().describe('SHA-256 of the note as it was given, hexadecimal.'),
  verdict: z
    .enum(statementVerdicts)
    .describe(statementVerdicts.map((verdict) => `\`${verdict}\`: ${saysOf(verdict, null)}`).join(' ')),
  code: z
    .enum(verdictCodes)
    .nullable()
    .describe(
      `Why it is held or refused, or was; else null. ${verdictCodes
        .map((code) => `\`${code}\` (${verdictOf(code)}): ${saysOf(verdictOf(code), code)}`)
        .join(' ')}`,
    ),
  says: z.string().describe('What the verdict and its code mean, and what to do next.'),
  receipt: z
    .string()
    .nullable()
    .describe(
      'A note the relay signed, to be kept; null where nothing was recorded: the statement waits for another, or is throttled.',
    ),
  wanted: z.int().nullable().describe('Of `count-gap`: the count of the statement that is missing.'),
})

export const subscriptionField = text(20)
export const wantedField = z.enum(['records', 'alerts'])
const filterField = z.array(text(200)).max(50)
export const kindsField = filterField
export const projectsField = filterField
export const destinationField = z.union([
  z.strictObject({ webhook: text(2_000) }),
  z.strictObject({
    syslog: z.strictObject({
      host: text(300),
      port: z.int().min(1).max(65_535),
      transport: z.enum(['udp', 'tcp', 'tls']),
    }),
  }),
])

/** Somebody outside who is sent records as they are made. Of its secret there is nothing here. */
export const subscriptionSchema = z.strictObject({
  subscription: z.string(),
  what: wantedField,
  /** Null: all of them. */
  kinds: z.array(z.string()).nullable(),
  projects: z.array(z.string()).nullable(),
  to: destinationField,
  since: time,
  by: z.string(),
  ended: time.nullable(),
  /** Null once it is over. */
  delivery: z
    .strictObject({
      /** The record it is looked at next, and how many are to be sent from it on; of what was not looked at yet, all. */
      next: z.int(),
      behind: z.int(),
      lastDelivery: time.nullable(),
      /** Why nothing arrives, in a plain sentence, and since when. */
      fault: z.strictObject({ since: time, says: z.string(), tries: z.int() }).nullable(),
    })
    .nullable(),
})
export type SubscriptionView = z.infer<typeof subscriptionSchema>

/** Who is signed in: what the app needs of its own user. */
export const ownAccountSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(roleField),
  /** True if nothing can be done before another password is set. */
  mustChange: z.boolean(),
  /** Then, why. */
  passwordChange: passwordChangeSchema.nullable(),
  /** When the password is over; null where the site has not said how old one may become. */
  passwordEnds: time.nullable(),
})
export type OwnAccountView = z.infer<typeof ownAccountSchema>

/** What somebody is shown when they sign in, so that they notice if it was not them (ASVS 6.3.5). */
export const signInNoticeSchema = z.strictObject({
  /** When and from where they signed in before; null the first time. */
  last: z.strictObject({ time, device: z.string() }).nullable(),
  /** Wrong passwords since then. */
  failures: z.int(),
  /** When the password is over, if that is within two weeks. */
  passwordEndsSoon: time.nullable(),
})

export const signedInSchema = z.strictObject({
  token: z.string(),
  mark: z.string(),
  account: ownAccountSchema,
  notice: signInNoticeSchema,
})

export const policySchema = z.strictObject({
  roles: z.array(roleField),
  actions: z.array(z.strictObject({ action: z.enum(actions), roles: z.array(roleField) })),
})

export const rulesSchema = z.strictObject({
  rules: siteRulesSchema,
  /** Where the site departs from what is usual, in sentences. */
  deviations: z.array(z.string()),
})

/** Whom a change of the rules for passwords touches: of a password the relay knows its age, and no more. */
export const passwordsTouchedSchema = z.strictObject({
  /** Who signs in with a password: active accounts, those that are locked too. */
  people: z.int().min(0),
  /** Of these, whose is too old by the rule, as it is now: they have to set another at their next sign-in. */
  tooOld: z.int().min(0),
  /** Of the others, with whom it is seen at their next sign-in; none where the rule asks for no more than it did. */
  seenAtSignIn: z.int().min(0),
})
export type PasswordsTouched = z.infer<typeof passwordsTouchedSchema>

export const changedRulesSchema = rulesSchema.extend({
  /** Null where the change was not about passwords. */
  passwordsTouched: passwordsTouchedSchema.nullable(),
})

export const helloSchema = z.strictObject({
  version: z.string(),
  trail: z.string(),
  /** Whether people may sign in by an identity provider, too. */
  provider: z.boolean(),
  /** Whether nobody has set a password here yet: the first administrator does, with the code that was printed. */
  isNew: z.boolean(),
  /** If a nonce was sent: a note with it, signed by the key of the trail's checkpoints. */
  note: z.string().optional(),
})
export const helloQuery = z.strictObject({
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22,86}$/)
    .optional()
    .describe('Random, 16 to 64 bytes in base64url: then the answer is signed over it.'),
})

/** A trail that can be read. */
export const trailSchema = z.strictObject({
  /** In paths. */
  id: z.string(),
  /** Its name. */
  origin: z.string(),
  /** What its checkpoints are signed with. */
  vkey: z.string(),
  /** Entries under its newest checkpoint: so many can be read. */
  size: z.int().min(0),
  /** True of the one that is written to. */
  isWritten: z.boolean(),
  /** The name of the trail it goes on from, if it goes on from one. */
  before: z.string().nullable(),
})
export type TrailView = z.infer<typeof trailSchema>

const kindField = z
  .string()
  .regex(/^[a-z]+(?:\.[a-z-]+)*\.(?:\*|[a-z-]+)$/)
  .max(60)
/** Kinds of records a feed token opens: `file.created`, or `file.*` for all of files. */
export const feedKindsField = z.array(kindField).min(1).max(20)
export const feedProjectsField = z.array(text(200)).min(1).max(50)
/** For how long, from now: `P90D` (ISO 8601); a year at most. No request names a time. */
export const feedLastsField = z
  .string()
  .regex(/^P[1-9][0-9]{0,2}D$/)
  .refine((duration) => Number(duration.slice(1, -1)) <= 365)
export const feedTokenIdField = z.string().regex(/^[0-9a-f]{16}$/)

/** A feed token as those may see it who may list them. Nothing in it opens anything. */
export const feedTokenSchema = z.strictObject({
  id: z.string(),
  /** Who it is for. */
  name: z.string(),
  kinds: z.array(z.string()),
  /** Null: of all projects, and what belongs to none. */
  projects: z.array(z.string()).nullable(),
  since: time,
  expires: time,
  revoked: time.nullable(),
  /** Since the relay was started. */
  lastUse: time.nullable(),
})
export type FeedTokenView = z.infer<typeof feedTokenSchema>

/** What the feed is asked for. */
export const feedQuery = z.strictObject({
  after: z
    .string()
    .max(40)
    .optional()
    .describe('A cursor that was given before. Without it the feed begins with the first record there is.'),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/)
    .refine((count) => Number(count) <= 1_000)
    .optional()
    .describe('Lines at most: 1 to 1000, 200 without it.'),
  wait: z
    .string()
    .regex(/^(?:[0-9]|[12][0-9]|30)$/)
    .optional()
    .describe('Seconds to wait for something new, if there is nothing: 0 to 30, none without it.'),
})

/** An OpenAPI document: what is in it, OpenAPI 3.1 says. */
export const openApiSchema = z.looseObject({
  openapi: z.literal('3.1.1'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.looseObject({})),
})
