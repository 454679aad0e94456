import { Problem } from '@compliance-relay/shared/api'
import { NotaryUnreachable, RecoveryError, SecretUnusable } from '@compliance-relay/shared/relay'
import { printable } from '@compliance-relay/shared/trail'
import { SettingsError } from '../settings.ts'
import { systemFault } from '../system-faults.ts'
import { UnusableInput } from '../unusable-input.ts'

/** What is said of an error to whoever typed a command. */
export function sentenceFor(error: unknown): string {
  const lines = error instanceof UnusableInput ? error.lines : []
  const sentence = printable(withoutSecrets(isPlain(error) ? plainOf(error) : failure(error)))
  return [sentence, ...lines.map(printable)].join('\n')
}

/** Errors whose message is one sentence for whoever typed the command. */
function isPlain(error: unknown): error is Error {
  const plain = [Problem, UnusableInput, SettingsError, SecretUnusable, NotaryUnreachable, RecoveryError]
  return plain.some((kind) => error instanceof kind)
}

function waitText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`
}

/** How a command takes what a request has in a field. */
const options: Readonly<Record<string, string>> = {
  user: 'ID',
  name: 'the name',
  roles: '--role',
  reason: '--reason',
  identityCheck: '--identity-check',
  issuer: '--issuer',
  subject: '--subject',
  digest: '--digest',
  kinds: '--kind',
  projects: '--project',
  lasts: '--days',
  to: '--webhook or --syslog',
  token: 'TOKEN-ID',
  subscription: 'ID',
  code: 'the code',
  password: 'the password',
  newPassword: 'the new password',
}

function placeText(pointer: string): string {
  const [, field = '', ...more] = pointer.split('/')
  if (field !== 'change') return options[field] ?? pointer
  return `the rule ${more.filter((step) => step !== '').join(' ')}`
}

/** Of a request that the relay refuses, which field it is about. */
function plainOf(error: Error): string {
  const { pointer = '', retryAfterSeconds } = error instanceof Problem ? error.details : {}
  const wait =
    retryAfterSeconds === undefined ? '' : ` It can be tried again in ${waitText(retryAfterSeconds)}.`
  return `${error.message}${pointer === '' ? '' : ` It is about ${placeText(pointer)}.`}${wait}`
}

/** A fault of ours, or of the machine: not a word about the trail, so neither 0 nor 1. */
function failure(error: unknown): string {
  const fault = systemFault(error)
  if (fault !== undefined) return fault
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return `it failed, and nothing is said about the trail (${reason})`
}

/** A key typed in the wrong place is not repeated to the screen. */
function withoutSecrets(text: string): string {
  return text.replace(/[0-9a-fA-F]{64}/g, '<64 hexadecimal digits>')
}
