import { actorText, answersText, recordText, uncheckedText } from '@compliance-relay/shared/bag'
import { element, facts } from './element.ts'
import { longList } from './long-list.ts'
import type { Answer, Answers, Match, Signature } from './messages.ts'

const NAMED_MAX = 5

/** What the export says of the files that were dropped: those it does not have first, for they are what is looked for. `withheld`: records it has only the hashes of. */
export function answersView({ items, files, isStopped }: Answers, withheld: number): HTMLElement {
  const looked = items.filter(({ what }) => what === 'file')
  const there = looked.filter(({ matches }) => matches.length > 0).length
  const unclaimed = looked.filter(({ matches }) => isUnclaimed(matches)).length
  const unread = looked.filter(({ digest }) => digest === undefined).length
  const sets = items.length - looked.length
  const summary = [
    `${count(there, 'file is', 'files are')} in this export, ${count(looked.length - there - unread, 'is none', 'are none')} of it.`,
    ...(unclaimed > 0
      ? [`${count(unclaimed, 'of them is one', 'of them are some')} that no person answers for.`]
      : []),
    ...(unread > 0 ? [`${count(unread, 'file', 'files')} could not be read.`] : []),
    ...(sets > 0 ? [`${count(sets, 'folder is a data set', 'folders are data sets')} of it.`] : []),
    ...(isStopped
      ? [`It was stopped: ${count(files - looked.length, 'file was', 'files were')} not read.`]
      : []),
  ].join(' ')
  const byPath = (some: readonly Answer[]) =>
    some.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const sorted = [
    ...byPath(items.filter(({ what }) => what === 'folder')),
    ...byPath(looked.filter(({ matches }) => matches.length === 0)),
    ...byPath(looked.filter(({ matches }) => matches.length > 0)),
  ]
  return element(
    'div',
    '',
    element('p', 'summary', summary),
    longList('list', sorted, 'files', (one) => answerItem(one, withheld)),
  )
}

function answerItem({ path, digest, unreadable, matches, more }: Answer, withheld: number): HTMLLIElement {
  const [first] = matches
  const said =
    unreadable !== undefined
      ? `It could not be read: ${unreadable}`
      : first === undefined
        ? `None of this export: no record in it has this content.${withheld > 0 ? ` It may be one of the ${withheld.toLocaleString('en')} that were withheld.` : ''}`
        : matches.length + more === 1
          ? `${roleText(first)} record ${first.seq}${isUnclaimed(matches) ? ', which no person answers for' : ''}.`
          : `It is in ${matches.length + more} records of this export.`
  const kind =
    unreadable !== undefined ? 'bad' : first === undefined ? 'none' : isUnclaimed(matches) ? 'open' : 'good'
  return element(
    'li',
    `answer ${kind}`,
    element('span', 'path', path),
    element('p', 'said', `${{ bad: '!', none: '–', open: '!', good: '✓' }[kind]} ${said}`),
    ...(digest === undefined ? [] : [facts([['SHA-256', element('span', 'digest', digest)]])]),
    ...matches.map((match) => matchView(match, withheld)),
    ...(more > 0 ? [element('p', '', `And ${more} more records with this content.`)] : []),
  )
}

/** Of what is in the export by refusals alone that nobody has claimed: `relay verify-file` ends with 1 for it. */
export function isUnclaimed(matches: readonly Match[]): boolean {
  return (
    matches.length > 0 &&
    matches.every(({ kind, claim }) => kind === 'capture.refused' && claim === undefined)
  )
}

function roleText({ as, members = [] }: Match): string {
  return {
    file: 'The file of',
    'data-set': 'The whole data set of',
    'raw-data': 'The raw data of the data set of',
    member: `${members.length === 1 ? 'The file' : 'The files'} ${namesOf(members)} of the data set of`,
  }[as]
}

/** Of very many the first are named. */
function namesOf(members: readonly string[]): string {
  const more = members.length - NAMED_MAX
  return `${members.slice(0, NAMED_MAX).join(' and ')}${more > 0 ? ` and ${more} more` : ''}`
}

function matchView(match: Match, withheld: number): HTMLElement {
  const { trail, seq, kind, time, path, project, device, after, signatures } = match
  return element(
    'div',
    'match',
    facts([
      ['record', `${seq} of ${trail}: ${kind}`],
      [roleText(match).replace(/ of$/, '').toLowerCase() === 'the file' ? 'path' : 'data set', path],
      ...(match.as === 'member' ? [['file in it', namesOf(match.members ?? [])] as const] : []),
      ['who', whoText(match)],
      ['of', [device === '' ? '' : `device ${device}`, `project ${project}`].filter(Boolean).join(', ')],
      ...(after.length === 0 && withheld > 0
        ? [
            [
              'later version',
              `none in this export; it may be one of the ${withheld.toLocaleString('en')} that were withheld`,
            ] as const,
          ]
        : []),
      ...after.map((next) => ['later version', `${next.change}, ${recordText(next, trail)}`] as const),
      ['time claimed', `${time} by the clock of the relay`],
      ['time proven', provenText(match)],
      ...(signatures.length === 0
        ? [['signatures', 'none in this export'] as const]
        : signatures.map((one) => ['signature', signatureView(one)] as const)),
    ]),
  )
}

function whoText({ kind, actor, trail, claim }: Match): string {
  if (kind === 'capture.refused') return answersText(claim, trail)
  return actor.via === 'relay' ? actorText(actor) : `${actorText(actor)}, by ${actor.via}`
}

function provenText({ proven, unchecked }: Match): string {
  if (proven.length > 0) return proven.map(({ time, by }) => `was there by ${time}, by ${by}`).join('; ')
  return uncheckedText(unchecked) === undefined
    ? 'nothing in this export but that clock says when'
    : `nothing that was checked says when; not checked: ${uncheckedText(unchecked)}`
}

/** Printed name, date and time, meaning (21 CFR 11.50(a)), the reason, and what of the time is only claimed. */
function signatureView({
  seq,
  name,
  user,
  meaning,
  reason,
  at,
  notBefore,
  recorded,
  withdrawn,
  changed,
}: Signature): HTMLElement {
  const between = notBefore === undefined ? `by ${recorded}` : `between ${notBefore} and ${recorded}`
  return element(
    'span',
    '',
    element('strong', '', `${meaning} by ${name} (${user})`),
    `, ${at} by the clock of the device; taken in ${between} by the clock of the relay. Reason: ${reason}. Record ${seq}.`,
    ...(withdrawn === undefined ? [] : [element('strong', '', ` Withdrawn by record ${withdrawn}.`)]),
    ...(changed === undefined ? [] : [element('strong', '', ` It was ${changed}.`)]),
  )
}

function count(number: number, one: string, several: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : several}`
}
