import { type FindingCode, printable, sentenceOf } from '../trail/index.ts'
import type { ProvedTime } from './check-time-stamps.ts'
import { type BagFinding, type BagUnreadable, bagFaults } from './faults.ts'
import { filterText } from './filter.ts'
import type { BagReport, TrailInBag } from './verify-bag.ts'

/*
 * What verifying a bag has shown, in words: the same on a terminal and on the offline page, so that nobody has to ask
 * whether two sentences mean the same. Texts of a bag stand in it as they are; whoever shows them makes them printable.
 */

/** The report of `relay verify`, as lines for a terminal. */
export function reportText(file: string, report: BagReport): string {
  const lines = [
    fact('bag', file),
    ...bagFacts(report).map(([name, value]) => fact(name, value)),
    '',
    ...report.findings.flatMap(findingLines),
    ...report.omitted.map(({ code, count }) => fact('AND MORE', omittedText(code, count))),
    ...listed('checked', checkedTexts(report)),
    ...listed('not checked', notCheckedTexts(report)),
    '',
    verdictText(report),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** What the bag is, a name and a value each. Of one whose seal does not hold, the first line says that it is no evidence. */
export function bagFacts({ sealed, trails }: BagReport): readonly (readonly [name: string, value: string])[] {
  const seal =
    sealed === undefined
      ? ([['sealed', 'no: nothing in it is evidence']] as const)
      : ([
          [
            'sealed',
            `${sealed.holds ? 'yes' : 'NO: nothing in it is evidence'}, record ${sealed.seq} of ${sealed.trail}`,
          ],
          ['asked for by', `${sealed.actor.name} (${sealed.actor.id}), ${sealed.time} by the relay's clock`],
          ['reason', sealed.reason],
          ['what', filterText(sealed.filter)],
        ] as const)
  return [
    ...seal,
    ...trails.flatMap((trail) => [
      ['trail', trailText(trail)] as const,
      ...trail.witnessed.map(
        ({ name, seconds }) => ['seen by', witnessText(name, seconds, trail.covered)] as const,
      ),
    ]),
  ]
}

function trailText({ trail, disclosed, size, withheld, checkpoints, covered }: TrailInBag): string {
  return `${trail}: ${disclosed} of ${size} records, ${withheld} withheld; ${
    checkpoints === 1 ? 'one checkpoint holds, of' : `${checkpoints} checkpoints hold, the largest of`
  } ${covered} records`
}

function witnessText(name: string, seconds: number, covered: number): string {
  return `${name}, ${timeOfSeconds(seconds)} by its own clock: the first ${covered} records were there by then`
}

/** POSIX seconds, as a witness has them. */
export function timeOfSeconds(seconds: number): string {
  const time = new Date(seconds * 1_000)
  return Number.isNaN(time.getTime()) ? `second ${seconds}` : time.toISOString()
}

/** A finding in words: where, what it means, and what was held against what. */
export interface FindingText {
  readonly code: string
  readonly place: string
  readonly sentence: string
  readonly expected: string
  readonly found: string
}

export function findingText({ code, file, line, seq, trail, expected, found }: BagFinding): FindingText {
  const place = [
    file,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(seq === undefined ? [] : [`record ${seq}`]),
    ...(trail === undefined ? [] : [trail]),
  ].join(', ')
  const sentence =
    code in bagFaults ? bagFaults[code as keyof typeof bagFaults] : sentenceOf(code as FindingCode)
  return { code, place, sentence, expected, found }
}

/** Of findings of a code beyond those that are given one by one. */
export function omittedText(code: string, count: number): string {
  return `${code}, ${count} times`
}

export function checkedTexts({ checked, trails }: BagReport): readonly string[] {
  return [
    `${checked.files} files, ${checked.bytes} bytes, against the manifest, and that against the seal`,
    `${checked.records} records at their places, and each cell of the table`,
    ...(checked.statements > 0
      ? [`${checked.statements} ${checked.statements === 1 ? 'e-signature' : 'e-signatures'}`]
      : []),
    ...trails.flatMap(({ trail, proved }) => {
      const text = provedText(proved)
      return text === undefined ? [] : [`${text} (${trail})`]
    }),
  ]
}

/** What time stamps show; undefined where there are none that hold. */
export function provedText(proved: readonly ProvedTime[]): string | undefined {
  const [first, last] = [proved[0], proved.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const until = ({ size, time }: ProvedTime) => `the first ${size} records were there by ${time}`
  const stamps = `${proved.length} ${proved.length === 1 ? 'time stamp' : 'time stamps'}`
  return `${stamps}: ${first === last ? until(last) : `${until(first)}, ${until(last)}`}`
}

/** Of time stamps that nobody's certificate was given for; undefined where there are none. */
export function uncheckedText(unchecked: number): string | undefined {
  if (unchecked === 0) return undefined
  return `${unchecked} ${unchecked === 1 ? 'time stamp' : 'time stamps'}: relay verify --tsa-cert FILE says whose count`
}

export function notCheckedTexts({ sealed, trails }: BagReport): readonly string[] {
  const stamps = uncheckedText(trails.reduce((sum, { unchecked }) => sum + unchecked, 0))
  return [
    ...(stamps === undefined ? [] : [stamps]),
    'whether the filter took all it should: only the whole trail shows that',
    ...(sealed?.filter.states === undefined
      ? []
      : ['whether a signature or a rule was kept back that makes the state of a record another']),
    'checksums: they need the key of the chain. An edit is found by the leaves all the same',
    'what happened after the last checkpoint in it',
  ]
}

/** The last word. */
export function verdictText({ findings }: Pick<BagReport, 'findings'>): string {
  if (findings.length === 0) return 'No findings: everything that was checked holds.'
  const number = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  const isOnly = (code: BagFinding['code']) => findings.every((one) => one.code === code)
  if (isOnly('bag-older')) return `${number}: it is as it was sealed, and older than the checkpoint you have.`
  if (isOnly('policy-unknown'))
    return `${number}: the fingerprints given are not those of its keys, so nothing is said about the bag.`
  return `${number}: this bag is not as it was sealed, or not by whom you trust.`
}

/** Where nothing is given from outside of a bag, this is all there is to say of it, whatever is found. */
export const UNTRUSTED_TEXT =
  'No fingerprint and no policy was given, so this bag vouches for nothing: anybody can make one that agrees with itself.'

/** Of what is no bag at all. */
export function unreadableText(file: string, { message }: BagUnreadable): string {
  return `${file} is no zip that can be read, or only a part of one (${message})`
}

function findingLines(finding: BagFinding): string[] {
  const { code, place, sentence, expected, found } = findingText(finding)
  return [
    fact('FINDING', `${code}, ${place}`),
    fact('', sentence),
    fact('', `expected  ${expected}`),
    fact('', `found     ${found}`),
    '',
  ]
}

function fact(name: string, value: string): string {
  return `${name.padEnd(14)}${value}`
}

function listed(name: string, items: readonly string[]): string[] {
  return items.map((item, i) => fact(i === 0 ? name : '', item))
}
