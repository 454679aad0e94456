import { filterText, NothingAskedFor, type Seal, withheldBy } from '@compliance-relay/shared/bag'
import { base64, printable, shown } from '@compliance-relay/shared/trail'
import { dataFolder } from '../data-folder.ts'
import { filterOf, filterOptions, nothingOf } from '../export/export-filter.ts'
import { type ExportStep, makeExport } from '../export/make-export.ts'
import type { RecordedSeal } from '../export/seal-export.ts'
import { progressLine } from '../progress-line.ts'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { askIfRunning, askRelay } from './ask-relay.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'

export const exportHelp = `relay export --data DIR --out FILE.zip --reason TEXT [--project ID] [--device NAME]
             [--instrument PROFILE] [--person ID] [--kind KIND] [--state STATE] [--from TIME]
             [--to TIME] [--json]
      Writes records into a sealed bag (BagIt) that anybody can check: relay verify FILE.zip, or by
      hand as its VERIFY.txt says. Exports every record unless options choose; repeat an option for
      more values. The export is a record itself: who, when, why, what. On a terminal it says how
      far it is; with --json it does not.
      --instrument PROFILE  whose rules were applied, by its ID: relay profiles lists them
      --person ID           what that person did, as the actor of a record: files they answer for,
                            acts, signatures. Not what others or the relay recorded about them:
                            changes of their account, wrong passwords, held and refused signatures;
                            --kind account.*, session.* and signature.* take those of everybody
      --kind KIND           for example file.created, or file.* for all that begin so;
                            agent/RECORDS.md lists all kinds
      --state STATE         files and data sets by what their signatures have come to: unsigned,
                            reviewed, approved, rejected; or held: one waits for a decision
      --from, --to TIME     records from the first time on and before the second: a day, 2026-03-02,
                            which begins at midnight UTC, or a time with its zone,
                            2026-03-02T08:00:00Z or 2026-03-02T08:00:00+01:00
      Signatures, decisions and claims about these records, and the keys of signers, are always
      included. Of every other record the bag has the hash.
      Example: relay export --data /var/lib/relay --out march.zip --reason "inspection, March 2026"`

const options = {
  data: { type: 'string' },
  out: { type: 'string' },
  reason: { type: 'string' },
  ...filterOptions,
  json: { type: 'boolean', default: false },
} as const

const steps: { readonly [S in ExportStep]: string } = {
  verifying: 'records verified',
  states: 'records looked through for signatures',
  leaves: 'hashes of records written',
  records: 'records read and written',
  table: 'records read for the table',
}

export async function exportCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const data = required(values.data, 'data')
  const file = required(values.out, 'out')
  // A folder is said to be one by whoever opens it.
  if (!/\.zip\/*$/i.test(file)) throw new UnusableInput(`--out is a FILE.zip, not ${shown(file)}`)
  const reason = requireReason(values.reason)
  const filter = filterOf(values)
  const line = progressLine(values.json)
  const onProgress = (step: ExportStep, done: number, of: number) => line.say(steps[step], done, of)
  let unasked: readonly string[] = []
  const seal = async (body: Parameters<typeof askRelay>[1]['arguments']) => {
    const sealed = await askRelay(dataFolder(data), { command: 'export.seal', arguments: body })
    const { seq, unasked: some } = sealed as unknown as RecordedSeal
    unasked = some
    return seq
  }
  let stamped: string | null = null
  const stamp = async () => {
    stamped = await stampHead(data)
    return undefined
  }
  const day = new Date().toISOString().slice(0, 10)
  try {
    const made = await makeExport({ data, file, filter, reason, day, stamp, seal, onProgress })
    line.end()
    out.write(
      values.json
        ? jsonText({ file, ...summaryOf(made), unasked, timeStamp: stamped })
        : textOf(file, made, { stamp: stamped, unasked }),
    )
    return 0
  } catch (error) {
    line.end()
    if (error instanceof NothingAskedFor) throw new UnusableInput(nothingOf(error.unmatched, filter))
    throw error
  }
}

/** A time stamp for the head that is exported, if the site has any; what came of it, null where there is none. */
async function stampHead(data: string): Promise<string | null> {
  const answer = await askIfRunning(dataFolder(data), { command: 'export.stamp', arguments: {} })
  return (answer as { says: string | null } | undefined)?.says ?? null
}

function summaryOf(seal: Seal) {
  const { trails, count, filter, manifest, leftOut } = seal
  return {
    records: count,
    withheld: withheldBy(seal),
    filter: filterText(filter),
    manifest,
    trails: trails.map(({ trail, size, root }) => ({ trail, size, root: base64(root) })),
    leftOut,
  }
}

function textOf(
  file: string,
  made: Seal,
  { stamp, unasked }: { readonly stamp: string | null; readonly unasked: readonly string[] },
): string {
  const { records, withheld, filter, manifest, leftOut } = summaryOf(made)
  const lines = [
    `${file}`,
    `records       ${records.toLocaleString('en')} (${filter})`,
    `withheld      ${withheld.toLocaleString('en')}, each by its hash`,
    `manifest      ${manifest}`,
    ...(stamp === null ? [] : [`time stamp    ${stamp}`]),
    ...leftOut.map(
      (trail) =>
        `left out      ${trail}: it does not verify, or nobody signed a head of it (relay verify says why)`,
    ),
    ...unasked.map(
      (trail) => `not asked     the notary was away: whether it holds a later end of ${trail} is not known`,
    ),
    'Check it with relay verify and the fingerprints that relay keys prints, kept elsewhere.',
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}
