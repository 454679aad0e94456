import type { Client } from '@compliance-relay/shared/api'
import type { Meaning } from '@compliance-relay/shared/trail'
import { liveQuery, type Subscription } from 'dexie'
import { type KnownTrail, printCourier, readCourier, withReceipt } from './courier.ts'
import type { Outbox } from './outbox.ts'
import {
  type OutboxStanding,
  outboxStanding,
  placeKey,
  type StatementView,
  signedHere,
} from './outbox-standing.ts'
import { Sender } from './sender.ts'
import { isUnsent } from './statement-row.ts'

export interface DeskOptions {
  readonly outbox: Outbox
  readonly now: () => number
  readonly exclusively: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  readonly lockName: (user: string) => string
  /** How far the copy of a trail goes on this device. */
  readonly sizeOf: (trailId: string) => number
  /** Something has changed, in this tab or another. `isMore`: there is more to be sent than before. */
  readonly onChange: (isMore: boolean) => void
}

/** What the page asks about the outbox, and how it stands: in the worker, for the page has no database. */
export class Desk {
  readonly #options: DeskOptions
  readonly #sender: Sender
  #standing: OutboxStanding | undefined
  #rows: readonly StatementView[] = []
  #here: ReadonlyMap<string, Meaning> = new Map()
  #isAsked = false
  #isLostBefore = false
  #isRenewalAsked = false
  #subscription: Subscription | undefined

  constructor(options: DeskOptions) {
    this.#options = options
    this.#sender = new Sender(options)
  }

  /** Undefined until it was read. */
  get standing(): OutboxStanding | undefined {
    return this.#standing
  }

  /** Follows what any tab of this device writes. */
  follow(): void {
    const { outbox, onChange } = this.#options
    let version = 0
    const look = async () => {
      const [rows, enrolments] = [
        await outbox.statements(0, Number.POSITIVE_INFINITY),
        await outbox.enrolments(),
      ]
      return { rows, enrolments }
    }
    this.#subscription = liveQuery(look).subscribe({
      next: ({ rows, enrolments }) => {
        const before = this.#standing?.unsent ?? 0
        this.#rows = rows.map(({ note: _, ...view }) => view)
        this.#standing = outboxStanding(rows, enrolments, ++version)
        this.grown()
        onChange(this.#standing.unsent > before)
      },
      error: (error: unknown) => {
        const fault = error instanceof Error ? error.message : String(error)
        this.#standing = { unsent: 0, held: 0, refused: 0, enrolments: [], version: ++version, fault }
        onChange(false)
      },
    })
  }

  end(): void {
    this.#subscription?.unsubscribe()
  }

  /** The copy of a trail has grown: what is confirmed by now is no more only signed here. */
  grown(): void {
    this.#here = signedHere(this.#rows, this.#options.sizeOf)
  }

  isSignedHere(trailId: string, seq: number): boolean {
    return this.#here.has(placeKey(trailId, seq))
  }

  /** What waits is given at the next sync, which begins at once; also what waits for a later time. */
  askNow(isLostBefore: boolean): void {
    this.#isAsked = true
    this.#isLostBefore = isLostBefore
  }

  askLease(): void {
    this.#isRenewalAsked = true
  }

  /** Gives what waits, then sees to the lease of whoever is signed in. Rejects with what the client says. */
  async sync(client: Client, user: string): Promise<void> {
    const [isAsked, isLostBefore, isRenewalAsked] = [this.#isAsked, this.#isLostBefore, this.#isRenewalAsked]
    this.#isAsked = this.#isLostBefore = this.#isRenewalAsked = false
    await this.#sender.send(client, isAsked, isLostBefore)
    await this.#sender.renewLease(client, user, isRenewalAsked)
  }

  /** Newest first. */
  items(from: number, to: number): readonly StatementView[] {
    return this.#rows.slice(from, to)
  }

  /** The exact text of one, as it was signed. */
  async text(hash: string): Promise<string | undefined> {
    const row = await this.#options.outbox.statement(hash)
    return row && new TextDecoder().decode(row.note)
  }

  /** What no relay has told yet, and what was brought here, with its receipts: to be carried. */
  async save(): Promise<{ readonly text: string; readonly count: number }> {
    const rows = await this.#options.outbox.statements(0, Number.POSITIVE_INFINITY)
    const carried = rows.filter((row) => isUnsent(row) || row.from === 'courier').toReversed()
    return { text: printCourier(carried), count: carried.length }
  }

  /** Takes in a saved copy: signatures, and receipts for those here. Throws `NoCourier`. */
  async bring(
    text: string,
    trails: readonly KnownTrail[],
  ): Promise<{ readonly taken: number; readonly receipts: number; readonly strange: number }> {
    const { outbox, now } = this.#options
    const { rows, strange } = readCourier(text, trails, now())
    const known = []
    const others = []
    for (const row of rows) {
      const here = await outbox.statement(row.hash)
      if (here === undefined) others.push(row)
      else if (row.receipt !== null && here.receipt !== row.receipt)
        known.push(withReceipt(here, row.receipt, now()))
    }
    await outbox.told(known)
    const taken = await outbox.import(others, now())
    return { taken, receipts: known.length, strange }
  }
}
