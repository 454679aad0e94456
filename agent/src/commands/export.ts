import {
  BAG_FORMAT,
  BAG_TRAILS_MAX,
  type BagProgress,
  type ExportFilter,
  filterText,
  makeBag,
  NothingAskedFor,
  type Seal,
  sealBody,
} from '@compliance-relay/shared/bag'
import { base64, canonical, printable, utf8 } from '@compliance-relay/shared/trail'
import { VERIFY_PATIENCE } from '../ask-notary.ts'
import { checkTrail } from '../check-trail.ts'
import { dataFolder } from '../data-folder.ts'
import { filterOf, filterOptions, nothingOf } from '../export/export-filter.ts'
import { sealAndProve } from '../export/seal-proof.ts'
import { trailToExport } from '../export/trails-to-export.ts'
import { writeZip } from '../export/zip-file.ts'
import { openNotary } from '../notary-queue.ts'
import { readSettings } from '../open-relay.ts'
import { type ProgressLine, progressLine } from '../progress-line.ts'
import { requireReason } from '../reason.ts'
import { type TemporaryLeafStore, temporaryLeafStore } from '../temporary-leaf-store.ts'
import { stampReader } from '../time-stamps/is-stamp-of.ts'
import { UnusableInput } from '../unusable-input.ts'
import { softwareName } from '../version.ts'
import { askIfRunning } from './ask-relay.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { type Reading, reading } from './reading.ts'

