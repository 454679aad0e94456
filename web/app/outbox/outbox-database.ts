import { Dexie, type EntityTable, type Table } from 'dexie'
import type { KnownClock } from './clock-check.ts'
import type { Enrolment } from './enrolment.ts'
import type { StatementRow } from './statement-row.ts'

/** What happened here that somebody may ask about later. Told nobody by itself: the next signature says how many wrong passwords there were. */
export interface OutboxEvent {
  readonly id: number
  /** Milliseconds, by the device's clock. */
  readonly at: number
  readonly what: EventKind
  readonly user: string
  readonly detail: string
}

export type EventKind =
  | 'enrolled'
  | 'sign-attempt'
  | 'password-wrong'
  | 'locked'
  | 'erased'
  | 'clock-back'
  | 'signed'
  | 'imported'

/** That somebody has looked at a record on this device, before signing. */
export interface ReviewedRecord {
  readonly user: string
  readonly trail: string
  readonly seq: number
  readonly at: number
}

/** What somebody has begun to write under a list of records: kept over reloads, gone once it is signed. */
export interface Draft {
  readonly user: string
  readonly list: string
  readonly reason: string
  readonly at: number
}

/**
 * What is nowhere else: signatures that no relay has yet, and the keys that make them. In a database of its own, each
 * write on the disk before it counts as done, so that whatever becomes of the copy of trails nothing is lost.
 */
export class OutboxDatabase extends Dexie {
  declare statements: EntityTable<StatementRow, 'hash'>
  declare enrolments: EntityTable<Enrolment, 'user'>
  declare events: EntityTable<OutboxEvent, 'id'>
  declare reviewed: Table<ReviewedRecord, readonly [string, string, number]>
  declare drafts: Table<Draft, readonly [string, string]>
  declare clock: Table<KnownClock, 'clock'>

  constructor(
    name = 'relay-outbox',
    options: { indexedDB?: IDBFactory; IDBKeyRange?: typeof IDBKeyRange } = {},
  ) {
    super(name, { chromeTransactionDurability: 'strict', ...options })
    this.version(1).stores({
      // One statement for each count of a key: the database itself refuses a second one.
      statements: 'hash, &[key+count], state, signedAt',
      enrolments: 'user',
      events: '++id',
      reviewed: '[user+trail+seq], [user+trail]',
      drafts: '[user+list]',
      clock: '',
    })
  }
}
