import { timeStampFaults } from '../time-stamp/faults.ts'
import { counted, type FindingCode, printable, sentenceOf } from '../trail/index.ts'
import { actorText } from './about.ts'
import { type BagFinding, BagRepacked, type BagUnreadable, bagFaults, NOTHING_GIVEN } from './faults.ts'
import { filterText } from './filter.ts'
import type { BagReport, SealedBy, TrailInBag } from './verify-bag.ts'
import type { ProvedTime } from './verify-stamps.ts'

/*
 * What verifying a bag has shown, in words: the same on a terminal and on the offline page, so that nobody has to ask
 * whether two sentences mean the same. Texts of a bag stand in it as they are; whoever shows them makes them printable.
 */

/** The report of `relay verify`, as lines for a terminal: of a bag with findings the verdict stands first, too. */
export function reportText(file: string, report: BagReport): string {
  const lines = [
    // Whatever the seal says: whoever reads one line reads this.
    ...(report.findings.length === 0 ? [] : [fact('verdict', verdictText(report))]),
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

export type NamedFacts = readonly (readonly [name: string, value: string])[]

/**
 * What the bag is, a name and a value each. Of one whose seal does not hold, the first line says that it is no evidence,
 * and what follows is only what it says of itself.
 */
export function bagFacts({ sealed, trails }: BagReport): NamedFacts {
  if (sealed === undefined) return [['sealed', 'no: nothing in it is evidence']]
  if (!sealed.holds)
    return [
      ['sealed', 'NO: nothing in it is evidence. This is what it says of itself, and none of it is shown:'],
      ...saidOfItself(sealed, trails).map((said) => ['it says', said] as const),
    ]
  return [
    ['sealed', `yes, record ${sealed.seq} of ${sealed.trail}`],
    ['asked for by', `${askedByText(sealed)}, ${sealed.time} by the relay's clock`],
    ['reason', sealed.reason],
    ['what', filterText(sealed.filter)],
    ...trails.flatMap((trail) => [
      ['trail', trailText(trail)] as const,
      ...trail.witnessed.map(
        ({ name, seconds }) => ['seen by', witnessText(name, seconds, trail.covered)] as const,
      ),
    ]),
    ...afterTexts(sealed).map((text) => ['after', text] as const),
    ...sealed.leftOut.map((trail) => ['left out', leftOutText(trail)] as const),
  ]
}

/** Who the relay says asked. Where no person is enrolled that is the relay itself, and only the account says more. */
export function askedByText({ actor, account }: SealedBy): string {
  const by = account === undefined ? '' : `, by the operating system's account ${account}`
  return `${actorText(actor)}${by}`
}

/** What a bag whose seal does not hold says of itself. */
export function saidOfItself(sealed: SealedBy, trails: readonly TrailInBag[]): readonly string[] {
  const { seq, trail, time, reason, filter, leftOut } = sealed
  return [
    `sealed by record ${seq} of ${trail}`,
    `asked for by ${askedByText(sealed)}, ${time}`,
    `reason: ${reason}`,
    `what: ${filterText(filter)}`,
    ...trails.map((one) => `trail ${one.trail}: ${counted(one.size, 'record')}`),
    ...leftOut.map((one) => `left out: ${one}`),
  ]
}

/** Of a trail of the relay that is not in the bag. */
export function leftOutText(trail: string): string {
  return `${trail}: the relay says that it does not verify, or that nobody signed a head of it`
}

/** How many records came after what is in the bag. */
export function afterTexts({ after }: SealedBy): readonly string[] {
  if (after === undefined) return []
  const { untilSeal, untilHead } = after
  const were = untilSeal === 1 ? 'record was' : 'records were'
  return [
    untilSeal === 0
      ? 'no record was made after the exported head, up to the seal'
      : `${untilSeal} ${were} made after the exported head, up to the seal; ${untilSeal === 1 ? 'it is' : 'they are'} not in the bag`,
    `${untilHead} up to the head under which the seal is shown, the seal itself among them`,
  ]
}

/** How many records of a trail are in the bag. What is only missing is not withheld. */
export function thereText({
  disclosed,
  size,
  withheld,
}: Pick<TrailInBag, 'disclosed' | 'size'> & { readonly withheld: number | undefined }): string {
  return withheld === undefined
    ? `${disclosed} of ${counted(size, 'record was', 'records were')} read at ${size === 1 ? 'its place' : 'their places'}, and not all that were sealed`
    : `${disclosed} of ${counted(size, 'record')}, ${withheld} withheld`
}

/**
 * Of changes that a part of a trail may not show; undefined where no record is withheld. Of what was withheld only hashes
 * are there: nobody can tell from the bag what it was.
 */
export function unseenChangesText({
  sealed,
  trails,
}: Pick<BagReport, 'sealed' | 'trails'>): string | undefined {
  const withheld = sealed?.holds === true ? trails.reduce((sum, one) => sum + (one.withheld ?? 0), 0) : 0
  if (withheld === 0) return undefined
  const they =
    withheld === 1 ? 'one is withheld, and it may be' : `${withheld} are withheld, and among them may be`
  return `what is said of changes is of the records in this bag: ${they} a later version of one of these`
}

function trailText({ trail, disclosed, size, withheld, checkpoints, covered }: TrailInBag): string {
  return `${trail}: ${thereText({ disclosed, size, withheld })}; ${
    checkpoints === 1 ? 'one checkpoint holds, of' : `${checkpoints} checkpoints hold, the largest of`
  } ${counted(covered, 'record')}`
}

function witnessText(name: string, seconds: number, covered: number): string {
  return `${name}, ${timeOfSeconds(seconds)} by its own clock: ${firstThere(covered)} by then`
}

/** Of so many records from the first on. */
export function firstThere(size: number): string {
  return size === 1 ? 'the first record was there' : `the first ${size} records were there`
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
  if (isNothingGiven({ code, found }))
    return { code, place, sentence: 'nothing was given that says whose word counts', expected, found }
  const sentence =
    code in bagFaults ? bagFaults[code as keyof typeof bagFaults] : sentenceOf(code as FindingCode)
  return { code, place, sentence, expected, found }
}

/** It is about no key of the bag: no fingerprint and no policy was given. */
export function isNothingGiven({ code, found }: Pick<BagFinding, 'code' | 'found'>): boolean {
  return code === 'policy-unknown' && found === NOTHING_GIVEN
}

/** Of findings of a code beyond those that are given one by one. */
export function omittedText(code: string, count: number): string {
  return `${code}, ${counted(count, 'time')}`
}

export function checkedTexts({ checked, sealed, trails }: BagReport): readonly string[] {
  // Against what no seal holds nothing is checked: it was read, and agrees with itself or does not.
  if (sealed?.holds !== true)
    return [
      `nothing against a seal that holds; ${counted(checked.files, 'file was', 'files were')} read, with ${counted(checked.bytes, 'byte')} of payload`,
    ]
  return [
    `${counted(checked.files, 'file')}, ${counted(checked.bytes, 'byte')}, against the manifest, and that against the seal`,
    `${counted(checked.records, 'record at its place', 'records at their places')}${checked.table ? ', and each cell of the table' : ''}`,
    ...(checked.statements > 0
      ? [`${counted(checked.statements, 'e-signature')}, which VERIFY.txt in the bag does not check`]
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
  const until = ({ size, time }: ProvedTime) => `${firstThere(size)} by ${time}`
  const stamps = counted(proved.length, 'time stamp')
  // Those who read a stamp by hand see its time without the accuracy, which is added here.
  return `${stamps}: ${first === last ? until(last) : `${until(first)}, ${until(last)}`}, with the accuracy the authority states`
}

/** Of time stamps that nobody's certificate was given for; undefined where there are none. */
export function uncheckedText(unchecked: number): string | undefined {
  if (unchecked === 0) return undefined
  return `${counted(unchecked, 'time stamp')}: relay verify --tsa-cert FILE says whose count`
}

export function notCheckedTexts({ sealed, trails, unused }: BagReport): readonly string[] {
  const stamps = uncheckedText(trails.reduce((sum, { unchecked }) => sum + unchecked, 0))
  const unseen = unseenChangesText({ sealed, trails })
  return [
    ...(stamps === undefined ? [] : [stamps]),
    ...unused.map((one) => `${one}: you gave this fingerprint, and nothing in the bag is by its key`),
    ...(unseen === undefined ? [] : [unseen]),
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
  if (isOnly('bag-older'))
    return `${number}: it is as it was sealed, and older than the checkpoint you have. What came after it is not in it.`
  if (isOnly('policy-unknown'))
    return `${number}: ${
      findings.some(isNothingGiven)
        ? 'nothing was given that says whose word counts'
        : 'the fingerprints given are not those of its keys'
    }, so nothing is said about the bag.`
  if (findings.every(({ code }) => code in timeStampFaults)) return `${number} ${TIME_STAMPS_ONLY}`
  return `${number}: this bag does not hold. It is not as it was sealed, or not by whom you trust.`
}

/** Where nothing is wrong but with time stamps, or with the certificates given for them. */
export const TIME_STAMPS_ONLY =
  'about a time stamp, none about the records: by when they were there, it does not show.'

/** Where nothing is given from outside of a bag, this is all there is to say of it, whatever is found. */
export const UNTRUSTED_TEXT =
  'No fingerprint and no policy was given, so this bag vouches for nothing: anybody can make one that agrees with itself.'

/** Of what is no bag at all. `then`: what to do with the folder that a zip was unpacked into. */
export function unreadableText(file: string, error: BagUnreadable, then: string): string {
  if (error instanceof BagRepacked)
    return `${file} is a zip that another program has packed again, as mail gateways do: of such a one two programs can show two things, so it is not read. Unpack it, and ${then}`
  return `${file} is no zip that can be read, or only a part of one (${error.message})`
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
