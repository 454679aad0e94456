import { existsSync, statSync } from 'node:fs'
import { provedText, uncheckedText, type VerifiedStamps, verifyStamps } from '@compliance-relay/shared/bag'
import {
  base64,
  canonical,
  type MacKey,
  macKey,
  printable,
  recordIn,
  refusalIn,
  signerOf,
  type TrailRecord,
  type Value,
} from '@compliance-relay/shared/trail'
import { contentBody, refusalOf } from '../answered.ts'
import { VERIFY_PATIENCE } from '../ask-notary.ts'
import { digestOf } from '../capture/manifest.ts'
import { readable } from '../capture/raw-name.ts'
import { stateFaults } from '../capture/state-faults.ts'
import { type CheckOptions, checkTrail, isSound, type TrailCheck } from '../check-trail.ts'
import { messageOf } from '../error-message.ts'
import { trailsNotLost } from '../known-trails.ts'
import { openNotary } from '../notary-queue.ts'
import { formerPeople } from '../people/former-people.ts'
import { printReport } from '../print-report.ts'
import {
  readSettings,
  type SealedSettings,
  type SettingsSources,
  sealedSettings,
  settingsOfTrail,
} from '../recorded-settings.ts'
import { readNote } from '../sealed-note.ts'
import { openSecrets } from '../secrets.ts'
import type { Settings } from '../settings.ts'
import { columnsOf, isOf } from '../sqlite/columns.ts'
import { unreadableRows } from '../sqlite/readable-rows.ts'
import type { StoredTrail } from '../sqlite/trail-store.ts'
import { tryWriterLock } from '../sqlite/writer-lock.ts'
import { ownerName } from '../system-faults.ts'
import { temporaryLeafStore } from '../temporary-leaf-store.ts'
import { givenAnchors } from '../time-stamps/given-anchors.ts'
import { stampsInNotary } from '../time-stamps/stamps-to-verify.ts'
import { TrailAuthority } from '../trail-authority.ts'
import { inDoubtSince, trailBefore } from '../trail-before.ts'
import { KEY_BYTES, secretNames, wrongLength } from '../trail-keys.ts'
import { UnusableInput } from '../unusable-input.ts'
import { checkDatabase } from './check-database.ts'
import { type DataFinding, firstOnes, printFindings } from './data-findings.ts'
import { doubtsIn, newestKey } from './doubts-in.ts'
import { filesOnDisk } from './files-on-disk.ts'
import type { Output } from './options.ts'
import { type Reading, reading } from './reading.ts'

/** What is nothing wrong, and said. */
const NOT_RECORDED_YET = 'not-recorded-yet'

export interface DataNotice {
  readonly code: typeof NOT_RECORDED_YET
  readonly trail: string
  readonly seq?: number
  readonly says: string
}

export interface VerifyDataOptions {
  readonly json: boolean
  /** Every file is read, too. */
  readonly files: boolean
  /** A file with the certificates of whose time stamps count. */
  readonly tsaCert?: string | undefined
}

