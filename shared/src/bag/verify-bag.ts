import type { Anchors } from '../time-stamp/index.ts'
import {
  type Actor,
  base64,
  type Checkpoint,
  equalBytes,
  type FindingCode,
  fromUtf8,
  hex,
  type Policy,
  parsePolicy,
  sha256,
  utf8,
  type Value,
} from '../trail/index.ts'
import type { BagInfo } from './bag-info.ts'
import { type BagSource, wholeOf } from './bag-source.ts'
import { checkFiles, readable } from './check-files.ts'
import { type CheckedRecords, checkRecords, type SeenRecord } from './check-records.ts'
import { type CheckedSeal, checkHistory, checkSeal, checkSignatures, leavesIn } from './check-seal.ts'
import { type CheckedTrail, checkTrails } from './check-trails.ts'
import { checkWords } from './check-words.ts'
import { type BagFaultCode, type BagFinding, BagFormError, NOTHING_GIVEN } from './faults.ts'
import { BagFindings } from './findings.ts'
import { frontierOf } from './frontier-of.ts'
import { BAG_INFO, CSV, MANIFEST, POLICY, RECORDS, SEAL_LEAVES } from './layout.ts'
import type { Seal } from './seal.ts'
import type { ProvedTime } from './verify-stamps.ts'

const POLICY_BYTES_MAX = 65_536
/** Of the fingerprints that were given so many are said in a finding. */
const GIVEN_SAID_MAX = 4

/** Whose word is taken for the heads in a bag. It comes from outside of the bag: what lies in it vouches for nothing. */
export type Trust =
  | { readonly policy: Policy }
  /** As `fingerprintOf` gives them: the bag's own policy is taken if it goes by these keys and no others. */
  | { readonly fingerprints: readonly string[] }

export interface BagOptions {
  readonly trust: Trust
  /** Heads of the trails that you have from elsewhere, e.g. from the notary: a bag that is older is said to be. */
  readonly newest?: readonly Checkpoint[]
  /** Whose time stamps count, from outside of the bag; without them no signature on one is checked. */
  readonly timeStamps?: Anchors
  /** How much was read, and of how much, in bytes; called often. */
  readonly onProgress?: (read: number, of: number) => void
  /**
   * Called with each record that stands at its place in its trail, in the order of the bag, while it is not yet known
   * whether the bag holds: what is made of them counts only once the report has no findings.
   */
  readonly onRecord?: (seen: SeenRecord) => void
  /** How many records were checked, and of how many; called often, once the files have been read. */
  readonly onRecords?: (checked: number, of: number) => void
}

export interface BagReport {
  readonly findings: readonly BagFinding[]
  readonly omitted: readonly { readonly code: string; readonly count: number }[]
  /** What the bag says of itself; undefined unless the seal holds, and says the same. */
  readonly info: BagInfo | undefined
  readonly sealed: SealedBy | undefined
  readonly trails: readonly TrailInBag[]
  /** Fingerprints that were given, and are of no key of this bag: nothing in it is by these. */
  readonly unused: readonly string[]
  readonly checked: {
    /** Files that could be read, and how many bytes of payload there are in them. */
    readonly files: number
    readonly bytes: number
    /** Records at their places. */
    readonly records: number
    /** Lines of the file of records that were looked at: those after them are too many. */
    readonly lines: number
    /** Each cell of the table is what the records say. */
    readonly table: boolean
    /** E-signatures that verify. */
    readonly statements: number
  }
}

export interface SealedBy {
  readonly trail: string
  readonly seq: number
  /** By the clock of the relay: a claim. */
  readonly time: string
  /** Who asked for the export. */
  readonly actor: Actor
  /** The account of the operating system that asked, where a command did and no session. */
  readonly account?: string
  readonly filter: Seal['filter']
  readonly reason: string
  /** How many records the bag has. */
  readonly count: number
  /** Trails of the relay that are not in the bag. */
  readonly leftOut: readonly string[]
  /**
   * How many records of the seal's own trail came after what was exported, up to the seal, and up to the head under which
   * it is shown. They are not in the bag. Undefined if the seal is not shown to be in the history of the records.
   */
  readonly after: { readonly untilSeal: number; readonly untilHead: number } | undefined
  /** True if the seal is in its trail under a head that is signed as it has to be, and binds the files of this bag. */
  readonly holds: boolean
}

