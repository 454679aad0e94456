import { counted, printable } from '@compliance-relay/shared/trail'
import { type NotaryFinding, notaryFaults } from '../ask-notary.ts'
import { doubts } from '../left-trails.ts'
import { NOT_OURS } from '../mending.ts'
import { waitingOf } from '../people/people-needs.ts'
import type { RelayStatus } from '../status.ts'
import type { TimeStampsStatus } from '../time-stamps/time-stamper.ts'
import type { Unclaimed } from '../unclaimed.ts'
import type { Where } from './as-person.ts'
import { sizeText } from './size-text.ts'
import { withWhere } from './typed-next.ts'
import { COLUMNS, wrapped } from './wrapped.ts'

/** `relay unclaimed` for people: two lines for each, where and when, and why. */
export function unclaimedText({ unclaimed, more, next }: Unclaimed): string {
  if (unclaimed.length === 0) return 'No capture is unclaimed.\n'
  const lines = unclaimed.flatMap(({ seq, time, watch, device, path, reason, sentence, digest }) => [
    printable(path ?? '?'),
    `    record ${seq} at ${time ?? '?'}, watch ${watch ?? '?'} (${printable(device ?? '?')})${digest === '' ? ', cannot be claimed: it was not read' : `, SHA-256 ${digest.slice(0, 16)}…`}`,
    `    ${reason ?? 'its record cannot be read'}${said(reason, sentence)}`,
  ])
  const rest = next === null ? [] : [`… and ${more} more: --after ${printable(next)}`]
  return `${[...lines, ...rest].join('\n')}\n`
}

/** What can be claimed has one number wherever it is said; the others are links and the like, which wait for nobody. */
export function unitsText({
  recorded,
  failed,
  unclaimed,
  claimable,
  claimed,
  absent,
}: RelayStatus['units']): string {
  const unread = unclaimed - claimable
  const parts = [
    `${recorded} ${recorded === 1 ? 'file or data set' : 'files and data sets'} recorded, ${failed} not readable`,
    ...(claimed > 0 ? [`${claimed} claimed`] : []),
    `${claimable} ${claimable === 1 ? 'capture' : 'captures'} unclaimed`,
    ...(unread > 0 ? [`${unread} not read, which cannot be claimed`] : []),
    ...(absent > 0
      ? [`${absent} not seen since their folder was replaced: relay verify --files names them`]
      : []),
  ]
  return `files    ${parts.join(', ')}`
}

/** Of what is not read the record has only the code. */
const unread: Readonly<Record<string, string>> = {
  link: 'it is a link: what it leads to is recorded where it lies',
  'link-leaves-folder': 'it is a link that leads out of the watched folder',
  'not-a-file': 'it is no file: a pipe, a socket or a device',
  'other-file-system': 'another disk is mounted there: it is not what the folder was put under watch for',
}

function said(reason: string | null, sentence: string | null): string {
  const text = sentence ?? unread[reason ?? '']
  return text === undefined ? '' : `: ${printable(text)}`
}

function timeStampsText({ authority, everyMinutes, last, owed, fault }: TimeStampsStatus): string {
  const proved =
    last === null
      ? 'none yet'
      : `${last.size === 1 ? 'the first record is' : `the first ${last.size} records are`} shown to have been there by ${last.time}`
  const waits = owed === 0 ? '' : `; ${owed} ${owed === 1 ? 'waits' : 'wait'}`
  return `stamps   by ${printable(authority)}, every ${counted(everyMinutes, 'minute')}: ${proved}${waits}${fault === null ? '' : `; since ${fault.since}: ${printable(fault.says)}`}`
}

