import type { Role } from '../api/index.ts'
import type { Body } from '../trail/index.ts'
import { type Alert, alertOf } from './alerts.ts'
import type { Maker, Place, Refusal as RefusedCapture, UnclaimedCaptures } from './claims.ts'
import type { ExternalIdentity } from './identity/external-identity.ts'
import type { PresenceDesk, PresenceRefusal } from './identity/presence.ts'
import { commonPasswords, type IsCommon } from './passwords/common-passwords.ts'
import { type HashCost, PEPPER_BYTES } from './passwords/password-hash.ts'
import { type Caller, People } from './people.ts'
import { PeopleMemory } from './people-memory.ts'
import type { PeopleStore, StoredCredential } from './people-store.ts'

export { problemOf } from './problem-of.test-support.ts'

const HOUR = 3_600_000
type Draft = Parameters<PeopleStore['append']>[0]
export type Written = Draft & { readonly seq: number; readonly time: string }

/** What the relay's own files are to a relay: they outlive it, and somebody may open them. In memory, for tests. */
export class Disk implements PeopleStore {
  readonly records: Written[] = []
  readonly credentials = new Map<string, string>()
  wall = Date.parse('2026-03-02T08:00:00.000Z')
  now = 0
  full = false

  async append(draft: Draft, credential?: StoredCredential): Promise<Written> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.full) throw new Error('the disk is full')
    const written = { ...draft, seq: this.records.length, time: new Date(this.wall).toISOString() }
    this.records.push(written)
    if (credential !== undefined) this.credentials.set(credential.account, credential.phc)
    return written
  }

  async credential(account: string): Promise<string | undefined> {
    return this.credentials.get(account)
  }

  pass(milliseconds: number): void {
    this.wall += milliseconds
    this.now += milliseconds
  }

  /** Another relay's, that has come as far. */
  copy(): Disk {
    const disk = new Disk()
    disk.records.push(...this.records)
    for (const [account, phc] of this.credentials) disk.credentials.set(account, phc)
    disk.wall = this.wall
    disk.now = this.now
    return disk
  }

  kinds(): string[] {
    return this.records.map(({ kind }) => kind)
  }
}

export const relay = { id: 'ws-nmr-01', name: 'relay ws-nmr-01', via: 'relay' }
export const pepper = new Uint8Array(PEPPER_BYTES).fill(7)
export const cost = { memoryKib: 19_456, passes: 2, lanes: 1 }
export const reason = 'as agreed with the head of the laboratory'
export const projects = ['NMR', 'LCMS', 'P-17', 'P-18']
export const good = 'gravel spoon tundra 41'
export const other = 'nickel otter canvas 17'

/** Refusals as a trail has them, and which of them are claimed. In memory, for tests. */
export class Captures implements UnclaimedCaptures {
  readonly refusals: RefusedCapture[] = []
  readonly #claimed = new Set<string>()

  list({ limit, after = '-1' }: { readonly limit: number; readonly after?: string | undefined }) {
    if (!/^-?[0-9]+$/.test(after)) return undefined
    const open = this.refusals.filter((one) => !this.isClaimed(one))
    const rest = open.filter(({ seq }) => seq > Number(after))
    const unclaimed = rest.slice(0, limit).map(viewOf)
    const more = rest.length - unclaimed.length
    return { total: open.length, more, unclaimed, next: more > 0 ? String(unclaimed.at(-1)?.seq) : null }
  }

  refusal({ trail, seq }: Place): RefusedCapture | undefined {
    return this.refusals.find((one) => one.trail === trail && one.seq === seq)
  }

  isClaimed({ trail, seq }: Place): boolean {
    return this.#claimed.has(`${trail} ${seq}`)
  }

  claimed({ trail, seq }: Place, _by: Maker): void {
    this.#claimed.add(`${trail} ${seq}`)
  }
}

function viewOf({ trail, seq, path, watch, digest }: RefusedCapture) {
  const rest = { time: null, device: null, project: null, what: null, reason: null, sentence: null }
  return { trail, seq, path, watch, digest, ...rest }
}

/** Where people sign in at a workstation, and how often nobody was. In memory, for tests. */
export class Desk implements PresenceDesk {
  readonly persons = new Map<string, 'good' | 'disabled'>()
  readonly done: {
    readonly what: 'begin' | 'end'
    readonly person: string | undefined
    readonly evidence: Body
  }[] = []
  readonly usedUp: Body[] = []
  readonly refused: { readonly reason: PresenceRefusal; readonly person: string | null }[] = []
  person: string | undefined

  standing(id: string): 'good' | 'disabled' | 'unknown' {
    return this.persons.get(id) ?? 'unknown'
  }

  async begin(person: string, evidence: Body): Promise<void> {
    this.person = person
    this.done.push({ what: 'begin', person, evidence })
  }

  async end(person: string, evidence: Body): Promise<boolean> {
    if (this.person !== person) return false
    this.done.push({ what: 'end', person, evidence })
    this.person = undefined
    return true
  }

  refuse(reason: PresenceRefusal, person: string | null): void {
    this.refused.push({ reason, person })
  }

  async refuseUsedUp(reason: PresenceRefusal, person: string | null, evidence: Body): Promise<void> {
    this.refused.push({ reason, person })
    this.usedUp.push({ by: { via: 'token', ...evidence } })
  }
}

export class Site {
  readonly captures = new Captures()
  readonly desk = new Desk()
  readonly identity: ExternalIdentity | undefined
  readonly disk: Disk
  /** Passwords that have come onto the list since they were set. */
  readonly common = new Set<string>()
  memory = new PeopleMemory()
  people: People

  readonly #cost: HashCost

  constructor(disk = new Disk(), identity?: ExternalIdentity, hashCost: HashCost = cost) {
    this.disk = disk
    this.identity = identity
    this.#cost = hashCost
    this.people = this.start()
  }

  /** A relay that starts knows what the trail says, and nothing else. */
  start(): People {
    this.memory = new PeopleMemory()
    this.people = new People({
      store: this.disk,
      memory: this.memory,
      relay,
      pepper,
      cost: this.#cost,
      words: () => ['lab.example', 'compliance', 'relay'],
      isCommon: () => this.#isCommon(),
      wall: () => this.disk.wall,
      now: () => this.disk.now,
      ...(this.identity === undefined ? {} : { identity: this.identity }),
    })
    for (const record of this.disk.records) this.people.take(record)
    return this.people
  }

  /** What an alert sink would be told. */
  alerts(): Alert[] {
    return this.disk.records.flatMap((record) => alertOf(record) ?? [])
  }

  async #isCommon(): Promise<IsCommon> {
    const listed = await commonPasswords()
    return (text) => listed(text) || this.common.has(text)
  }

  /** Time goes by while the relay is at work. */
  async work(milliseconds: number): Promise<void> {
    await this.people.sweep()
    for (let left = milliseconds; left > 0; left -= HOUR) {
      this.disk.pass(Math.min(left, HOUR))
      await this.people.sweep()
    }
  }

  async first(): Promise<Caller> {
    const code = await this.people.addFirst(relay, { id: 'first', name: 'First Person' })
    await this.people.setPasswordByCode('first', code, good, 'local')
    return this.caller('first')
  }

  async caller(name: string, password = good, device = 'local'): Promise<Caller> {
    const { token } = await this.people.signIn(name, password, device)
    return this.people.caller(token)
  }

  async person(by: Caller, id: string, roles: readonly Role[], password = good): Promise<void> {
    const code = await this.people.add(by, { id, name: `Person ${id}`, roles, reason })
    await this.people.setPasswordByCode(id, code, password, 'local')
  }
}