export interface TrailInBag {
  readonly trail: string
  readonly size: number
  readonly disclosed: number
  /** Undefined if the records in the bag are not those that were sealed: what is missing then is not withheld. */
  readonly withheld?: number
  readonly checkpoints: number
  readonly covered: number
  readonly witnessed: readonly { readonly name: string; readonly seconds: number }[]
  /** What time stamps show, ascending sizes; and how many of them were not checked. */
  readonly proved: readonly ProvedTime[]
  readonly unchecked: number
}

/** What breaks a seal: then nothing in the bag is evidence. */
const breaking: readonly (BagFaultCode | FindingCode)[] = [
  'seal-form',
  'seal-not-in-trail',
  'seal-of-another-history',
  'trail-not-signed',
  'leaves-changed',
  'manifest-changed',
  'info-changed',
  'info-untrue',
  'recipe-changed',
  'policy-unknown',
  'checkpoint-signature',
  'checkpoint-cosignature',
  'checkpoint-quorum',
]

/**
 * Verifies a bag: that it is whole, that a relay sealed it, that the seal stands in its trail under a head signed by whom
 * you trust, and that every record in it is the one at its place. Memory: 40 bytes for each record of its trails, and 16
 * for each in it. Rejects only with what reading the bag throws.
 */
export async function verifyBag(all: BagSource, options: BagOptions): Promise<BagReport> {
  const findings = new BagFindings()
  const { read } = progress(all, options)
  for (const fault of all.faults ?? []) findings.add(fault)
  const files = await checkFiles(all, findings, read)
  const { tags, digests, info, bytes } = files
  // What could not be read is a finding by now, and is not read again.
  const source: BagSource = {
    files: all.files.filter(({ name }) => tags.has(name) || digests.has(name)),
    read: (name) => all.read(name),
  }
  const policy = await policyOf(source, digests, options.trust, findings)
  const checked = checkSeal(tags, policy, findings)
  const filesRead = tags.size + digests.size
  if (checked === undefined) return reportOf(findings, { info, bytes, files: filesRead })
  const { seal } = checked
  checkWords(files, checked, findings)
  const trails = await checkTrails(source, seal.trails, policy, options.timeStamps, findings)
  const isInHistory = checkHistory(
    checked,
    tags.get(SEAL_LEAVES),
    trails.get(checked.entry.record.trail)?.leaves,
    findings,
  )
  const records = digests.has(RECORDS)
    ? await checkRecords(
        source,
        { seal, trails, policy, onRecord: options.onRecord },
        digests.get(CSV),
        findings,
        { read, checked: (number) => options.onRecords?.(number, seal.count) },
      )
    : NO_RECORDS
  for (const head of options.newest ?? []) {
    if (policy !== undefined) checkSignatures(head, policy, GIVEN, findings)
    const root = rootAt(head, checked, trails, tags.get(SEAL_LEAVES))
    if (root === undefined)
      findings.add({
        code: 'checkpoint-origin',
        file: GIVEN,
        expected: 'a trail of this bag',
        found: head.origin,
      })
    else if (root === 'beyond')
      findings.add({
        code: 'bag-older',
        file: GIVEN,
        trail: head.origin,
        expected: `a bag that knows of the ${head.size} records that the checkpoint counts`,
        found: `one that knows of ${knownOf(head, checked, trails)}`,
      })
    else if (!equalBytes(root, head.root))
      findings.add({
        code: 'seal-of-another-history',
        file: GIVEN,
        trail: head.origin,
        expected: `${base64(head.root)} at size ${head.size}`,
        found: base64(root),
      })
  }
  const inBag = [...trails.values()].map(({ leaves: _, root: __, ...one }) => {
    const disclosed = records.disclosed.get(one.trail) ?? 0
    return { ...one, disclosed, ...(records.isWhole ? { withheld: one.size - disclosed } : {}) }
  })
  const withheld = inBag.reduce((sum, one) => sum + (one.withheld ?? 0), 0)
  if (Object.keys(seal.filter).length === 0 && withheld > 0)
    findings.add({ code: 'record-count', file: RECORDS, expected: 'all records', found: `${withheld} fewer` })
  // What is not there is bound by nothing.
  const isBound = tags.has(MANIFEST) && tags.has(BAG_INFO)
  return reportOf(findings, {
    info,
    bytes,
    files: filesRead,
    unused: unusedOf(options.trust, policy),
    checked,
    isShown: policy !== undefined && isInHistory && isBound,
    after: isInHistory ? afterOf(checked, trails) : undefined,
    trails: inBag,
    records,
  })
}