export const exportHelp = `relay export --data DIR --out FILE.zip --reason TEXT [--project ID] [--device NAME]
             [--instrument PROFILE] [--person ID] [--kind KIND] [--state STATE] [--from TIME]
             [--to TIME] [--json]
      Writes records into a sealed bag (BagIt) that anybody can check: relay verify FILE.zip, or by
      hand as its VERIFY.txt says. Exports every record unless options choose; repeat an option for
      more values. The export is a record itself: who, when, why, what. On a terminal it says how
      far it is; with --json it does not.
      --instrument PROFILE  whose rules were applied, by its ID: relay profiles lists them
      --kind KIND           for example file.created, or file.* for all that begin so
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

/** A record has room for so much of a seal. */
const SEAL_BYTES_MAX = 60_000
const NO_DIGEST = '0'.repeat(64)

export async function exportCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const data = required(values.data, 'data')
  const file = required(values.out, 'out')
  const reason = requireReason(values.reason)
  const filter = filterOf(values)
  const line = progressLine(values.json)
  const verified = await verifyAll(data, line)
  try {
    const stamp = await stampHead(data)
    const made = await writeZip(file, (sink) =>
      reading(data, async (read) => {
        if (read.trail.origin !== verified.origin)
          throw new UnusableInput('the relay has begun a new trail meanwhile: export again')
        const isStampOf = await stampReader(read.database)
        const trails = read.trails.filter(({ origin }) => !verified.unsound.includes(origin))
        const asked = trails.flatMap((trail) => trailToExport(read, trail, isStampOf) ?? [])
        const taken = new Set(asked.map(({ trail }) => trail))
        const policy = trails
          .filter(({ origin }) => taken.has(origin))
          .map(({ vkey }) => `log ${vkey}\n`)
          .join('')
        const said = {
          filter,
          reason,
          software: softwareName,
          organization: readSettings(read.host, read.trail).org,
          leftOut: read.trails.map(({ origin }) => origin).filter((origin) => !taken.has(origin)),
        }
        requireRoom({ ...said, trails: asked })
        const from = asked.find(({ trail }) => trail === read.trail.origin)?.size ?? 0
        const day = new Date().toISOString().slice(0, 10)
        return makeBag(
          { ...said, trails: asked, policy: utf8(`${policy}quorum none\n`), day },
          sink,
          (body) => sealAndProve(read, data, body, { leaves: verified.leaves.leaves, from }),
          (progress) => say(line, progress),
        )
      }),
    )
    line.end()
    out.write(
      values.json ? jsonText({ file, ...summaryOf(made), timeStamp: stamp }) : textOf(file, made, stamp),
    )
    return 0
  } catch (error) {
    line.end()
    if (error instanceof NothingAskedFor) throw new UnusableInput(nothingOf(error.unmatched))
    throw error
  } finally {
    verified.leaves.close()
  }
}

function say(line: ProgressLine, { writing, done, of }: BagProgress): void {
  const what = {
    states: 'records looked through for signatures',
    leaves: 'hashes of records written',
    records: 'records read and written',
    table: 'records read for the table',
  }
  line.say(what[writing], done, of)
}

/** A time stamp for the head that is exported, if the site has any; what came of it, null where there is none. */
async function stampHead(data: string): Promise<string | null> {
  const answer = await askIfRunning(dataFolder(data), { command: 'export.stamp', arguments: {} })
  return (answer as { says: string | null } | undefined)?.says ?? null
}

/** What the seal says has to fit into a record: that is known before anything is written. */
function requireRoom({
  trails,
  ...said
}: Pick<Seal, 'reason' | 'software' | 'organization' | 'leftOut'> & {
  readonly filter: ExportFilter
  readonly trails: readonly { readonly trail: string; readonly size: number }[]
}): void {
  const root = new Uint8Array(32)
  const digests = { manifest: NO_DIGEST, info: NO_DIGEST, count: 0 }
  const roots = trails.map(({ trail, size }) => ({ trail, size, root }))
  const body = sealBody({ format: BAG_FORMAT, ...said, ...digests, trails: roots })
  const number = trails.length + said.leftOut.length
  if (number > BAG_TRAILS_MAX || utf8(canonical(body)).length > SEAL_BYTES_MAX)
    throw new UnusableInput(
      `this relay has had ${number} trails, and the seal has room for ${BAG_TRAILS_MAX}, with what is asked for: name less, or export from a copy of the data folder before the newest trails`,
    )
}

interface VerifiedTrails {
  /** Name of the trail that is written to. */
  readonly origin: string
  /** Names of those that do not verify. */
  readonly unsound: readonly string[]
  /** Of that trail. */
  readonly leaves: TemporaryLeafStore
}

/** Every trail verified as start-up and relay verify do. Throws `UnusableInput`. */
async function verifyAll(data: string, line: ProgressLine): Promise<VerifiedTrails> {
  return reading(data, async (read) => {
    const { notary: asked } = readSettings(read.host, read.trail)
    const { notary, close } = await openNotary(asked.folder)
    const of = read.trails.reduce((sum, { id }) => sum + read.store.size(id), 0)
    const unsound: string[] = []
    let own: TemporaryLeafStore | undefined
    let done = 0
    try {
      for (const trail of read.trails) {
        const leaves = temporaryLeafStore()
        try {
          const { report } = await checkTrail(trail, {
            store: read.store,
            keys: [],
            notary,
            identity: asked.identity,
            patience: VERIFY_PATIENCE,
            leaves: leaves.leaves,
            pause: async () => line.say('records verified', done + leaves.leaves.size, of),
          })
          done += report.lines
          if (report.findings.length > 0) unsound.push(trail.origin)
          if (isOwn(read, trail)) own = leaves
        } finally {
          if (own !== leaves) leaves.close()
        }
      }
    } catch (error) {
      own?.close()
      throw error
    } finally {
      line.end()
      close(true)
    }
    if (own === undefined) throw new Error('the trail that is written to was not verified')
    if (unsound.includes(read.trail.origin)) {
      own.close()
      throw new UnusableInput(
        'the trail does not verify, so nothing is exported: relay verify --data says what is wrong',
      )
    }
    return { origin: read.trail.origin, unsound, leaves: own }
  })
}

function isOwn({ trail }: Reading, { id }: { readonly id: number }): boolean {
  return trail.id === id
}

function summaryOf({ trails, count, filter, manifest, leftOut }: Seal) {
  const all = trails.reduce((sum, { size }) => sum + size, 0)
  return {
    records: count,
    withheld: all - count,
    filter: filterText(filter),
    manifest,
    trails: trails.map(({ trail, size, root }) => ({ trail, size, root: base64(root) })),
    leftOut,
  }
}

function textOf(file: string, made: Seal, stamp: string | null): string {
  const { records, withheld, filter, manifest, leftOut } = summaryOf(made)
  const lines = [
    `${file}`,
    `records       ${records.toLocaleString('en')} (${filter})`,
    `withheld      ${withheld.toLocaleString('en')}, each by its hash`,
    `manifest      ${manifest}`,
    ...(stamp === null ? [] : [`time stamp    ${stamp}`]),
    ...leftOut.map((trail) => `left out      ${trail}: it does not verify, or nobody signed a head of it`),
    'Check it with relay verify and the fingerprints that relay keys prints, kept elsewhere.',
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}
