import { base64, type Finding, type Notice, type Report, sentenceOf } from '@compliance-relay/shared/trail'

/**
 * A report for a person: what was found, what was checked, and what these checks cannot show. The last
 * part is as much of the result as the first.
 */
export function printReport(file: string, report: Report, { keyed }: { readonly keyed: boolean }): string {
  return [
    `file          ${file}`,
    `trail         ${report.trail ?? 'none'}`,
    `entries       ${count(report.entries, 'entry', 'entries')} in ${count(report.lines, 'line')}`,
    `root          ${base64(report.root)}`,
    '',
    ...report.findings.flatMap(findingLines),
    ...report.notices.flatMap(noticeLines),
    ...checkedLines(report, keyed),
    '',
    verdict(report),
    '',
  ].join('\n')
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

function checkedLines({ entries, lines, checked }: Report, keyed: boolean): string[] {
  const { checksums, checkpoints, anchoredSize, statements } = checked
  const unanchored = lines - anchoredSize
  const checks = [
    `form, numbering and links of ${count(entries, 'entry', 'entries')}`,
    ...(checksums > 0 ? [`checksums of ${count(checksums, 'entry', 'entries')}`] : []),
    ...(statements > 0 ? [count(statements, 'e-signature')] : []),
    ...(checkpoints > 0
      ? [`${count(checkpoints, 'checkpoint')}; the largest covers ${anchoredSize} entries`]
      : []),
  ]
  const open = [
    ...(keyed
      ? []
      : [
          `checksums: no key was given${checkpoints > 0 ? '; a checkpoint fixes what it covers without one' : ', so a trail written anew as a whole would look the same'}`,
        ]),
    ...(checkpoints === 0
      ? ['the end: no checkpoint holds, so newest records that were removed would not be missed']
      : unanchored > 0
        ? [`the last ${count(unanchored, 'entry', 'entries')}: no checkpoint given covers them`]
        : []),
    'whether records were made of everything that happened: no file can show that',
  ]
  return [...list('checked', checks), ...list('not checked', open)]
}

function list(name: string, items: readonly string[]): string[] {
  return items.map((item, i) => `${(i === 0 ? name : '').padEnd(14)}${item}`)
}

function verdict({ findings }: Report): string {
  if (findings.length === 0) return 'No findings: everything that was checked holds.'
  return `${count(findings.length, 'finding')}: this trail is not as it was written.`
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
