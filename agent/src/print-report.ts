import {
  base64,
  type Finding,
  type Notice,
  notices,
  type Omitted,
  printable,
  type Report,
  sentenceOf,
} from '@compliance-relay/shared/trail'
import { wrapped } from './commands/wrapped.ts'

export interface PrintOptions {
  /** A key was given. */
  readonly keyed: boolean
  /** A key or a checkpoint was given: without either, whoever edits records can make all of it hold. */
  readonly vouched: boolean
  /** Records the notary's largest checkpoint covers, where a notary was asked and answered. */
  readonly notarised?: number | undefined
  /** What else was checked has findings, which follow: this report has not the last word. */
  readonly goesOn?: boolean
}

/**
 * A report for a person: what was found, what was checked, and what these checks cannot show. The last
 * part is as much of the result as the first. Without a file it is one part of a larger report.
 */
export function printReport(
  file: string | undefined,
  report: Report,
  { keyed, vouched, notarised, goesOn = file === undefined }: PrintOptions,
): string {
  const lines = [
    ...(file === undefined ? [] : [`file          ${file}`]),
    `trail         ${report.trail ?? 'none'}`,
    `entries       ${count(report.entries, 'entry', 'entries')} in ${count(report.lines, 'line')}`,
    `root          ${base64(report.root)}`,
    '',
    ...report.findings.flatMap(findingLines),
    ...report.notices.flatMap(noticeLines),
    ...report.omitted.flatMap(omittedLines),
    ...checkedLines(report, keyed, notarised),
    '',
    goesOn && report.findings.length === 0
      ? 'No findings in the lines of this trail.'
      : verdict(report, vouched),
    '',
  ]
  // File names, and names inside trails and policies, are other people's text.
  return lines.map(printable).join('\n')
}

function omittedLines({ code, count: more, line }: Omitted): string[] {
  return [`AND MORE      ${code}, ${count(more, 'time')}, last in line ${line}`, '']
}

function findingLines(finding: Finding): string[] {
  return [`FINDING       ${finding.code}${placeOf(finding)}`, ...detailLines(finding)]
}

function noticeLines(notice: Notice): string[] {
  const run = notice.count === 1 ? '' : `, and the ${notice.count - 1} after it`
  return [`NOTICE        ${notice.code}${placeOf(notice)}${run}`, ...detailLines(notice)]
}

function detailLines(finding: Finding | Notice): string[] {
  return [
    `              ${sentenceOf(finding.code)}`,
    `              expected  ${finding.expected}`,
    `              found     ${finding.found}`,
    '',
  ]
}

function placeOf({ seq, line, checkpoint }: Finding | Notice): string {
  if (checkpoint !== undefined) return `, checkpoint ${checkpoint}`
  return `${seq === undefined ? '' : `, entry ${seq}`}${line === undefined ? '' : `, line ${line}`}`
}

function checkedLines({ entries, checked }: Report, keyed: boolean, notarised?: number): string[] {
  const { checksums, checkpoints, coveredSize, cosignedBy, statements } = checked
  const covered = count(coveredSize, 'entry', 'entries')
  const seen = cosignedBy.map(({ name, seconds }) => `${name} at ${new Date(seconds * 1000).toISOString()}`)
  const checks = [
    `form, numbering and links of ${count(entries, 'entry', 'entries')}`,
    ...(checksums > 0 ? [`checksums of ${count(checksums, 'entry', 'entries')}`] : []),
    ...(statements > 0 ? [count(statements, 'e-signature')] : []),
    ...(checkpoints > 0 ? [`${count(checkpoints, 'checkpoint')}; the largest covers ${covered}`] : []),
    ...(seen.length > 0 ? [`cosigned by ${seen.join(', ')}`] : []),
    ...(notarised === undefined
      ? []
      : [`what the notary holds: it covers ${count(notarised, 'entry', 'entries')}`]),
  ]
  const unseen = 'no witness cosigned it, so whoever holds the trail key could have written it anew'
  const open = [
    ...uncheckedSums(entries - checksums, keyed),
    notarised !== undefined
      ? `the end: the notary knows of no record after the first ${notarised}, so any removed would not be missed`
      : checkpoints > 0
        ? `the end: no checkpoint given knows of records after the first ${coveredSize}, so any removed would not be missed`
        : 'the end: no checkpoint holds, so newest records that were removed would not be missed',
    ...(checkpoints > 0 && seen.length === 0 ? [`the checkpoint: ${unseen}`] : []),
    ...(statements > 0
      ? ['that nobody approved what they had made: the relay refuses that as it takes an approval in']
      : []),
    'whether records were made of everything that happened: no file can show that',
  ]
  return [...list('checked', checks), ...list('not checked', open)]
}

function uncheckedSums(entriesLeft: number, keyed: boolean): string[] {
  if (entriesLeft === 0) return []
  const which = count(entriesLeft, 'entry', 'entries')
  return keyed
    ? [`checksums of ${which}: the key given is not theirs`]
    : [
        `checksums of ${which}: no key was given, so an edit is found only where an e-signature or a checkpoint covers it`,
      ]
}

function list(name: string, items: readonly string[]): string[] {
  return items.flatMap((item, i) => wrapped(`${(i === 0 ? name : '').padEnd(14)}${item}`, 14))
}

function verdict({ findings, omitted }: Report, vouched: boolean): string {
  if (findings.length === 0)
    return vouched
      ? 'No findings: everything that was checked holds.'
      : 'No findings, and no evidence: without a key or a checkpoint nothing vouches for these records.'
  const more = omitted.filter(({ code }) => !(code in notices)).reduce((sum, one) => sum + one.count, 0)
  const number = count(findings.length + more, 'finding')
  if (findings.every(({ code }) => code === 'key-missing'))
    return `${number}: the key given is not that of these records.`
  if (findings.every(({ code }) => code === 'checkpoint-beyond-end'))
    return `${number}: the newest records are missing, or the trail was copied before the checkpoint was.`
  if (findings.every(isAboutCheckpoint)) return `${number} about a checkpoint, none about the records.`
  return `${number}: this trail is not as it was written.`
}

/** Whether a finding is about a checkpoint by itself, and not about records it should cover. */
function isAboutCheckpoint({ code, checkpoint }: Finding): boolean {
  return checkpoint !== undefined && code !== 'root-mismatch' && code !== 'checkpoint-beyond-end'
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
