import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createFileSecrets, PeopleMemory, type SecretStore } from '@compliance-relay/shared/relay'
import { type Actor, type Body, readEntry } from '@compliance-relay/shared/trail'
import { Recorder } from '../capture/recorder.ts'
import { type OpenedTrail, openNewTrail, relayActor } from '../new-trail.ts'
import { openDatabase, openForReading } from '../sqlite/database.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { TrailAuthority } from '../trail-authority.ts'
import { WrittenLines } from '../written-lines.ts'
import { Outgoing } from './outgoing.ts'

const relay = relayActor('ws-1')
export const secret = new Uint8Array(32).fill(7)
const secretId = createHmac('sha256', secret)
  .update('compliance-relay/subscription-secret-id/v1')
  .digest('hex')
  .slice(0, 32)

/** A trail in a database, and what leaves it; the relay around it is not there. */
export class OutgoingSite {
  readonly base: string
  readonly file: string
  readonly noted: string[] = []
  readonly gone: string[] = []
  /** What was waited after each try that failed, in the tries' own numbers; waiting itself is short. */
  readonly waits: (readonly [tries: number, asked: number | undefined])[] = []
  waitMilliseconds = 5
  /** Milliseconds by which time has gone on. */
  later = 0
  readonly secrets: SecretStore
  readonly #opened: OpenedTrail
  readonly #database: DatabaseSync
  readonly #store: TrailStore
  #reading: DatabaseSync
  memory = new PeopleMemory()
  recorder: Recorder
  outgoing: Outgoing

  static async make(): Promise<OutgoingSite> {
    const base = mkdtempSync(join(tmpdir(), 'relay-outgoing-'))
    const database = openDatabase(join(base, 'relay.db'))
    const secrets = createFileSecrets(join(base, 'keys'))
    const opened = await openNewTrail({
      org: 'lab.example',
      name: 'ws-1',
      database,
      store: new TrailStore(database),
      secrets,
      random: (size) => new Uint8Array(randomBytes(size)),
      now: new Date(),
      previous: null,
    })
    return new OutgoingSite(base, database, secrets, opened)
  }

  private constructor(base: string, database: DatabaseSync, secrets: SecretStore, opened: OpenedTrail) {
    this.base = base
    this.file = join(base, 'relay.db')
    this.#database = database
    this.#store = new TrailStore(database)
    this.secrets = secrets
    this.#opened = opened
    this.#reading = openForReading(this.file)
    this.recorder = this.#newRecorder()
    this.outgoing = this.#newOutgoing()
  }

  get trail(): string {
    return this.#opened.trail.origin
  }

  get size(): number {
    return this.#store.size(this.#opened.trail.id)
  }

  kinds(): string[] {
    return [...this.#store.lines(this.#opened.trail.id)].map(({ line }) => readEntry(line).record.kind)
  }

  async record(kind: string, body: Body = {}, actor: Actor = relay): Promise<number> {
    const draft = { kind, body, actor, time: new Date().toISOString() }
    const seq = await this.recorder.record(() => draft)
    this.memory.take({ ...draft, seq })
    return seq
  }

  async records(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => this.record('file.created', { path: `${i}` })))
  }

  async webhook(port: number, more: Body = {}, id = 's1'): Promise<void> {
    const name = `subscription.${id}`
    if ((await this.secrets.read(name)) === undefined) await this.secrets.create(name, secret)
    const to = { webhook: `http://127.0.0.1:${port}/hook` }
    await this.record('subscription.added', {
      subscription: id,
      what: 'records',
      to,
      secret: secretId,
      ...more,
    })
    this.outgoing.changed()
  }

  async replay(from: number): Promise<void> {
    await this.record('subscription.replayed', { subscription: 's1', from })
    this.outgoing.changed()
  }

  async end(id = 's1'): Promise<void> {
    const actor = { id: 'asmith', name: 'Anna Smith', via: 'password' }
    await this.record('subscription.ended', { subscription: id }, actor)
    this.outgoing.changed()
  }

  /** As after a kill, or with what a stop does before: another relay on the same database, that knows what the trail says. */
  async restart(how: 'stop' | 'kill', meanwhile: () => void | Promise<void> = () => {}): Promise<void> {
    if (how === 'stop') {
      await this.outgoing.stop(2_000)
      this.recorder.flush()
    }
    // A kill does not ask: what is not committed by now never is.
    this.recorder.close()
    this.outgoing.close()
    await meanwhile()
    this.#reading.close()
    this.#reading = openForReading(this.file)
    this.memory = new PeopleMemory()
    for (const { line } of this.#store.lines(this.#opened.trail.id)) this.memory.take(readEntry(line).record)
    this.recorder = this.#newRecorder()
    this.outgoing = this.#newOutgoing()
    this.outgoing.start()
  }

  /** Something is done to the database behind the relay's back. */
  behind(sql: string): void {
    const database = new DatabaseSync(this.file)
    database.exec(sql)
    database.close()
  }

  cursor(): Record<string, unknown> | undefined {
    return this.#database.prepare('SELECT * FROM cursor').get()
  }

  async remove(): Promise<void> {
    this.outgoing.close()
    this.recorder.close()
    this.#reading.close()
    this.#database.close()
    rmSync(this.base, { recursive: true, force: true })
  }

  #newRecorder(): Recorder {
    return new Recorder({
      relay,
      writer: this.#opened.writer,
      prepare: () => ({ undo: () => {} }),
      onUnwritable: () => {},
      isMoreClose: () => false,
      onCommit: () => this.outgoing.committed(),
      onHeld: () => {},
      wall: Date.now,
    })
  }

  #newOutgoing(): Outgoing {
    const authority = new TrailAuthority()
    authority.believe(this.#opened.trail, this.#opened.keys.macSecret)
    return new Outgoing({
      book: this.memory.subscriptions,
      secrets: this.secrets,
      database: this.#database,
      lines: new WrittenLines(this.#reading, {
        trail: this.#opened.trail,
        authority,
        writer: this.#opened.writer,
        onAltered: (what) => this.noted.push(`trail-altered ${JSON.stringify(what)}`),
      }),
      trail: this.#opened.trail,
      key: this.#opened.keys.mac,
      recorder: this.recorder,
      relay,
      version: '0.1.0',
      onGone: async (id) => {
        this.gone.push(id)
        await this.record('subscription.ended', { subscription: id })
        this.outgoing.changed()
      },
      retryMilliseconds: (tries, asked) => {
        this.waits.push([tries, asked])
        return this.waitMilliseconds
      },
      isBusy: () => false,
      now: () => performance.now() + this.later,
      wall: () => Date.now() + this.later,
      name: randomUUID,
      note: (event) => this.noted.push(event),
    })
  }
}

const UNTIL_MILLISECONDS = 60_000

/** Waits until something holds; throws if it does not within a minute. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + UNTIL_MILLISECONDS
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within a minute: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
