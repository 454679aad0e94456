import { openAsBlob } from 'node:fs'
import {
  type BagFinding,
  type BagReport,
  BagUnreadable,
  bagFaults,
  filterText,
  openZipBag,
  type Trust,
  verifyBag,
  type ZipBag,
} from '@compliance-relay/shared/bag'
import { type Checkpoint, type FindingCode, printable, sentenceOf } from '@compliance-relay/shared/trail'
import { jsonText, type Output } from './commands/options.ts'
import { progressLine } from './progress-line.ts'
import { UnusableInput } from './unusable-input.ts'

/** `relay verify BAG.zip`. Returns 0 if nothing was found, 1 if something was. Throws `UnusableInput`. */
export async function verifyBagCommand(
  file: string,
  {
    trust,
    newest,
    json,
  }: { readonly trust: Trust; readonly newest: readonly Checkpoint[]; readonly json: boolean },
  out: Output,
): Promise<number> {
  const bag = await openBag(file)
  const line = progressLine(json)
  try {
    const onProgress = (read: number, of: number) => line.say('bytes of files read', read, of)
    const onRecords = (checked: number, of: number) => line.say('records checked', checked, of)
    const report = await verifyBag(bag, { trust, newest, onProgress, onRecords })
    line.end()
    out.write(json ? jsonText({ file, ...report }) : reportText(file, report))
    return report.findings.length === 0 ? 0 : 1
  } finally {
    line.end()
    await bag.close()
  }
}

/** Throws `UnusableInput` for what is no zip. */
export async function openBag(file: string): Promise<ZipBag> {
  try {
    return await openZipBag(await openAsBlob(file))
  } catch (error) {
    if (error instanceof BagUnreadable)
      throw new UnusableInput(`${file} is no zip that can be read, or only a part of one (${error.message})`)
    throw error
  }
}

function reportText(file: string, report: BagReport): string {
  const { sealed, trails, checked, findings, omitted } = report
  const lines = [
    `bag           ${file}`,
    ...(sealed === undefined
      ? ['sealed        no: nothing in it is evidence']
      : [
          `sealed        ${sealed.holds ? 'yes' : 'NO: nothing in it is evidence'}, record ${sealed.seq} of ${sealed.trail}`,
          `asked for by  ${sealed.actor.name} (${sealed.actor.id}), ${sealed.time} by the relay's clock`,
          `reason        ${sealed.reason}`,
          `what          ${filterText(sealed.filter)}`,
        ]),
    ...trails.map(
      ({ trail, disclosed, size, withheld, checkpoints, covered }) =>
        `trail         ${trail}: ${disclosed} of ${size} records, ${withheld} withheld; ${checkpoints} checkpoints hold, the largest of ${covered} records`,
    ),
    '',
    ...findings.flatMap(findingLines),
    ...omitted.map(({ code, count }) => `AND MORE      ${code}, ${count} times`),
    ...listed('checked', [
      `${checked.files} files, ${checked.bytes} bytes, against the manifest, and that against the seal`,
      `${checked.records} records at their places, and each cell of the table`,
      ...(checked.statements > 0 ? [`${checked.statements} e-signatures`] : []),
    ]),
    ...listed('not checked', [
      'whether the filter took all it should: only the whole trail shows that',
      ...(sealed?.filter.states === undefined
        ? []
        : ['whether a signature or a rule was kept back that makes the state of a record another']),
      'checksums: they need the key of the chain. An edit is found by the leaves all the same',
      'what happened after the last checkpoint in it',
    ]),
    '',
    findings.length === 0 ? 'No findings: everything that was checked holds.' : verdict(findings),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function verdict(findings: BagReport['findings']): string {
  const number = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  const isOnly = (code: BagFinding['code']) => findings.every((one) => one.code === code)
  if (isOnly('bag-older')) return `${number}: it is as it was sealed, and older than the checkpoint you have.`
  if (isOnly('policy-unknown'))
    return `${number}: the fingerprints given are not those of its keys, so nothing is said about the bag.`
  return `${number}: this bag is not as it was sealed, or not by whom you trust.`
}

function findingLines({ code, file, line, seq, trail, expected, found }: BagFinding): string[] {
  const place = [
    file,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(seq === undefined ? [] : [`record ${seq}`]),
    ...(trail === undefined ? [] : [trail]),
  ].join(', ')
  const sentence =
    code in bagFaults ? bagFaults[code as keyof typeof bagFaults] : sentenceOf(code as FindingCode)
  return [
    `FINDING       ${code}, ${place}`,
    `              ${sentence}`,
    `              expected  ${expected}`,
    `              found     ${found}`,
    '',
  ]
}

function listed(name: string, items: readonly string[]): string[] {
  return items.map((item, i) => `${(i === 0 ? name : '').padEnd(14)}${item}`)
}
