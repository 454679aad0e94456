import { type Body, counted, type TrailRecord, type Value } from '../trail/index.ts'
import { CLONED } from './signing/signing-book.ts'

/** As syslog knows them (RFC 5424, 6.2.1), the gravest first. What is less than a notice is no alert. */
export const severities = ['alert', 'critical', 'error', 'warning', 'notice'] as const
export type Severity = (typeof severities)[number]

/** Somebody should know of a record soon: how soon, and what it is in one plain sentence. */
export interface Alert {
  readonly severity: Severity
  readonly says: string
}

export type AlertingRecord = Pick<TrailRecord, 'kind' | 'body' | 'actor'>

/** Wrong passwords of one name on one device, one after the other: from the last that is free on. */
export const FAILURES_THAT_ALERT = 5

/**
 * What a site's alert sink is told of: the only place it is said. Pure, so that whoever has the record comes to the
 * same. A sentence names accounts, devices and counts; nothing that opens anything stands in a record.
 */
export function alertOf(record: AlertingRecord): Alert | undefined {
  return Object.hasOwn(alerts, record.kind) ? alerts[record.kind]?.(record) : undefined
}

type Judge = (record: AlertingRecord) => Alert | undefined

const alerts: { readonly [kind: string]: Judge } = {
  // Somebody tries what is not theirs.
  'session.refused': ({ body }) =>
    Number(body['failures']) >= FAILURES_THAT_ALERT
      ? warning(
          `${body['failures']} wrong passwords one after the other for ${whom(body)} on ${word(body['device'])}`,
        )
      : undefined,
  'session.throttled': ({ body }) =>
    warning(
      typeof body['account'] === 'string'
        ? `${counted(Number(body['count']), 'try', 'tries')} to sign in as ${whom(body)} on ${word(body['device'])} while they had to wait`
        : `${counted(Number(body['count']), 'try', 'tries')} to sign in on ${word(body['device'])}, as nobody or after too many wrong passwords of others, while they had to wait`,
    ),
  'account.locked': ({ body }) =>
    error(`the account ${whom(body)} is locked after ${body['failures']} wrong passwords within a day`),
  'account.recovery-refused': ({ body }) =>
    error(`somebody tried to recover the account ${whom(body)}: ${word(body['what'])}`),
  'account.recovery-announced': ({ body }) =>
    critical(`the account ${whom(body)} is to be recovered by one person alone, in three days`),
  'account.recovered': ({ body }) =>
    critical(
      `the account ${whom(body)} was recovered ${(body['second'] ?? null) === null ? 'by one person alone' : `with ${word(body['second'])}`}`,
    ),
  'access.refused': ({ body }) =>
    warning(
      `${whom(body)} asked ${counted(Number(body['count']), 'time')} for what it may not do: ${word(body['action'])}`,
    ),
  'access.review-overdue': ({ body }) =>
    warning(`nobody has reviewed the accounts, which was due ${word(body['due'])}`),
  'signature.throttled': ({ body }) =>
    warning(
      `${counted(Number(body['count']), 'more statement that is no signature was', 'more statements that are no signatures were')} given by ${whom(body)}`,
    ),
  'badge.refused': ({ body }) => warning(`a badge was refused: ${word(body['reason'] ?? 'several reasons')}`),
  'signature.refused': ({ body }) =>
    error(`a statement was given that is no signature: ${word(body['code'])}`),
  'signature.held': ({ body }) =>
    warning(
      `a signature is held until a person decides: ${[body['code'], ...listIn(body['also'])].map(word).join(', ')}`,
    ),
  // Otherwise a device is lost, has another key, or its owner has another password.
  'key.revoked': ({ body, actor }) =>
    actor.via === 'relay' && body['reason'] === CLONED
      ? critical(`the signing key of ${word(body['user'])} on ${word(body['device'])} seems to be copied`)
      : notice(`the signing key of ${word(body['user'])} on ${word(body['device'])} is revoked`),

  // Rights, and who is told of what.
  'account.added': ({ body }) =>
    includes(body['roles'], 'administrator') ? notice(`${whom(body)} is a new administrator`) : undefined,
  'account.changed': ({ body }) =>
    includes(rolesIn(body['after']), 'administrator') && !includes(rolesIn(body['before']), 'administrator')
      ? notice(`${whom(body)} is an administrator now`)
      : undefined,
  'account.reset': ({ body }) => notice(`a new password was allowed for ${whom(body)}`),
  'signer.granted': ({ body }) => notice(`${whom(body)} may sign from now on`),
  'settings.changed': () => notice('the settings of the relay were changed'),
  'rules.changed': () => notice('the rules for people were changed'),
  'feed.token-issued': ({ body }) => notice(`a token opens records to a program: ${word(body['token'])}`),
  'subscription.added': ({ body }) =>
    notice(`records leave the relay by a new subscription, ${word(body['subscription'])}`),
  'subscription.ended': ({ body }) => warning(`the subscription ${word(body['subscription'])} has ended`),
  'subscription.replayed': ({ body }) =>
    notice(`the subscription ${word(body['subscription'])} delivers again from record ${body['from']} on`),
  'recovery.written': ({ body }) =>
    body['how'] === 'set-up' || body['how'] === 'renewed'
      ? undefined
      : warning(
          'a recovery file was written, and nobody opened the one before: it counts in three days, or once an administrator confirms it',
        ),
  'recovery.confirmed': () => notice('a new recovery file was confirmed: it counts, and none before it'),

  // Something beside the trail is not as the relay left it.
  'credential.forged': ({ body }) =>
    alert(`the password of ${whom(body)} in the database is not the one that was set`),
  'trail.altered': ({ body }) =>
    alert(
      body['seq'] === undefined
        ? 'rows that captures are found by were not those that the relay wrote'
        : `the line of record ${body['seq']}${body['trail'] === undefined ? '' : ` of ${word(body['trail'])}`} in the database was not the one that the relay wrote there`,
    ),
  'trail.opened': ({ body }) =>
    (body['previous'] ?? null) === null
      ? undefined
      : alert('the trail could not be gone on with: a new one was begun that names it'),
  'schema.mended': () => critical('the tables of the database were altered, and set right'),
  'settings.mended': () => critical('the copy of the settings was altered, and set right'),
  'subscription.mended': ({ body }) =>
    critical(
      `how far the subscription ${word(body['subscription'])} has come was altered in the database: it is sent again from record ${body['from']} on`,
    ),
  'state.mended': () =>
    error('what the relay remembers of files was not what its records say, and set right'),
  'schema.foreign': () => warning("the database holds something that is not the relay's"),
  'notary.found': () => error('the notary is not as it was left'),

  // It did not see, or could not say, what happened.
  'relay.started': ({ body }) =>
    (body['doubted'] ?? null) !== null
      ? alert(
          'a trail that was left is not what it was, or cannot be told from another: nothing in it is believed',
        )
      : isObject(body['gap']) && body['gap']['stopped'] === false
        ? warning('the relay ended without an orderly stop, and runs again')
        : undefined,
  'relay.stopped': () => notice('the relay was stopped'),
  'relay.paused': () => warning('the relay itself stood still for a while'),
  'clock.stepped': ({ body }) => warning(`the clock was moved by ${body['byMilliseconds']} ms`),
  'watch.unavailable': ({ body }) => error(`the watched folder ${word(body['watch'])} is not there`),
  'record.failed': ({ body }) =>
    error(`a record could not be written as it was meant: ${word(body['what'])}`),
}

/** All kinds of which some records are alerts. */
export const alertKinds = Object.keys(alerts) as readonly string[]

const alert = (says: string): Alert => ({ severity: 'alert', says })
const critical = (says: string): Alert => ({ severity: 'critical', says })
const error = (says: string): Alert => ({ severity: 'error', says })
const warning = (says: string): Alert => ({ severity: 'warning', says })
const notice = (says: string): Alert => ({ severity: 'notice', says })

/** A name that nobody has is not in the record: it may be a password typed in the wrong field. */
function whom({ account }: Body): string {
  return typeof account === 'string' ? word(account) : 'a name that nobody has'
}

const WORD_LENGTH_MAX = 100

/** A name or a code of a record, short enough for a sentence. Whoever prints it makes it printable for their place. */
function word(value: Value | undefined): string {
  return typeof value === 'string' ? value.slice(0, WORD_LENGTH_MAX) : '?'
}

function includes(value: Value | undefined, wanted: string): boolean {
  return Array.isArray(value) && value.includes(wanted)
}

function listIn(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : []
}

function rolesIn(value: Value | undefined): Value | undefined {
  return isObject(value) ? value['roles'] : undefined
}

function isObject(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
