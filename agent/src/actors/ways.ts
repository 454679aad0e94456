import type { Body, Value } from '@compliance-relay/shared/trail'
import { timestamp } from '../time-text.ts'
import { judge, judgePerson, type Standing } from './account-rules.ts'
import { endedBadge } from './badge.ts'
import { cover, meet, overlaps } from './intervals.ts'
import type {
  Account,
  AccountRules,
  BadgeInterval,
  Owner,
  Person,
  RefusalCode,
  Session,
  Way,
  WriteEvidence,
} from './types.ts'

/** What is known besides the writing itself. */
export interface Known {
  readonly rules: AccountRules
  /** Sessions that overlapped the last days, open ones without an end. */
  readonly sessions: readonly Session[]
  /** Whether somebody looked at the sessions all through `[from, to]`. Without it, it is taken that somebody did. */
  readonly sessionsWatched?: (from: number, to: number) => boolean
  readonly badges: readonly BadgeInterval[]
  /** How long a badge counts after it was read, milliseconds. Without it, as `BADGE_MILLISECONDS` says. */
  readonly badgeMilliseconds?: number
  readonly accountOf: (owner: Owner) => Account | undefined
}

/** How sure: A signed in, A- by the owner of every file, B by less, C by a session nobody was at. */
export type Grade = 'A' | 'A-' | 'B' | 'C'

/** What one way says. `named` are the persons it points to, without deciding. */
export type Found =
  | { readonly person: Person; readonly grade: Grade; readonly detail: Body; readonly note?: string }
  /** It cannot be told, and no way asked after this one may tell it. */
  | { readonly stop: RefusalCode; readonly named: readonly Person[]; readonly detail: Body }
  /** This way does not tell: the next is asked. */
  | { readonly open: RefusalCode; readonly named: readonly Person[]; readonly detail: Body }

export function ask(way: Way, evidence: WriteEvidence, known: Known): Found {
  if (way === 'file-owner') return byOwner(evidence, known)
  return way === 'badge' ? byBadge(evidence, known) : bySession(evidence, known)
}

const LISTED_MAX = 20
const TEXT_LENGTH_MAX = 300

/**
 * An owner that is somebody, but nobody who may be named, ends the search: whoever is at the screen is not that
 * somebody. Shared and service accounts say nothing of persons, so the next way is asked.
 */
function byOwner({ owners, from }: WriteEvidence, { rules, accountOf }: Known): Found {
  const standings = owners.map((owner) => {
    const account = accountOf(owner)
    return { owner, account, standing: judge(account, rules, from) }
  })
  const detail = {
    owners: standings.slice(0, LISTED_MAX).map(({ owner, account, standing }) => ({
      id: plain(owner.id),
      account: account === undefined ? null : plain(account.name),
      stands: standsFor(standing),
    })),
    ...(standings.length > LISTED_MAX ? { ownersNotListed: standings.length - LISTED_MAX } : {}),
  }
  const named = distinct(standings.flatMap(({ standing }) => standing.person ?? []))
  const codes = standings.flatMap(({ standing }) => ('code' in standing ? standing.code : []))
  if (named.length > 1) return { stop: 'several-persons', named, detail }
  for (const code of [
    'unknown-owner',
    'account-not-enrolled',
    'person-disabled',
    'before-enrolment',
  ] as const)
    if (codes.includes(code)) return { stop: code, named, detail }
  if (codes.includes('shared-account')) return { open: 'shared-account', named, detail }
  const [person] = named
  if (person === undefined) return { open: codes[0] ?? 'no-evidence', named, detail }
  const note = standings.flatMap(({ standing }) => ('note' in standing ? (standing.note ?? []) : []))[0]
  // Files of a person and of the system together: an instrument's service may write beside its user.
  const grade = codes.length === 0 ? 'A-' : 'B'
  return { person, grade, detail, ...(note === undefined ? {} : { note }) }
}

/** One person, signed in with a badge all through the writing. */
function byBadge(evidence: WriteEvidence, { rules, badges, badgeMilliseconds }: Known): Found {
  const { from, to } = evidence
  const over = badges
    .map((badge) => endedBadge(badge, to, badgeMilliseconds))
    .filter((badge) => overlaps(badge, from, to))
  const judged = over.map((badge) => ({ badge, standing: judgePerson(badge.person, rules, from) }))
  const named = distinct(judged.flatMap(({ standing }) => standing.person ?? []))
  const detail = {
    badges: judged.slice(0, LISTED_MAX).map(({ badge, standing }) => ({
      ref: plain(badge.ref),
      from: moment(badge.from),
      to: moment(badge.to),
      stands: standsFor(standing),
    })),
  }
  const untimely = timesHold(evidence)
  if (badges.length > 0 && untimely !== undefined) return { open: untimely, named: [], detail: {} }
  const [first] = judged
  if (first === undefined) return { open: 'no-evidence', named, detail: {} }
  if (over.some(({ person }) => person !== first.badge.person))
    return { open: 'session-changed', named, detail }
  if ('code' in first.standing) return { open: first.standing.code, named, detail }
  if (!cover(over, from, to)) return { open: 'session-changed', named, detail }
  return { person: first.standing.person, grade: 'A', detail }
}