/** `relay verify --data`: every trail of a data folder, its keys if they can be read, and what the notary holds. */
export async function verifyData(
  path: string,
  { json, files, tsaCert }: VerifyDataOptions,
  out: Output,
): Promise<number> {
  requireOwner(path)
  const anchors = await givenAnchors(tsaCert)
  return reading(path, async (data) => {
    const findings: DataFinding[] = []
    const notices: DataNotice[] = []
    const checks: TrailCheck[] = []
    const stamps: VerifiedStamps[] = []
    const newest = await newestKey(data)
    const authority = new TrailAuthority()
    const found = await doubtsIn(data, authority)
    const sealed = newest && sealedSettings(sourcesOf(data, newest, authority))
    const settings = sealed?.settings ?? readSettings(data.host, data.trail)
    const { notary: asked } = settings
    checkDatabase(data, findings)
    const { notary: opened, close } = await openNotary(asked)
    // Where it is not known which is the one, none is asked.
    const notary = asked.isInDoubt === true ? undefined : opened
    try {
      for (const trail of data.trails) {
        const keys = await keysOf(data, trail, findings)
        const known = trail === data.trail ? trailsNotLost(data.store) : undefined
        const noted = () => (trail === data.trail && newest ? notedSize(data, newest) : undefined)
        const asking = { keys, notary, known, noted, identity: asked.identity, patience: VERIFY_PATIENCE }
        checks.push(await asOfOneMoment(data, () => checkOne(data, trail, asking, findings)))
        // Of a checkpoint that is stored, whole and signed, the check of the trail has just said whether it holds.
        const noteOf = (size: number) => data.store.checkpoint(trail.id, size)?.note
        const verified = await verifyStamps(
          notary === undefined ? [] : stampsInNotary(notary, trail.origin, noteOf),
          anchors,
        )
        for (const { name, found, ...rest } of verified.findings)
          findings.push({ ...rest, trail: trail.origin, found: `${found} (${name})` })
        stamps.push(verified)
      }
    } finally {
      close(true)
    }
    checkNamed(data, findings)
    checkInDoubt(data, newest, sealed, checks, findings)
    // A key that is missing has been named with the keys.
    for (const { code, ...doubt } of found)
      if (code !== 'trail-key-missing') findings.push({ code, ...doubt })
    await asOfOneMoment(data, async () => {
      checkSettings(data, sealed, findings)
      checkState(data, authority, findings)
    })
    if (files) await asOfOneMoment(data, async () => checkFiles(data, settings, authority, findings, notices))
    const faults = findings.length + checks.reduce((sum, { report }) => sum + report.findings.length, 0)
    if (json) {
      const trails = checks.map(({ trail, report, notarised }, i) => ({
        origin: trail.origin,
        ...report,
        root: base64(report.root),
        notarised: notarised === undefined ? null : notarised.size,
        timeStamps: { proved: stamps[i]?.proved ?? [], unchecked: stamps[i]?.unchecked ?? 0 },
      }))
      out.write(`${JSON.stringify({ trails, findings, notices }, null, 2)}\n`)
    } else {
      for (const { report, notarised } of checks)
        out.write(
          printReport(undefined, report, {
            keyed: report.checked.checksums > 0,
            vouched: true,
            notarised: notarised?.size,
          }),
        )
      out.write(checkedBeside(notary && asked.folder, files, findings, stamps))
      out.write(printFindings(findings))
      out.write(notices.map(({ code, says }) => `  ${code}: ${printable(says)}\n`).join(''))
      out.write(
        faults === 0
          ? 'The data folder holds what its trails and the notary say.\n'
          : `${faults} ${faults === 1 ? 'finding' : 'findings'} in all.\n`,
      )
    }
    return faults === 0 ? 0 : 1
  })
}

/** Keys are for nobody but the account the relay runs under: for another they would seem to be missing. */
function requireOwner(path: string): void {
  const uid = process.getuid?.()
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  if (uid === undefined || owner === undefined || owner === uid) return
  throw new UnusableInput(
    `${path} belongs to ${ownerName(path)}, and its keys are for no other account: run this as ${ownerName(path)}, e.g. with sudo -u ${ownerName(path)}`,
  )
}

/** What was checked beside the lines of the trails. */
function checkedBeside(
  notary: string | undefined,
  files: boolean,
  findings: readonly DataFinding[],
  stamps: readonly VerifiedStamps[],
): string {
  const unchecked = uncheckedText(stamps.reduce((sum, one) => sum + one.unchecked, 0))
  const isAway = findings.some(({ code }) => code === 'notary-unreachable')
  const checks = [
    'the keys, the names of the trails, the settings in use, the database itself',
    'search columns, manifests, and what is remembered of each file, against the records',
    ...(isAway || notary === undefined ? [] : [`the notary in ${printable(notary)}`]),
    ...(files ? ['every file that was read, against its last record'] : []),
    ...stamps.flatMap(({ proved }) => provedText(proved) ?? []),
  ]
  const open = [
    ...(unchecked === undefined ? [] : [unchecked]),
    ...(notary === undefined
      ? ['any notary: which is the one of this relay is not known']
      : isAway
        ? [`the notary in ${printable(notary)}: it cannot be asked now`]
        : []),
    files
      ? 'files no record is of, or that could not be read when they were recorded: relay status'
      : 'files on the disk: --files reads them all',
  ]
  const listed = (name: string, items: readonly string[]) =>
    items.map((item, i) => `${(i === 0 ? name : '').padEnd(14)}${item}\n`).join('')
  return `${listed('checked too', checks)}${listed('not checked', open)}\n`
}

async function checkOne(
  data: Reading,
  trail: StoredTrail,
  asking: Pick<CheckOptions, 'keys' | 'notary' | 'known' | 'noted' | 'identity' | 'patience'>,
  findings: DataFinding[],
): Promise<TrailCheck> {
  const leaves = temporaryLeafStore()
  try {
    const pause = async () => {}
    const check = await checkTrail(trail, { ...asking, store: data.store, leaves: leaves.leaves, pause })
    for (const { code, expected, found } of check.notary)
      findings.push({ code, trail: trail.origin, expected, found })
    checkColumns(data, trail, findings)
    return check
  } finally {
    leaves.close()
  }
}

/**
 * What is read within is of one commit, whatever the relay writes meanwhile: SQLite takes its snapshot at the first
 * read. `checkTrail` asks the notary before that, so the notary never seems to be ahead of a relay at work.
 */
async function asOfOneMoment<Result>({ database }: Reading, work: () => Promise<Result>): Promise<Result> {
  database.exec('BEGIN')
  try {
    return await work()
  } finally {
    database.exec('ROLLBACK')
  }
}