/** Of a file of records that cannot be read. */
const NO_RECORDS: CheckedRecords = {
  read: 0,
  disclosed: new Map(),
  statements: 0,
  isWhole: false,
  isTable: false,
}

function afterOf(
  { entry, proof }: CheckedSeal,
  trails: ReadonlyMap<string, CheckedTrail>,
): SealedBy['after'] | undefined {
  const { trail, seq } = entry.record
  const size = trails.get(trail)?.leaves.size
  if (size === undefined || proof === undefined) return undefined
  return { untilSeal: Math.max(0, seq - size), untilHead: proof.checkpoint.size - size }
}

/** How a checkpoint from outside of the bag is called in findings. */
const GIVEN = 'the checkpoint given'

/** Root of a trail in the bag at the size of a head from outside; undefined if the bag has no such trail. */
function rootAt(
  { origin, size }: Checkpoint,
  { entry }: CheckedSeal,
  trails: ReadonlyMap<string, CheckedTrail>,
  between: Uint8Array | undefined,
): Uint8Array | 'beyond' | undefined {
  const leaves = trails.get(origin)?.leaves
  if (leaves === undefined) return undefined
  if (size <= leaves.size) return leaves.root(size)
  if (origin !== entry.record.trail || between === undefined) return 'beyond'
  const all = frontierOf(leaves)
  try {
    for (const leaf of leavesIn(between)) if (all.size < size) all.append(leaf)
  } catch (error) {
    // That it is of no form is a finding already.
    if (!(error instanceof BagFormError)) throw error
  }
  return all.size < size ? 'beyond' : all.root()
}

/** Up to where a bag knows a trail: with the leaves that join its records to the seal. */
function knownOf(
  { origin }: Checkpoint,
  { entry, proof }: CheckedSeal,
  trails: ReadonlyMap<string, CheckedTrail>,
): number {
  const size = trails.get(origin)?.leaves.size ?? 0
  return origin === entry.record.trail ? Math.max(size, proof?.checkpoint.size ?? 0) : size
}

/** Of a key's line: what is printed, filed and compared. SHA-256, hexadecimal. */
export function fingerprintOf(vkey: string): string {
  return hex(sha256(utf8(vkey)))
}

