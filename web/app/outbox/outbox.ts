import { clockTold, isSetBack, type KnownClock } from './clock-check.ts'
import type { Enrolment } from './enrolment.ts'
import { countedAttempt, isUsedUp } from './lock-out.ts'
import type { Draft, EventKind, OutboxDatabase } from './outbox-database.ts'
import { recovering } from './recovering.ts'
import { batchOf, dueOf, isUnsent, type StatementRow, wantedAgain } from './statement-row.ts'

/** The oldest events go first: they are many only if somebody tries passwords for days. */
const EVENTS_MAX = 10_000

const unknownClock: KnownClock = { latest: 0, skew: null }

/** The enrolment was changed by another tab since it was read: nothing was written. */
export class Overtaken extends Error {}

/**
 * Signatures on their way, and the keys that make them. Each method is one transaction, on the disk when it resolves;
 * each may be done again. Rejects with what the database says: then nothing of it was done, unless the database was lost
 * on the way.
 */
export class Outbox {
  readonly #database: OutboxDatabase

  constructor(database: OutboxDatabase) {
    this.#database = database
  }

  enrolment(user: string): Promise<Enrolment | undefined> {
    return this.#do(() => this.#database.enrolments.get(user))
  }

  enrolments(): Promise<Enrolment[]> {
    return this.#do(() => this.#database.enrolments.toArray())
  }

  clock(): Promise<KnownClock> {
    return this.#do(async () => (await this.#database.clock.get('clock')) ?? unknownClock)
  }