/** The trail's MAC key. Without it the chain is checked all the same, checksums are not: that is a finding. */
async function keysOf({ folder }: Reading, trail: StoredTrail, findings: DataFinding[]): Promise<MacKey[]> {
  const names = secretNames(trail.origin)
  const unusable = (name: string, found: string) =>
    findings.push({ code: 'key-unusable', trail: trail.origin, expected: `the key ${name}`, found })
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    try {
      const secret = await (await openSecrets(folder)).read(name)
      if (secret === undefined) unusable(name, 'nothing')
      if (secret === undefined || secret.length === KEY_BYTES) return secret
      unusable(name, `it ${wrongLength(secret.length)}`)
      return undefined
    } catch (error) {
      unusable(name, messageOf(error))
      return undefined
    }
  }
  const seed = await read(names.seed)
  if (seed !== undefined && signerOf(trail.origin, 'note', seed).vkey !== trail.vkey)
    unusable(names.seed, 'the key of another trail')
  const mac = await read(names.mac)
  return mac === undefined ? [] : [macKey(mac)]
}

/** Each trail goes on from the one before, and says so in its first record; the first one from none. */
function checkNamed({ store, trails }: Reading, findings: DataFinding[]): void {
  for (const [i, trail] of trails.entries()) {
    const expected = trails[i - 1]?.origin ?? 'none, for it is the first here'
    const before = trailBefore(store, trail)?.trail
    if (i === 0 && before === undefined) continue
    const found = before ?? 'none that can be read'
    if (found !== expected)
      findings.push({ code: 'trail-not-named', trail: trail.origin, seq: 0, expected, found })
  }
}

/** What the next start goes by. */
function sourcesOf(
  { host, trail, trails }: Reading,
  newest: Uint8Array,
  authority: TrailAuthority,
): SettingsSources {
  return { host, trail, mac: macKey(newest), left: trails.slice(0, -1), authority }
}

function notedSize({ host, trail }: Reading, newest: Uint8Array): number | undefined {
  return readNote(macKey(newest), trail.origin, host.note())?.size
}

/** What records that are lost may have said of people and of the notary: as first records say it, and as the next start will. */
function checkInDoubt(
  { store, trails, trail }: Reading,
  newest: Uint8Array | undefined,
  sealed: SealedSettings | undefined,
  checks: readonly TrailCheck[],
  findings: DataFinding[],
): void {
  const lost = (origin: string, found: string) =>
    findings.push({
      code: 'people-in-doubt',
      trail: origin,
      expected: 'every record of people and settings',
      found,
    })
  for (const [i, one] of trails.entries()) {
    const inDoubt = inDoubtSince(store, one)
    const before = trails[i - 1]?.origin ?? one.origin
    const people = inDoubt.filter((what) => what !== 'notary')
    if (people.length > 0) lost(before, `${people.join(' and ')} that are not known for certain`)
    if (inDoubt.includes('notary'))
      findings.push({
        code: 'notary-unknown',
        trail: before,
        expected: 'settings that are sealed',
        found: `a notary that a copy of them named, and that ${one.origin} goes on with`,
      })
  }
  const check = checks.at(-1)
  if (newest === undefined || check === undefined || isSound(check)) return
  const { isInDoubt, lostUntil } = formerPeople(store, trail, { mac: macKey(newest) }, check)
  const areNamesInDoubt = sealed?.recorded === undefined || lostUntil > sealed.sureUntil
  if (isInDoubt || areNamesInDoubt) lost(trail.origin, 'lines that are damaged or missing')
}

/** What the scan goes by, against the records. */
function checkState(data: Reading, authority: TrailAuthority, findings: DataFinding[]): void {
  const rows = unreadableRows(data.database)
  if (rows > 0) {
    const trail = data.trail.origin
    // None of it is read then: the start removes these, and finds what they stood for again.
    findings.push({
      code: 'row-unreadable',
      trail,
      expected: 'rows that can be read',
      found: `${rows} that cannot`,
    })
    return
  }
  for (const { live, at, ...fault } of firstOfEach(stateFaults(data.database, authority)))
    findings.push(aboutUnit(data, { ...fault, trail: live?.trail, seq: live?.seq ?? at?.seq }))
}