/** `relay status` for people. */
export function statusText(status: RelayStatus, where: Where): string {
  const { relay, state, trail, size, notary, units, capture, held, http, app, recoveryBehind, needs } = status
  const about = (code: string) =>
    Object.entries(status.people?.concerned ?? {}).find(([one]) => one === code)?.[1] ?? []
  const lines = [
    `relay    ${relay}: ${state}${endedText(status.ended)}`,
    ...needs
      .filter(({ code }) => code !== 'not-running')
      .flatMap(({ code, says }) => commandApart(`NEEDS    ${withWhere(says, where, about(code))}`)),
    `trail    ${trail}, ${counted(size, 'record')}`,
    `key      ${status.key}`,
    `notary   ${printable(notary.place)}: ${notary.state}, ${anchored(notary)}`,
    unitsText(units),
  ]
  if (status.people !== null && status.people.accounts > 0)
    lines.push(`people   ${status.people.accounts} ${status.people.accounts === 1 ? 'account' : 'accounts'}`)
  for (const { code, says } of waitingOf(status.people?.standing ?? null))
    lines.push(...commandApart(`waits    ${withWhere(says, where, about(code))}`))
  if (status.timeStamps !== null) lines.push(timeStampsText(status.timeStamps))
  if (status.identity !== null)
    lines.push(
      `identity ${status.identity.issuer}${status.identity.unreachableSince === null ? '' : `: could not be asked at ${status.identity.unreachableSince}`}`,
    )
  if (status.badge !== null)
    lines.push(`badge    ${printable(status.badge)} is signed in at this workstation`)
  if (http?.state === 'listening') lines.push(`http     http://127.0.0.1:${http.port}/`)
  if ((app?.says ?? null) !== null) lines.push(`app      ${printable(app?.says ?? '')}`)
  if (http?.state === 'not listening')
    lines.push(
      `HTTP     nothing answers at port ${http.port}: ${http.reason}; files are captured all the same. Another with --port, or --port 0`,
    )
  if (state === 'not asked')
    lines.push(
      'HELD     the disk of the data folder is full, so the running relay cannot be asked: this is what its folder says',
    )
  if (held !== null)
    lines.push(
      `HELD     nothing can be recorded since ${timeOf(held.since)}: ${held.reason}; files are still noticed`,
    )
  if (notary.state === 'unreachable')
    lines.push(
      `NOTARY   it cannot be asked since ${timeOf(notary.since)}: ${printable(notary.reason ?? '')}; files are captured all the same`,
    )
  if (notary.foreign.length > 0)
    lines.push(`NOTARY   something else has the names of checkpoints of ${notary.foreign.join(', ')} records`)
  for (const { code, expected, found } of status.startUp?.notary ?? [])
    if (code !== 'notary-unreachable' || notary.state !== 'unreachable')
      lines.push(`NOTARY   ${notaryText({ code, expected, found })}`)
  if (status.left !== undefined)
    lines.push(
      `ALARM    the trail ${status.left} was left; the new one says why. Keep the line of its new key elsewhere`,
    )
  for (const { trail, code, expected, found } of status.doubts)
    lines.push(
      `DOUBT    ${trail}: ${doubts[code]}; expected ${printable(expected)}, found ${printable(found)}. Nothing in it is believed, and approvals are held`,
    )
  if ((status.people?.fault ?? null) !== null)
    lines.push(
      `PEOPLE   nobody can sign in: ${printable(status.people?.fault ?? '')}; files are captured all the same`,
    )
  for (const { subscription, what, to, behind, lastDelivery, fault } of status.outgoing) {
    const last = lastDelivery === null ? 'nothing delivered yet' : `last delivered ${lastDelivery}`
    const why = fault === null ? '' : `; since ${fault.since}: ${printable(fault.says)}`
    lines.push(`sends    ${subscription}, ${what} to ${printable(to)}: ${behind} to be sent, ${last}${why}`)
  }
  for (const { name, found, fault } of status.keys)
    lines.push(
      `KEY      ${name}: ${printable(found)}; the relay does not start without it: ${fault === 'unusable' ? 'set that right' : `put the right one back, or get it from the recovery file with ${withWhere('relay recover', where)}`}`,
    )
  if (status.left === undefined && status.before !== null)
    lines.push(
      `before   ${status.before.trail}, left ${status.before.since}: ${printable(status.before.reason)}`,
    )
  lines.push(...setRightText(status))
  if (recoveryBehind.length > 0)
    lines.push(
      `RECOVERY the recovery file does not hold ${recoveryBehind.join(', ')}: a lost disk would take them`,
    )
  for (const watch of capture.watches) {
    const isLooking = watch.state === 'watching' || watch.state === 'scanning'
    const hints = isLooking ? `, hints ${watch.hints}` : ''
    lines.push(
      `watch    ${watch.id} ${printable(watch.path)}: ${watch.state}${watch.state === 'unavailable' ? ` (${inWords(watch.reason)})` : ''}${hints}`,
    )
  }
  if (state !== 'not running' && state !== 'not asked') lines.push(`open     ${capture.pending} on their way`)
  const isShown = ({ path, stage }: { readonly path: string; readonly stage: string }) =>
    stage === 'reading' && capture.large.shown.some((one) => one.path === path)
  for (const one of capture.oldest) {
    if (isShown(one)) continue
    const why = [
      one.open === true ? 'open in a program' : '',
      one.waits === true ? 'it is read when others of its size are' : '',
      one.failure ?? '',
      ...(one.missing ?? []),
    ]
      .filter((text) => text !== '')
      .join('; ')
    lines.push(
      `         ${printable(one.path)}: ${one.stage} since ${timeOf(one.since)}${why === '' ? '' : ` (${why})`}`,
    )
  }
  lines.push(...largeText(capture.large))
  for (const { path, code } of capture.unreadableFolders)
    lines.push(`         ${printable(path)}: cannot be read (${inWords(code)})`)
  return lines.flatMap((line) => wrapped(line, 9).map((one) => `${one}\n`)).join('')
}

