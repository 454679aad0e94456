import { randomBytes } from 'node:crypto'
import {
  contentDigestOf,
  emptyHead,
  Frontier,
  fromHex,
  fromUtf8,
  type Hash,
  type Head,
  Linker,
  leafHash,
  type Meaning,
  macKey,
  parsePolicy,
  printCheckpoint,
  printStatementNote,
  type Report,
  readEntry,
  refusalIn,
  type Signer,
  type Statement,
  signCheckpoint,
  signerOf,
  signStatement,
  type TrailRecord,
  utf8,
  verifyTrail,
} from '../../trail/index.ts'
import { ClaimantBook } from '../claimant-book.ts'
import type { Caller } from '../people.ts'
import { Disk, good, reason, relay, Site, type Written } from '../people-site.test-support.ts'
import type { StoredCredential } from '../people-store.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { SignedTrail } from './judge-statement.ts'
import { makersOf } from './makers.ts'
import { keyNameOf, signProof } from './proof-of-possession.ts'
import { Signing } from './signing.ts'

export const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const macSecret = new Uint8Array(32).fill(1)
export const relayKey = signerOf(origin, 'note', new Uint8Array(32).fill(2))

/** What people do, in a real trail: lines, chain and tree. In memory, for tests. */
export class ChainedDisk extends Disk implements SignedTrail {
  readonly lines: Uint8Array[] = []
  readonly trail = origin
  readonly #linker = new Linker(macKey(macSecret))
  readonly #frontier = new Frontier()
  readonly #roots: Hash[] = []
  #head: Head = emptyHead(origin)

  constructor() {
    super()
    this.link({
      kind: 'trail.opened',
      actor: relay,
      body: { key: relayKey.vkey, node: 'ws-nmr-01', org: 'lab.example', previous: null },
    })
  }

  link(draft: Parameters<Disk['append']>[0]): Written {
    const time = new Date(this.wall).toISOString()
    const { line, head } = this.#linker.link(this.#head, { ...draft, time })
    this.#head = head
    const kept = line.slice()
    this.lines.push(kept)
    this.#frontier.append(leafHash(kept))
    this.#roots.push(this.#frontier.root().slice())
    const written = { ...draft, seq: this.lines.length - 1, time }
    this.records.push(written)
    this.claimants.take(written)
    return written
  }

  override async append(
    draft: Parameters<Disk['append']>[0],
    credential?: StoredCredential,
  ): Promise<Written> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.full) throw new Error('the disk is full')
    if (credential !== undefined) this.credentials.set(credential.account, credential.phc)
    return this.link(draft)
  }

  get size(): number {
    return this.lines.length
  }
  leaf(seq: number): Hash | undefined {
    const line = this.lines[seq]
    return line && leafHash(line)
  }
  root(size: number): Hash | undefined {
    return this.#roots[size - 1]
  }
  timeAt(size: number): string | undefined {
    const line = this.lines[size - 1]
    return line && readEntry(line).record.time
  }
  subject(seq: number) {
    const line = this.lines[seq]
    if (line === undefined) return undefined
    const { kind, body } = readEntry(line).record
    const { project, path } = body
    return {
      kind,
      project: typeof project === 'string' ? project : undefined,
      path: typeof path === 'string' ? path : undefined,
    }
  }

  /** Who claimed what in it, as a relay knows it from its records. */
  readonly claimants = new ClaimantBook()

  /** Whether a trail that was left is not what it was. */
  isInDoubt = false

  makers(seqs: readonly number[]): ReturnType<SignedTrail['makers']> {
    const persons = makersOf(
      seqs.map((seq) => ({ trail: origin, seq })),
      {
        recordAt: ({ trail, seq }) => (trail === origin ? this.recordAt(seq) : undefined),
        trailsBefore: () => [],
        claimantOf: ({ trail, seq }) => this.claimants.get(trail, seq),
        firstOfContent: (digest) =>
          this.lines.flatMap((line, seq) => {
            const { record } = readEntry(line)
            return contentDigestOf(record) === digest ? [{ trail: origin, seq }] : []
          }),
      },
    )
    return persons && { persons, isInDoubt: this.isInDoubt }
  }

  recordAt(seq: number): TrailRecord | undefined {
    const line = this.lines[seq]
    return line && readEntry(line).record
  }

  newest(seq: number): number | undefined {
    const path = this.subject(seq)?.path
    const same = this.lines.flatMap((_, at) => (this.subject(at)?.path === path ? [at] : []))
    return path === undefined ? undefined : same.at(-1)
  }

  claimOf(seq: number): number | undefined {
    const at = this.lines.findIndex((line) => refusalIn(readEntry(line).record)?.seq === seq)
    return at < 0 ? undefined : at
  }

  /** As an auditor would: every line, its key, and a checkpoint over all of it. */
  verify(): Report {
    const root = this.root(this.size) as Hash
    const note = printCheckpoint(signCheckpoint({ origin, size: this.size, root }, relayKey))
    const policy = parsePolicy(utf8(`log ${relayKey.vkey}\nquorum none\n`))
    const all = Buffer.concat(this.lines.flatMap((line) => [line, Buffer.from('\n')]))
    return verifyTrail([all], {
      keys: [macKey(macSecret)],
      checkpoints: [{ name: 'last', bytes: note }],
      policy,
    })
  }
}

