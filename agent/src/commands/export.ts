import { basename, resolve } from 'node:path'
import {
  type ExportFilter,
  filterText,
  fingerprintOf,
  makeBag,
  NothingAskedFor,
  type Seal,
  type Sealed,
} from '@compliance-relay/shared/bag'
import {
  type Body,
  base64,
  inclusionProof,
  leafHash,
  memoryLeafStore,
  parseCheckpoint,
  printable,
  printTlogProof,
  shown,
  utf8,
} from '@compliance-relay/shared/trail'
import { VERIFY_PATIENCE } from '../ask-notary.ts'
import { checkTrail, type TrailCheck } from '../check-trail.ts'
import { dataFolder } from '../data-folder.ts'
import { trailToExport } from '../export/trails-to-export.ts'
import { writeZip } from '../export/zip-file.ts'
import { openNotary } from '../notary-queue.ts'
import { readSettings } from '../open-relay.ts'
import { requireReason } from '../reason.ts'
import { temporaryLeafStore } from '../temporary-leaf-store.ts'
import { stampReader } from '../time-stamps/is-stamp-of.ts'
import { UnusableInput } from '../unusable-input.ts'
import { version } from '../version.ts'
import { askIfRunning, askRelay } from './ask-relay.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { type Reading, reading } from './reading.ts'

export const exportHelp = `relay export --data DIR --out FILE.zip --reason TEXT [--project ID] [--device NAME]
             [--person ID] [--kind KIND] [--from TIME] [--to TIME] [--json]
      Writes records into a sealed bag (BagIt) that anybody can check: relay verify FILE.zip, or by
      hand as its VERIFY.txt says. Exports every record unless options choose; repeat --project,
      --device, --person and --kind for more. The export is a record itself: who, when, why, what.
      --kind KIND        for example file.created, or file.* for all that begin so
      --from, --to TIME  records from the first time on and before the second: 2026-03-02 or
                         2026-03-02T08:00:00.000Z
      Signatures, decisions and claims about these records, and the keys of signers, are always
      included. Of every other record the bag has the hash.
      Example: relay export --data /var/lib/relay --out march.zip --reason "inspection, March 2026"`

export const keysHelp = `relay keys --data DIR [--json]
      The keys that sign what this relay says, each with its fingerprint. Print them and file them
      where the relay cannot reach them: exports are checked against that paper.
      Example: relay keys --data /var/lib/relay`

const options = {
  data: { type: 'string' },
  out: { type: 'string' },
  reason: { type: 'string' },
  project: { type: 'string', multiple: true },
  device: { type: 'string', multiple: true },
  person: { type: 'string', multiple: true },
  kind: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** How long a head over the seal is waited for. */
const HEAD_MILLISECONDS = 30_000
const LOOK_MILLISECONDS = 200
const PROGRESS_MILLISECONDS = 1_000

export async function exportCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const data = required(values.data, 'data')
  const file = resolve(required(values.out, 'out'))
  const reason = requireReason(values.reason)
  const filter: ExportFilter = {
    ...(values.project === undefined ? {} : { projects: values.project }),
    ...(values.device === undefined ? {} : { devices: values.device }),
    ...(values.person === undefined ? {} : { persons: values.person }),
    ...(values.kind === undefined ? {} : { kinds: values.kind }),
    ...(values.from === undefined ? {} : { from: timeOf(values.from, '--from') }),
    ...(values.to === undefined ? {} : { to: timeOf(values.to, '--to') }),
  }
  if (filter.from !== undefined && filter.to !== undefined && filter.from >= filter.to)
    throw new UnusableInput('--from is before --to: as they are, no record is between them')
  const left = await verifyAll(data)
  const stamp = await stampHead(data)
  const made = await notEmpty(() =>
    writeZip(file, basename(file).replace(/\.zip$/, ''), (sink) =>
      reading(data, async (read) => {
        const isStampOf = await stampReader(read.database)
        const trails = read.trails.filter(({ origin }) => !left.some((one) => one.trail.origin === origin))
        const asked = trails.flatMap((trail) => trailToExport(read, trail, isStampOf) ?? [])
        const policy = `${trails.map(({ vkey }) => `log ${vkey}\n`).join('')}quorum none\n`
        const info = [
          ['Bag-Software-Agent', `Compliance Relay ${version}`] as const,
          ['Source-Organization', readSettings(read.host, read.trail).org] as const,
          ...left.map(
            ({ trail, report }) =>
              [
                'Left-Out',
                `${trail.origin}: it does not verify, ${report.findings.length} findings`,
              ] as const,
          ),
        ]
        const seal = (body: Body) => sealed(read, data, body)
        return makeBag(
          { trails: asked, filter, reason, policy: utf8(policy), info },
          sink,
          seal,
          progressOf(values.json),
        )
      }),
    ),
  )
  out.write(
    values.json ? jsonText({ file, ...summaryOf(made), timeStamp: stamp }) : textOf(file, made, left, stamp),
  )
  return 0
}

/** A bag of nothing would look like an answer: nothing is written, and nothing recorded. */
async function notEmpty<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof NothingAskedFor)) throw error
    throw new UnusableInput(
      `${error.message}: nothing was exported; relay settings lists projects and devices`,
    )
  }
}

/** A time stamp for the head that is exported, if the site has any; what came of it, null where there is none. */
async function stampHead(data: string): Promise<string | null> {
  const answer = await askIfRunning(dataFolder(data), { command: 'export.stamp', arguments: {} })
  return (answer as { says: string | null } | undefined)?.says ?? null
}