/** In a bag nothing else stands in it: a remark there would be read as the relay's. */
const POLICY_LINE = /^(?:log|witness|group|quorum) [^\s#]/

async function policyOf(
  source: BagSource,
  digests: ReadonlyMap<string, string>,
  trust: Trust,
  findings: BagFindings,
): Promise<Policy | undefined> {
  const bytes = digests.has(POLICY)
    ? await readable(POLICY, findings, () => wholeOf(source, POLICY, POLICY_BYTES_MAX))
    : undefined
  const text = bytes && findings.read(POLICY, () => fromUtf8(bytes))
  const strangeLine = text?.split('\n').find((line) => line !== '' && !POLICY_LINE.test(line))
  if (strangeLine !== undefined)
    findings.add({
      code: 'file-form',
      file: POLICY,
      expected: 'lines of log, witness, group and quorum, and no words of anybody',
      found: strangeLine.slice(0, 80),
    })
  const own = text === undefined ? undefined : findings.read(POLICY, () => parsePolicy(utf8(text)))
  const known = knownTo(trust)
  if ('fingerprints' in trust && known.size === 0) {
    findings.add({
      code: 'policy-unknown',
      file: POLICY,
      expected: 'a fingerprint or a policy from outside of the bag',
      found: NOTHING_GIVEN,
    })
    return undefined
  }
  const strange = keysOf(own).filter((vkey) => !known.has(fingerprintOf(vkey)))
  // The bag's own fingerprint is not said: whoever copied it from here would ask the bag whether to trust the bag.
  for (const vkey of strange)
    findings.add({
      code: 'policy-unknown',
      file: POLICY,
      expected: `one of the keys you gave: ${givenText([...known])}`,
      found: `another key, of ${vkey.split('+', 1)[0]}`,
    })
  if ('policy' in trust) return trust.policy
  return own === undefined || strange.length > 0 ? undefined : withGivenWitnesses(own, known)
}

/** Whoever gives a witness's fingerprint wants its word: a bag cannot say that it needs none. */
function withGivenWitnesses(policy: Policy, known: ReadonlySet<string>): Policy {
  if (policy.quorum !== 'none') return policy
  const members = policy.witnesses
    .filter(({ verifier }) => known.has(fingerprintOf(verifier.vkey)))
    .map(({ name }) => name)
  if (members.length === 0) return policy
  const name = 'a witness whose fingerprint was given'
  return { ...policy, groups: [...policy.groups, { name, threshold: 1, members }], quorum: name }
}

function keysOf(policy: Policy | undefined): readonly string[] {
  return [...(policy?.logs ?? []), ...(policy?.witnesses ?? [])].map(({ verifier }) => verifier.vkey)
}

function givenText(known: readonly string[]): string {
  const more = known.length > GIVEN_SAID_MAX ? [`and ${known.length - GIVEN_SAID_MAX} more`] : []
  return [...known.slice(0, GIVEN_SAID_MAX), ...more].join(', ')
}

/** Whoever gave the fingerprint of a witness and finds none of its word has to be told. */
function unusedOf(trust: Trust, policy: Policy | undefined): readonly string[] {
  if ('policy' in trust || policy === undefined) return []
  const used = new Set(keysOf(policy).map(fingerprintOf))
  return [...knownTo(trust)].filter((one) => !used.has(one))
}

/** Fingerprints of the keys whose word is taken. */
function knownTo(trust: Trust): ReadonlySet<string> {
  return new Set(
    'policy' in trust
      ? keysOf(trust.policy).map(fingerprintOf)
      : trust.fingerprints.map((one) => one.replace(/[\s:]/g, '').toLowerCase()),
  )
}

function progress({ files }: BagSource, { onProgress }: BagOptions) {
  const payload = files.filter(({ name }) => name.startsWith('data/'))
  const records = files.find(({ name }) => name === 'data/records.json')?.sizeBytes ?? 0
  // The records are read twice: for their digest, and one by one.
  const all = payload.reduce((sum, { sizeBytes }) => sum + sizeBytes, records)
  let done = 0
  return {
    read: (bytes: number) => {
      done += bytes
      onProgress?.(Math.min(done, all), all)
    },
  }
}

function reportOf(
  findings: BagFindings,
  {
    info,
    bytes,
    files,
    checked,
    isShown = false,
    after,
    trails = [],
    unused = [],
    records = NO_RECORDS,
  }: {
    readonly info: BagInfo | undefined
    readonly bytes: number
    readonly files: number
    readonly checked?: CheckedSeal
    /** It is known whose signatures count, and the seal is in the history of the records. */
    readonly isShown?: boolean
    readonly after?: SealedBy['after']
    readonly trails?: readonly TrailInBag[]
    readonly unused?: readonly string[]
    readonly records?: CheckedRecords
  },
): BagReport {
  const broken = findings.list.some(({ code }) => breaking.includes(code))
  const sealed = checked && sealedBy(checked, after, isShown && !broken)
  const { statements, read: lines, isTable: table } = records
  const atTheirPlaces = [...records.disclosed.values()].reduce((sum, number) => sum + number, 0)
  return {
    findings: findings.list,
    omitted: findings.omitted(),
    info: sealed?.holds === true ? info : undefined,
    sealed,
    trails,
    unused,
    checked: { files, bytes, records: atTheirPlaces, lines, table, statements },
  }
}

function sealedBy({ seal, entry }: CheckedSeal, after: SealedBy['after'], holds: boolean): SealedBy {
  const { trail, seq, time, actor, body } = entry.record
  const { filter, reason, count, leftOut } = seal
  const account = accountIn(body['by'])
  return {
    trail,
    seq,
    time,
    actor,
    ...(account === undefined ? {} : { account }),
    filter,
    reason,
    count,
    leftOut,
    after,
    holds,
  }
}

function accountIn(by: Value | undefined): string | undefined {
  const { account } = (typeof by === 'object' && by !== null ? by : {}) as { readonly account?: Value }
  return typeof account === 'string' ? account : undefined
}