/** The files themselves, against the records. */
function checkFiles(
  data: Reading,
  settings: Settings,
  authority: TrailAuthority,
  findings: DataFinding[],
  notices: DataNotice[],
): void {
  const isGiven = firstOnes()
  const since = isAtWork(data) ? Date.now() : undefined
  for (const { unit, restSeconds, ...fault } of filesOnDisk(data.database, settings, authority, since)) {
    if (!isGiven(restSeconds === undefined ? fault.code : NOT_RECORDED_YET)) continue
    const finding = aboutUnit(data, { ...fault, trail: unit.trail, seq: unit.seq })
    if (restSeconds === undefined) {
      findings.push(finding)
      continue
    }
    const { trail, seq } = finding
    const says = `${readable(fault.path)} in ${fault.watch} is not recorded yet as it is now, ${restSeconds} s at rest: the relay is at work`
    notices.push({ code: NOT_RECORDED_YET, trail, ...(seq === undefined ? {} : { seq }), says })
  }
}

/** Whether a relay runs on the data folder; of a copy of one, in which there is no lock, none does. */
function isAtWork({ folder }: Reading): boolean {
  if (!existsSync(folder.lock)) return false
  const lock = tryWriterLock(folder.lock)
  lock?.release()
  return lock === undefined
}

function* firstOfEach<Fault extends { readonly code: string }>(faults: Iterable<Fault>): Generator<Fault> {
  const isGiven = firstOnes()
  for (const fault of faults) if (isGiven(fault.code)) yield fault
}

interface UnitFault {
  readonly code: DataFinding['code']
  readonly watch: string
  readonly path: string
  readonly trail: number | undefined
  readonly seq: number | undefined
  readonly expected: string
  readonly found: string
}

function aboutUnit({ trails }: Reading, fault: UnitFault): DataFinding {
  const { code, watch, path, trail, seq, expected, found } = fault
  return {
    code,
    trail: (trails.find(({ id }) => id === trail) ?? trails.at(-1))?.origin ?? '',
    ...(seq === undefined ? {} : { seq }),
    expected,
    found: `${found}: ${readable(path)} in ${watch}`,
  }
}

/** Every record's columns against its line, and no columns without a line. */
function checkColumns({ store }: Reading, trail: StoredTrail, findings: DataFinding[]): void {
  const isGiven = firstOnes()
  const add = (finding: Omit<DataFinding, 'trail'>): void => {
    if (isGiven(finding.code)) findings.push({ ...finding, trail: trail.origin })
  }
  let lines = 0
  for (const { seq, line } of store.lines(trail.id)) {
    lines++
    const record = recordIn(line)
    if (record === undefined) continue
    const expected = canonical(columnsOf(record) as unknown as Value)
    const columns = store.columns(trail.id, seq)
    if (columns === undefined) add({ code: 'columns-missing', seq, expected, found: 'none' })
    else if (!isOf(columns, record))
      add({ code: 'columns-differ', seq, expected, found: canonical({ ...columns } as unknown as Value) })
    checkClaim(store, record, add)
    if (HAS_MANIFEST.test(record.kind)) checkContent(store, contentBody(store, record), seq, add)
  }
  const columns = store.columnCount(trail.id)
  if (columns > lines) add({ code: 'columns-extra', expected: `${lines}`, found: `${columns}` })
}

/** Records of captures: what else calls something a manifest, an export for one, keeps none here. */
const HAS_MANIFEST = /^(?:dataset|capture)\./

/** A claim whose refusal stands in another trail: of its own trail it has been held against that. */
function checkClaim(
  store: Reading['store'],
  record: TrailRecord,
  add: (finding: Omit<DataFinding, 'trail'>) => void,
): void {
  const named = refusalIn(record)
  if (named === undefined || named.trail === record.trail || refusalOf(store, record) !== undefined) return
  const { trail, seq } = named
  const expected = `what the refusal at record ${seq} of ${trail} says`
  add({ code: 'claim-refusal', seq: record.seq, expected, found: 'another, or none' })
}

function checkContent(
  store: Reading['store'],
  body: { readonly [key: string]: Value },
  seq: number,
  add: (finding: Omit<DataFinding, 'trail'>) => void,
): void {
  const { manifest, files } = body
  if (typeof manifest !== 'string' || files !== undefined) return
  const content = store.content(manifest)
  if (content === undefined) add({ code: 'content-missing', seq, expected: manifest, found: 'nothing' })
  else if (digestOf(content) !== manifest)
    add({ code: 'content-differs', seq, expected: manifest, found: digestOf(content) })
}

/** Without the key of the trail, as its lines read. */
function checkSettings(
  { host, trail }: Reading,
  sealed: SealedSettings | undefined,
  findings: DataFinding[],
): void {
  try {
    const settings = sealed === undefined ? settingsOfTrail(host, trail) : sealed.recorded
    const copy = canonical(host.settings() as Value)
    const expected =
      settings === undefined ? 'settings that can be read' : canonical(settings as unknown as Value)
    if (expected !== copy)
      findings.push({ code: 'settings-differ', trail: trail.origin, expected, found: copy })
  } catch (error) {
    findings.push({
      code: 'settings-differ',
      trail: trail.origin,
      expected: 'settings that can be read',
      found: messageOf(error),
    })
  }
}
