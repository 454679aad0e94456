import {
  type BagOptions,
  type BagReport,
  type BagSource,
  BagUnreadable,
  boundsOf,
  ClaimsInBag,
  changedText,
  type LaterVersion,
  LaterVersions,
  linesIn,
  MANIFEST,
  RECORDS,
  type SeenRecord,
  type SignatureInBag,
  SignaturesInBag,
  verifyBag,
} from '@compliance-relay/shared/bag'
import {
  contentDigestOf,
  equalBytes,
  type Hash,
  hex,
  isCapture,
  LINE_BYTES_MAX,
  leafHash,
  namedBefore,
  readEntry,
  sha256InPieces,
  type TrailRecord,
} from '@compliance-relay/shared/trail'
import { capturedDigests, roleOf } from './captured.ts'
import { DigestIndex } from './digest-index.ts'
import type { Match, Signature } from './messages.ts'

/** Records of one content that are given one by one. */
export const MATCHES_MAX = 20
const HASH_BYTES = 32
const COMMA = 0x2c

/** A bag that was verified, and what can be asked of it afterwards. */
export class CheckedBag {
  readonly report: BagReport
  /** SHA-256 of the payload manifest, by which a bag is named; undefined if there is none that can be read. */
  readonly manifest: string | undefined
  readonly #source: BagSource
  readonly #seen: Seen
  /** Of the records that were read once more. */
  readonly #leaves = new WeakMap<TrailRecord, string>()

  private constructor(source: BagSource, report: BagReport, manifest: string | undefined, seen: Seen) {
    this.#source = source
    this.report = report
    this.manifest = manifest
    this.#seen = seen
  }

  static async of(source: BagSource, options: BagOptions): Promise<CheckedBag> {
    const seen = new Seen()
    const report = await verifyBag(source, {
      ...options,
      onRecord: (one) => {
        seen.take(one)
        options.onRecord?.(one)
      },
    })
    return new CheckedBag(source, report, await manifestOf(source), seen)
  }

  /** Only of a bag in which nothing is wrong is a record evidence; that it is older than some head is not wrong. */
  get isEvidence(): boolean {
    const { sealed, findings } = this.report
    return sealed?.holds === true && findings.every(({ code }) => code === 'bag-older')
  }

  /** Lines of records.json that speak of a digest. Of a bag that is no evidence none do. */
  linesOf(digest: string): readonly number[] {
    return this.isEvidence ? this.#seen.digests.linesOf(digest) : []
  }

  /**
   * The records in these lines. They are read once more, and each has to be the very one that was verified. Throws if the
   * file is another by now.
   */
  async recordsIn(lines: ReadonlySet<number>, isStopped: () => boolean): Promise<Map<number, TrailRecord>> {
    const found = new Map<number, TrailRecord>()
    const last = Math.max(0, ...lines)
    let at = 0
    if (last === 0) return found
    for await (const some of linesIn(this.#source.read(RECORDS), LINE_BYTES_MAX + 2)) {
      for (const line of some) {
        at++
        if (!lines.has(at)) continue
        const entry = line.at(-1) === COMMA ? line.subarray(0, -1) : line
        const leaf = leafHash(entry)
        if (!equalBytes(leaf, this.#seen.leafOf(at)))
          throw new Error('the export was changed after it was checked: check it again')
        const { record } = readEntry(entry)
        this.#leaves.set(record, hex(leaf))
        found.set(at, record)
      }
      if (at >= last || isStopped()) break
    }
    return found
  }

  /** What came after versions, as far as it came after these. Rejects as `recordsIn` does. */
  async laterThan(records: Iterable<TrailRecord>, isStopped: () => boolean): Promise<LaterVersions> {
    const versions = new LaterVersions(this.report.trails.map(({ trail }) => trail))
    const lines = [...records].flatMap((record) => this.#seen.versions.linesOf(contentDigestOf(record) ?? ''))
    for (const later of (await this.recordsIn(new Set(lines), isStopped)).values()) versions.take(later)
    return versions
  }

  /** What a record says of a digest that stands in it, and who signed it. Throws of a bag that is no evidence: it shows neither. */
  matchOf(record: TrailRecord, digest: string, versions: LaterVersions): Match {
    if (!this.isEvidence) throw new Error('a bag that is no evidence says of nothing what it is')
    const { trail, seq, kind, time, actor, body } = record
    const { id, name, via } = actor
    const own = this.report.trails.find((one) => one.trail === trail)
    const claim = this.#seen.claims.of(record, this.#leaves.get(record))
    const after = versions.after(record)
    const signatures = [record, ...(claim ? [claim] : [])].flatMap((one) =>
      this.#seen.signatures.on(one.trail, one.seq),
    )
    return {
      ...roleOf(record, digest),
      trail,
      seq,
      kind,
      time,
      actor: { id, name, via },
      path: textOf(body['path']),
      project: textOf(body['project']),
      device: textOf(body['device']),
      proven: boundsOf(own, seq),
      unchecked: own?.unchecked ?? 0,
      claim,
      after,
      signatures: signatures.map((one) => shownOf(one, after, versions)),
    }
  }
}

async function manifestOf(source: BagSource): Promise<string | undefined> {
  if (!source.files.some(({ name }) => name === MANIFEST)) return undefined
  const running = sha256InPieces()
  try {
    for await (const piece of source.read(MANIFEST)) running.update(piece)
    return hex(running.digest())
  } catch (error) {
    // That it cannot be read is a finding.
    if (error instanceof BagUnreadable) return undefined
    throw error
  }
}

/** What is kept of the records while they are verified. */
class Seen {
  readonly digests = new DigestIndex()
  /** Records of versions, by the digest of the version before. */
  readonly versions = new DigestIndex()
  readonly signatures = new SignaturesInBag()
  readonly claims = new ClaimsInBag()
  #leaves = new Uint8Array(1_024 * HASH_BYTES)

  take(seen: SeenRecord): void {
    const { record, leaf, line } = seen
    this.signatures.take(seen)
    this.claims.take(record)
    this.#keep(leaf, line)
    for (const digest of capturedDigests(record)) this.digests.add(digest, line)
    if (isCapture(record)) this.versions.add(namedBefore(record)?.digest, line)
  }

  leafOf(line: number): Hash {
    return this.#leaves.subarray(line * HASH_BYTES, (line + 1) * HASH_BYTES)
  }

  #keep(leaf: Hash, line: number): void {
    if ((line + 1) * HASH_BYTES > this.#leaves.length) {
      const larger = new Uint8Array(Math.max(2 * this.#leaves.length, (line + 1) * HASH_BYTES))
      larger.set(this.#leaves)
      this.#leaves = larger
    }
    this.#leaves.set(leaf, line * HASH_BYTES)
  }
}

function shownOf(one: SignatureInBag, after: readonly LaterVersion[], versions: LaterVersions): Signature {
  const { statement, record, fold, notBefore } = one
  const { name, user, meaning, reason, at } = statement
  return {
    ...{ name, user, meaning, reason, at, notBefore },
    seq: fold.counts ?? record.seq,
    recorded: record.time,
    withdrawn: fold.withdrawn ?? undefined,
    changed: changedText(one, after, versions) || undefined,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
