import type { Actor, Body } from '@compliance-relay/shared/trail'
import { sameAccount } from './account-rules.ts'
import {
  type Person,
  type RefusalCode,
  type Resolution,
  refusals,
  type Way,
  type WriteEvidence,
} from './types.ts'
import { ask, type Found, type Known, moment, plain } from './ways.ts'

export type { Known } from './ways.ts'

interface Said {
  readonly way: Way
  readonly found: Found
}

/**
 * Who wrote a version, from what the relay has seen; nothing in it comes from a request. The ways are asked in the
 * site's order, and the first that decides stands. One that was asked before it and points to somebody else, without
 * deciding, makes it several persons; what contradicts it otherwise is in the evidence. Pure, and never throws.
 */
export function resolveActor(evidence: WriteEvidence, known: Known): Resolution {
  const said = [...new Set(known.rules.order)].map((way): Said => ({ way, found: ask(way, evidence, known) }))
  const at = said.findIndex(({ found }) => !('open' in found))
  const decided = said[at]
  if (decided === undefined) return refuse(weightiest(said), evidence, said, known)
  const { found, way } = decided
  if ('open' in found) throw new Error('an open way does not decide')
  if ('stop' in found) return refuse(found.stop, evidence, said, known)
  const { person, grade, detail, note } = found
  if (way === 'os-session' && said.some((one) => isShared(one)))
    return refuse('shared-account', evidence, said, known)
  if (said.slice(0, at).some((one) => hinders(one, person)))
    return refuse('several-persons', evidence, said, known)
  const actor: Actor = { id: person.id, name: person.name, via: way }
  const instrumentUser = instrument(evidence, person, known)
  const discrepancies = [
    ...said.filter((one) => one !== decided && contradicts(one.found, person)).map(account),
    ...(instrumentUser === 'another' ? [{ way: 'instrument', says: 'another' }] : []),
  ]
  return {
    actor,
    evidence: {
      method: way,
      grade,
      ...interval(evidence),
      ...detail,
      ...(note === undefined ? {} : { note }),
      ...(instrumentUser === undefined ? {} : { instrumentUser }),
      ...(discrepancies.length > 0 ? { discrepancies } : {}),
    },
  }
}

/** Files of a shared login: somebody used it, and whose own session was open does not tell who. Only a badge does. */
function isShared({ way, found }: Said): boolean {
  return way === 'file-owner' && 'open' in found && found.open === 'shared-account'
}

/** An owner or a badge that points to somebody else as well. Several sessions only do not tell. */
function hinders({ way, found }: Said, person: Person): boolean {
  return way !== 'os-session' && 'open' in found && found.named.some(({ id }) => id !== person.id)
}

/** A way that says it was somebody else, or somebody who cannot be named. */
function contradicts(found: Found, person: Person): boolean {
  if ('person' in found) return found.person.id !== person.id
  return 'stop' in found || (found.named.length > 0 && found.named.every(({ id }) => id !== person.id))
}

function refuse(code: RefusalCode, evidence: WriteEvidence, said: readonly Said[], known: Known): Resolution {
  const instrumentUser = instrument(evidence, undefined, known)
  return {
    refused: code,
    sentence: refusals[code],
    evidence: {
      method: null,
      ...interval(evidence),
      asked: said.map(account),
      ...(instrumentUser === undefined ? {} : { instrumentUser }),
    },
  }
}

/** What one way says, as it stands in a record. */
function account({ way, found }: Said): Body {
  const says = 'person' in found ? plain(found.person.id) : 'stop' in found ? found.stop : found.open
  return { way, says, ...found.detail }
}

function interval({ from, to }: WriteEvidence): Body {
  return { from: moment(from), to: moment(to) }
}

/** Of several reasons the one that says most about what has to be done, the last first. */
const weight: readonly RefusalCode[] = [
  'no-evidence',
  'unknown-owner',
  'service-account',
  'shared-account',
  'account-not-enrolled',
  'before-enrolment',
  'person-disabled',
  'several-persons',
  'session-changed',
  'not-watched',
  'clock-stepped',
]

function weightiest(said: readonly Said[]): RefusalCode {
  // Where a shared login wrote, sessions say nothing: that a badge is missing is what is to be known.
  const isTold = said.some((one) => isShared(one))
  const codes = said.flatMap(({ way, found }) =>
    'open' in found && !(isTold && way === 'os-session') ? found.open : [],
  )
  return codes.reduce((a, b) => (weight.indexOf(b) > weight.indexOf(a) ? b : a), 'no-evidence' as RefusalCode)
}

/**
 * Whether the user the instrument names is the actor, an account that is seen here, or another. The name itself is
 * not repeated: it is the instrument's word, and stands in the record as that.
 */
function instrument(
  { vendorUser, owners }: WriteEvidence,
  person: Person | undefined,
  { accountOf, sessions }: Known,
): 'same-person' | 'same-account' | 'another' | undefined {
  const user = vendorUser?.trim().toLowerCase() ?? ''
  if (user === '') return undefined
  const isAccount = (name: string): boolean =>
    sameAccount(user, name.toLowerCase()) || user === name.toLowerCase().replace(/^.*\\/, '')
  if (person !== undefined && (isAccount(person.id) || user === person.name.toLowerCase()))
    return 'same-person'
  const accounts = [
    ...owners.map((owner) => accountOf(owner)?.name ?? ''),
    ...sessions.map(({ account: name }) => name),
  ]
  return accounts.some((name) => name !== '' && isAccount(name)) ? 'same-account' : 'another'
}