/** A tablet in somebody's hands: their key, and how often it was used. */
export class Device {
  readonly signer: Signer
  readonly user: string
  readonly name: string
  readonly device: string
  count = 0
  previous: Hash | undefined

  constructor(user: string, device: string, name = `Person ${user}`) {
    this.user = user
    this.name = name
    this.device = device
    this.signer = signerOf(keyNameOf('lab.example', user, device), 'note', new Uint8Array(randomBytes(32)))
  }
}

/** Of a site whose trail has no lines: nothing can be signed there, and everything else is as it is. */
export function signingOf(site: Site): Signing {
  const trail: SignedTrail = {
    trail: origin,
    size: 0,
    leaf: () => undefined,
    root: () => undefined,
    timeAt: () => undefined,
    subject: () => undefined,
    makers: () => ({ persons: [], isInDoubt: false }),
    newest: () => undefined,
    claimOf: () => undefined,
  }
  return new Signing({
    people: site.people,
    book: site.memory.signing,
    trail,
    signer: relayKey,
    relay,
    org: 'lab.example',
    rules: () => site.people.rules(),
    wall: () => site.disk.wall,
    now: () => site.disk.now,
  })
}

export class SigningSite {
  readonly disk = new ChainedDisk()
  readonly site = new Site(this.disk)
  fourEyes = true
  readonly signing: Signing
  #first: Caller | undefined

  constructor() {
    this.signing = new Signing({
      people: this.site.people,
      book: this.site.memory.signing,
      trail: this.disk,
      signer: relayKey,
      relay,
      org: 'lab.example',
      rules: () => ({ ...this.site.people.rules(), fourEyes: this.fourEyes }),
      wall: () => this.disk.wall,
      now: () => this.disk.now,
    })
  }

  async first(): Promise<Caller> {
    this.#first ??= await this.site.first()
    return this.site.caller('first')
  }

  /** A person who may sign, with a device of their own. */
  async signerWith(id: string, role: 'reviewer' | 'qa', device = 'tablet-1'): Promise<Device> {
    const first = await this.first()
    const { people } = this.site
    if (people.account('second') === undefined) await this.site.person(first, 'second', ['administrator'])
    await this.site.person(first, id, [role])
    await people.proposeSigner(first, id, { identityCheck: 'passport seen by the head of QA', reason })
    await people.grantSigner(await this.site.caller('second'), id, reason)
    const made = new Device(id, device)
    await this.enrol(made)
    return made
  }

  async enrol(device: Device): Promise<{ readonly key: string; readonly lease: string }> {
    const by = await this.site.caller(device.user)
    const nonce = this.signing.challenge(by, device.device)
    const proof = signProof({ nonce, trail: origin, key: device.signer.vkey }, device.signer)
    return this.signing.enrol(by, device.device, fromUtf8(proof))
  }

  /** A file that an instrument wrote, and who it is of. */
  capture(person = 'operator-1', project = 'NMR', path = `run${this.disk.size}.dat`): number {
    const actor = { id: person, name: `Person ${person}`, via: 'file-owner' }
    return this.disk.link({
      kind: 'file.created',
      actor,
      body: { project, path },
    }).seq
  }

  statement(
    device: Device,
    seqs: readonly number[],
    meaning: Meaning,
    more: Partial<Statement> = {},
  ): Statement {
    const { size } = this.disk
    return {
      at: new Date(this.disk.wall).toISOString(),
      checkpoint: { trail: origin, size, root: this.disk.root(size) as Hash },
      count: device.count + 1,
      meaning,
      name: device.name,
      reason,
      records: seqs.map((seq) => ({ seq, leaf: this.disk.leaf(seq) as Hash })),
      user: device.user,
      device: device.device,
      ...(device.previous === undefined ? {} : { previous: device.previous }),
      ...more,
    }
  }

  /** Signed on the device, which counts it. */
  sign(
    device: Device,
    seqs: readonly number[],
    meaning: Meaning = 'reviewed',
    more: Partial<Statement> = {},
  ): string {
    const note = fromUtf8(
      printStatementNote(signStatement(this.statement(device, seqs, meaning, more), device.signer)),
    )
    device.count = more.count ?? device.count + 1
    device.previous = fromHex(sha256Hex(note), 32)
    return note
  }

  async give(...notes: string[]) {
    return this.giveAs('second', notes)
  }

  async giveAs(user: string, notes: readonly string[], lostBefore = false) {
    return this.signing.accept(await this.site.caller(user), notes, lostBefore)
  }

  /** What became of one. */
  async verdict(note: string): Promise<string> {
    const [item] = await this.give(note)
    return `${item?.verdict} ${item?.code ?? ''}`.trim()
  }
}

export { good, reason }