/** How far the relay is in what takes long to be read. */
export function largeText({ total, shown }: RelayStatus['capture']['large']): string[] {
  if (total === 0) return []
  const rest = total - shown.length
  return [
    `large    ${total} ${total === 1 ? 'is' : 'are'} being read`,
    ...shown.map(
      ({ path, bytes, ofBytes, since }) =>
        `         ${printable(path)}: ${sizeText(bytes)} of ${sizeText(ofBytes)} since ${timeOf(since)}`,
    ),
    ...(rest === 0 ? [] : [`         … and ${rest} more, begun later`]),
  ]
}

/** A line that is too wide, with the command it ends with on a line of its own, so that it can be copied. */
function commandApart(line: string): string[] {
  const at = line.lastIndexOf(': relay ')
  const [says, command] = [line.slice(0, at + 1), line.slice(at + 2)]
  return line.length <= COLUMNS || at < 0 ? [line] : [says, `${' '.repeat(9)}${command}`]
}

function endedText(ended: RelayStatus['ended']): string {
  if (ended === null) return ''
  return `, since ${ended.at}, ${ended.orderly ? 'stopped in order' : 'ended without a word (a crash, a kill, a power cut)'}`
}

/** What a start set right, and which profiles it could not use: lines for people. */
export function setRightText({
  startUp,
  refusedProfiles,
}: Pick<RelayStatus, 'startUp' | 'refusedProfiles'>): string[] {
  return [
    ...(startUp?.mended ?? []).map(
      (kind) =>
        `${kind === NOT_OURS ? 'FOUND   ' : 'MENDED  '} ${mendings[kind] ?? kind}, as a record of kind ${kind} says: relay trail shows it`,
    ),
    ...refusedProfiles.map(
      ({ file, problem }) => `PROFILE  ${printable(file)} cannot be used: ${printable(problem)}`,
    ),
  ]
}

/** What a start sets right beside the trail, by the kind of record that says so. */
const mendings: Readonly<Record<string, string>> = {
  'schema.mended': "the database's own rules were altered and were set right",
  [NOT_OURS]: "the database holds something that is not the relay's, and it was left as it is",
  'settings.mended': "the copy of the settings was altered and was written anew from the trail's records",
}

/** A code of the system with what it means; other reasons are words already. */
function inWords(reason = '?'): string {
  const meant: Readonly<Record<string, string>> = {
    ENOENT: 'it is not there',
    ENOTDIR: 'it is no folder',
    EACCES: "the relay's account may not read it",
    EPERM: "the relay's account may not read it",
    EIO: 'the disk or the share does not answer',
    ESTALE: 'the share has to be mounted anew',
    ETIMEDOUT: 'the share does not answer',
  }
  const words = meant[reason]
  return words === undefined ? printable(reason) : `${words}, ${reason}`
}

/** What the notary was found to be, for people. */
export function notaryText({ code, expected, found }: NotaryFinding): string {
  return printable(`${notaryFaults[code]}: expected ${expected}, found ${found} (${code})`)
}

function timeOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '?' : new Date(milliseconds).toISOString()
}

function anchored({ state, behind, unanchoredSince }: RelayStatus['notary']): string {
  if (state === 'not asked') return behind ? 'the last records were not anchored' : 'it was given everything'
  if (unanchoredSince !== null) return `records since ${unanchoredSince} are not anchored yet`
  return behind ? 'the last records are not anchored yet' : 'holds everything'
}