/** Every trail verified as start-up and relay verify do; those that do not verify. Throws `UnusableInput`. */
async function verifyAll(data: string): Promise<readonly TrailCheck[]> {
  return reading(data, async (read) => {
    const { notary: asked } = readSettings(read.host, read.trail)
    const { notary, close } = await openNotary(asked.folder)
    const left: TrailCheck[] = []
    try {
      for (const trail of read.trails) {
        const leaves = temporaryLeafStore()
        try {
          const check = await checkTrail(trail, {
            store: read.store,
            keys: [],
            notary,
            identity: asked.identity,
            patience: VERIFY_PATIENCE,
            leaves: leaves.leaves,
            pause: async () => {},
          })
          if (check.report.findings.length > 0) left.push(check)
        } finally {
          leaves.close()
        }
      }
    } finally {
      close(true)
    }
    if (left.some(({ trail }) => trail.id === read.trail.id))
      throw new UnusableInput(
        'the trail does not verify, so nothing is exported: relay verify --data says what is wrong',
      )
    return left
  })
}

/** Has the relay record the seal, and waits for a head over it. */
async function sealed(read: Reading, data: string, body: Body): Promise<Sealed> {
  const { seq } = (await askRelay(dataFolder(data), { command: 'export.seal', arguments: body })) as {
    seq: number
  }
  const until = Date.now() + HEAD_MILLISECONDS
  for (;;) {
    const head = read.store.lastCheckpoint(read.trail.id)
    if (head !== undefined && head.size > seq && head.notarised !== null) break
    if (Date.now() > until) {
      if (head !== undefined && head.size > seq) break
      throw new UnusableInput('the relay has signed no head over the seal: there is no export')
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
  }
  const head = read.store.lastCheckpoint(read.trail.id)
  if (head === undefined) throw new Error('a checkpoint is not there any more')
  const checkpoint = parseCheckpoint(head.note)
  const leaves = memoryLeafStore()
  let line: Uint8Array | undefined
  for (const one of read.store.lines(read.trail.id, 0, checkpoint.size)) {
    leaves.append(leafHash(one.line))
    if (one.seq === seq) line = one.line
  }
  if (line === undefined) throw new Error('the record of the seal is not there')
  const exported = (body['trails'] as { trail: string; size: number }[]).find(
    ({ trail }) => trail === read.trail.origin,
  )
  const from = exported?.size ?? 0
  return {
    line,
    proof: printTlogProof({
      index: seq,
      path: inclusionProof(seq, checkpoint.size, leaves.node),
      checkpoint,
    }),
    leaves: Array.from({ length: checkpoint.size - from }, (_, i) => leaves.leaf(from + i)),
  }
}

function timeOf(text: string, option: string): string {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : text
  const time = Date.parse(whole)
  if (!/^\d{4}-\d\d-\d\dT/.test(whole) || Number.isNaN(time))
    throw new UnusableInput(
      `${option} is a day or a time, 2026-03-02 or 2026-03-02T08:00:00.000Z, not ${shown(text)}`,
    )
  return new Date(time).toISOString()
}

/** On a terminal: how far it is, once a second. */
function progressOf(isQuiet: boolean): (done: number, of: number) => void {
  if (isQuiet || !process.stderr.isTTY) return () => {}
  let said = Date.now()
  return (done, of) => {
    const now = Date.now()
    if (done < of && now - said < PROGRESS_MILLISECONDS) return
    said = now
    process.stderr.write(`\r${Math.floor((100 * done) / Math.max(of, 1))} %${done >= of ? '\n' : ''}`)
  }
}

function summaryOf({ trails, count, filter, manifest }: Seal) {
  const all = trails.reduce((sum, { size }) => sum + size, 0)
  return {
    records: count,
    withheld: all - count,
    filter: filterText(filter),
    manifest,
    trails: trails.map(({ trail, size, root }) => ({ trail, size, root: base64(root) })),
  }
}

function textOf(file: string, made: Seal, left: readonly TrailCheck[], stamp: string | null): string {
  const { records, withheld, filter, manifest } = summaryOf(made)
  const lines = [
    `${file}`,
    `records       ${records.toLocaleString('en')} (${filter})`,
    `withheld      ${withheld.toLocaleString('en')}, each by its hash`,
    `manifest      ${manifest}`,
    ...(stamp === null ? [] : [`time stamp    ${stamp}`]),
    ...left.map(({ trail }) => `left out      ${trail.origin}: it does not verify`),
    'Check it with relay verify and the fingerprints that relay keys prints, kept elsewhere.',
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

export async function keysCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return reading(required(values.data, 'data'), ({ trails }) => {
    const keys = trails.map(({ origin, vkey }) => ({
      trail: origin,
      key: vkey,
      fingerprint: fingerprintOf(vkey),
    }))
    const text = () =>
      keys
        .map(
          ({ trail, key, fingerprint }) =>
            `${trail}\n  key          ${key}\n  fingerprint  ${grouped(fingerprint)}\n`,
        )
        .join('')
    out.write(values.json ? jsonText({ keys }) : text())
    return 0
  })
}

/** In groups of eight: read aloud and compared on paper. */
function grouped(digits: string): string {
  return digits.replace(/(.{8})(?=.)/g, '$1 ')
}