/**
 * The only person who was logged in all through the writing. Locked and disconnected sessions go on running
 * programs, so they count like any other; only accounts of services do not.
 */
function bySession(evidence: WriteEvidence, known: Known): Found {
  const { from, to } = evidence
  const { rules, sessions, sessionsWatched, accountOf } = known
  const judged = sessions
    .filter((session) => overlaps(session, from, to))
    .map((session) => ({ session, standing: judge(accountOfSession(session, accountOf), rules, from) }))
  const eligible = judged.filter(
    ({ standing }) => !('code' in standing) || standing.code !== 'service-account',
  )
  const named = distinct(eligible.flatMap(({ standing }) => standing.person ?? []))
  const detail = {
    sessions: judged.slice(0, LISTED_MAX).map(({ session, standing }) => ({
      id: plain(session.id),
      account: plain(session.account),
      accountId: session.accountId === undefined ? null : plain(session.accountId),
      logon: moment(session.logon ?? session.from),
      from: moment(session.from),
      to: moment(session.to),
      kind: session.kind,
      state: session.state,
      stands: standsFor(standing),
    })),
    ...(judged.length > LISTED_MAX ? { sessionsNotListed: judged.length - LISTED_MAX } : {}),
  }
  const untimely = timesHold(evidence)
  if (sessions.length > 0 && untimely !== undefined) return { open: untimely, named: [], detail: {} }
  if (sessionsWatched?.(from, to) === false) return { open: 'not-watched', named, detail }
  const [first] = eligible
  if (first === undefined)
    return {
      open: judged.length === 0 ? 'no-evidence' : 'service-account',
      named,
      detail: judged.length === 0 ? {} : detail,
    }
  const others = eligible.filter(({ session }) => accountKey(session) !== accountKey(first.session))
  // One account by its number, but several by name, is a system that contradicts itself.
  if (others.length > 0 || named.length > 1)
    return { open: togetherOrAfter(eligible.map(({ session }) => session)), named, detail }
  for (const { standing } of eligible) if ('code' in standing) return { open: standing.code, named, detail }
  if ('code' in first.standing) return { open: first.standing.code, named, detail }
  const all = eligible.map(({ session }) => session)
  if (!cover(all, from, to)) return { open: 'session-changed', named, detail }
  const { person, note } = first.standing
  const grade = all.some(({ state }) => state === 'active') ? 'B' : 'C'
  return { person, grade, detail, ...(note === undefined ? {} : { note }) }
}

/** Two at once could both have written it; one after the other, the workstation changed hands. */
function togetherOrAfter(sessions: readonly Session[]): RefusalCode {
  const together = sessions.some((a, i) =>
    sessions.slice(i + 1).some((b) => accountKey(a) !== accountKey(b) && meet(a, b)),
  )
  return together ? 'several-persons' : 'session-changed'
}

function accountOfSession({ account, accountId }: Session, accountOf: Known['accountOf']): Account {
  const known = accountId === undefined ? undefined : accountOf({ id: accountId })
  return known ?? { id: accountId ?? `account:${account}`, name: account }
}

function accountKey({ account, accountId }: Session): string {
  return accountId ?? (account.includes('\\') ? account.toLowerCase() : account)
}

/** Why nothing that rests on times can be told, if so. */
function timesHold({ from, to, clockStepped, unwatched }: WriteEvidence): RefusalCode | undefined {
  if (unwatched === true) return 'not-watched'
  // Not `from > to`: a time that is none must not pass.
  return clockStepped === true || !(from <= to) ? 'clock-stepped' : undefined
}

function standsFor(standing: Standing): string {
  return 'code' in standing ? standing.code : plain(standing.person.id)
}

function distinct(persons: readonly Person[]): readonly Person[] {
  return persons.length < 2 ? persons : [...new Map(persons.map((person) => [person.id, person])).values()]
}

/** ISO 8601 in UTC; null for no time, and for one no calendar has. */
export function moment(milliseconds: number | undefined): Value {
  const isTime = milliseconds !== undefined && milliseconds >= 0 && milliseconds < 253_402_300_800_000
  return isTime ? timestamp(milliseconds) : null
}

/** Text of the operating system, or of a site's list, as a record can hold it. */
export function plain(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).toWellFormed()
}