  /** Takes the place of the enrolment before, if there was one. */
  enrol(enrolment: Enrolment, relayTime: number): Promise<void> {
    const { user, device, enrolledAt: now } = enrolment
    return this.#write(async () => {
      await this.#database.enrolments.put(enrolment)
      await this.#tellClock(relayTime, now)
      await this.#event('enrolled', user, device, now)
    })
  }

  /** Another lease was asked for: until an answer is kept, which one holds is not known. */
  leaseAsked(user: string): Promise<void> {
    return this.#write(async () => {
      await this.#database.enrolments.update(user, { isLeaseUnsure: true })
    })
  }

  keepLease(
    user: string,
    key: string,
    lease: string,
    isPasswordOld: boolean,
    /** Null where the relay did not say. */
    relayTime: number | null,
    now: number,
  ): Promise<void> {
    return this.#write(async () => {
      const enrolment = await this.#database.enrolments.get(user)
      // Enrolled anew meanwhile: the lease is of a key that is gone.
      if (enrolment?.key !== key) return
      await this.#database.enrolments.put({ ...enrolment, lease, isLeaseUnsure: false, isPasswordOld })
      if (relayTime !== null) await this.#tellClock(relayTime, now)
    })
  }

  /** That a password is tried: counted as wrong until `signed` says otherwise. Gives the enrolment as it is then. */
  countAttempt(user: string, now: number): Promise<Enrolment> {
    return this.#write(async () => {
      const enrolment = await this.#database.enrolments.get(user)
      if (enrolment === undefined) throw new Overtaken()
      // Another tab may have tried meanwhile.
      if (isUsedUp(enrolment.attempts) || now < enrolment.lockedUntil) throw new Overtaken()
      const counted = { ...enrolment, ...countedAttempt(enrolment.attempts, now) }
      await this.#database.enrolments.put(counted)
      await this.#event('sign-attempt', user, `${counted.attempts}`, now)
      return counted
    })
  }

  /** The password was wrong. After the last one the key is erased. Gives the enrolment as it is then. */
  wrong(user: string, now: number): Promise<Enrolment | undefined> {
    return this.#write(async () => {
      const enrolment = await this.#database.enrolments.get(user)
      if (enrolment === undefined) return undefined
      const { attempts, lockedUntil } = enrolment
      await this.#event('password-wrong', user, `${attempts}`, now)
      if (lockedUntil > now) await this.#event('locked', user, new Date(lockedUntil).toISOString(), now)
      if (!isUsedUp(attempts)) return enrolment
      const erased = { ...enrolment, wrapped: null }
      await this.#database.enrolments.put(erased)
      await this.#event('erased', user, enrolment.key, now)
      return erased
    })
  }

  /** All attempts were used before, and the app was ended before the key was erased. */
  async eraseUsedUp(now: number): Promise<void> {
    for (const { user, attempts, wrapped } of await this.enrolments())
      if (isUsedUp(attempts) && wrapped !== null) await this.wrong(user, now)
  }

  /** The password opened the key, for something else than a signature. */
  rightPassword(user: string): Promise<void> {
    return this.#write(async () => {
      await this.#database.enrolments.update(user, { attempts: 0, lockedUntil: 0 })
    })
  }

  /**
   * A statement, its count taken, and no attempt open, in one. Throws `Overtaken` if that count was taken meanwhile.
   * Done again with the same statement it does nothing.
   */
  signed(row: StatementRow, now: number): Promise<void> {
    return this.#write(async () => {
      if ((await this.#database.statements.get(row.hash)) !== undefined) return
      const enrolment = await this.#database.enrolments.get(row.user)
      if (enrolment?.count !== row.count - 1 || !enrolment.key.startsWith(`${row.key}+`))
        throw new Overtaken()
      await this.#database.statements.add(row)
      await this.#database.enrolments.put({
        ...enrolment,
        count: row.count,
        previous: row.hash,
        attempts: 0,
        lockedUntil: 0,
      })
      const clock = (await this.#database.clock.get('clock')) ?? unknownClock
      await this.#database.clock.put({ ...clock, latest: Math.max(clock.latest, now) }, 'clock')
      await this.#event('signed', row.user, row.hash, now)
    })
  }

  /** What the clock showed is kept, so that one that is set back is seen. Gives whether it was. */
  sawClock(now: number, user: string): Promise<boolean> {
    return this.#write(async () => {
      const clock = (await this.#database.clock.get('clock')) ?? unknownClock
      if (isSetBack(clock, now)) {
        await this.#event('clock-back', user, new Date(clock.latest).toISOString(), now)
        return true
      }
      if (now > clock.latest) await this.#database.clock.put({ ...clock, latest: now }, 'clock')
      return false
    })
  }

  statement(hash: string): Promise<StatementRow | undefined> {
    return this.#do(() => this.#database.statements.get(hash))
  }

  /** Newest first. */
  statements(from: number, to: number): Promise<StatementRow[]> {
    return this.#do(() =>
      this.#database.statements
        .orderBy('signedAt')
        .reverse()
        .offset(from)
        .limit(to - from)
        .toArray(),
    )
  }

  inStates(...states: readonly StatementRow['state'][]): Promise<StatementRow[]> {
    return this.#do(() =>
      this.#database.statements
        .where('state')
        .anyOf([...states])
        .toArray(),
    )
  }

  count(): Promise<number> {
    return this.#do(() => this.#database.statements.count())
  }

  /** What is to be given at once now, marked as being given. `isAsked`: somebody wants it now, whatever it waits for. */
  takeBatch(now: number, isAsked: boolean, itemsMax?: number): Promise<readonly StatementRow[]> {
    return this.#write(async () => {
      const open = await this.#database.statements
        .where('state')
        .anyOf(['signed', 'sending', 'held'])
        .toArray()
      const batch = batchOf(dueOf(open, now, isAsked), itemsMax)
      await this.#database.statements.bulkPut(
        batch.map((row) => ({
          ...row,
          tries: row.tries + 1,
          triedAt: now,
          ...(isUnsent(row) ? { state: 'sending' as const } : {}),
        })),
      )
      return batch
    })
  }

  /** No answer came, or none that holds: all of it is given again. */
  notTold(batch: readonly StatementRow[], fault: string, retryAt = 0): Promise<void> {
    if (batch.length === 0) return Promise.resolve()
    return this.#write(async () => {
      for (const { hash } of batch) {
        const row = await this.#database.statements.get(hash)
        if (row === undefined || row.state === 'accepted' || row.state === 'refused') continue
        const state = row.state === 'sending' ? ('signed' as const) : row.state
        await this.#database.statements.put({ ...row, state, fault, retryAt })
      }
    })
  }

  /** What the relay said: from `afterVerdict`. */
  told(rows: readonly StatementRow[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve()
    return this.#write(async () => {
      await this.#database.statements.bulkPut([...rows])
    })
  }

  /** The relay says that it has none of this count: what was given is given again. Gives how many that are. */
  giveAgain(key: string, wanted: number): Promise<number> {
    return this.#write(async () => {
      const rows = wantedAgain(await this.#database.statements.toArray(), key, wanted)
      await this.#database.statements.bulkPut(rows.map((row) => ({ ...row, state: 'signed' as const })))
      return rows.length
    })
  }

  acknowledge(hash: string): Promise<void> {
    return this.#write(async () => {
      await this.#database.statements.update(hash, { isAcknowledged: true })
    })
  }

  /** Takes in what a courier brought. Gives how many of it were new; one whose count is taken here is left out. */
  import(rows: readonly StatementRow[], now: number): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0)
    return this.#write(async () => {
      let taken = 0
      for (const row of rows) {
        const { statements } = this.#database
        const same = await statements.where('[key+count]').equals([row.key, row.count]).count()
        if ((await statements.get(row.hash)) !== undefined || same > 0) continue
        await statements.add(row)
        await this.#event('imported', row.user, row.hash, now)
        taken++
      }
      return taken
    })
  }

  setReviewed(user: string, trail: string, seqs: readonly number[], isReviewed: boolean, at: number) {
    return this.#write(async () => {
      if (isReviewed) await this.#database.reviewed.bulkPut(seqs.map((seq) => ({ user, trail, seq, at })))
      else await this.#database.reviewed.bulkDelete(seqs.map((seq) => [user, trail, seq] as const))
    })
  }

  reviewed(user: string, trail: string): Promise<number[]> {
    return this.#do(async () =>
      (await this.#database.reviewed.where('[user+trail]').equals([user, trail]).toArray()).map(
        ({ seq }) => seq,
      ),
    )
  }

  draft(user: string, list: string): Promise<Draft | undefined> {
    return this.#do(() => this.#database.drafts.get([user, list]))
  }

  keepDraft(draft: Draft): Promise<void> {
    return this.#write(async () => {
      if (draft.reason === '') await this.#database.drafts.delete([draft.user, draft.list])
      else await this.#database.drafts.put(draft)
    })
  }

  async #tellClock(relayTime: number, now: number): Promise<void> {
    const clock = (await this.#database.clock.get('clock')) ?? unknownClock
    await this.#database.clock.put(clockTold(clock, relayTime, now), 'clock')
  }

  async #event(what: EventKind, user: string, detail: string, at: number): Promise<void> {
    const { events } = this.#database
    const id = await events.add({ what, user, detail, at } as never)
    if (id > EVENTS_MAX) await events.delete(id - EVENTS_MAX)
  }

  #do<Result>(work: () => Promise<Result>): Promise<Result> {
    return recovering(this.#database, work)
  }

  #write<Result>(work: () => Promise<Result>): Promise<Result> {
    const { statements, enrolments, events, reviewed, drafts, clock } = this.#database
    return this.#do(() =>
      this.#database.transaction(
        'rw',
        [statements, enrolments, events, reviewed, drafts, clock],
        async () => await work(),
      ),
    )
  }
}
