import type { DatabaseSync } from 'node:sqlite'
import type { Actor, Draft } from '@compliance-relay/shared/trail'
import { schemaMending } from './mending.ts'
import { rowOf } from './sqlite/database.ts'
import { schemaFaults } from './sqlite/schema-faults.ts'
import { timestamp } from './time-text.ts'

export interface SchemaGuardOptions {
  readonly database: DatabaseSync
  /** The relay itself as an actor. */
  readonly relay: Actor
  readonly wall: () => number
  /** Something was found and, but for what is left as it is, set right: kinds of the records that say so. */
  readonly onFound: (drafts: readonly Draft[]) => void
}

/**
 * Sees to it that no trigger, view or index of somebody else's acts on what a relay at work writes. SQLite counts each
 * change of the definitions in a database; in a transaction, in which nobody else can change them, one look at that number
 * says whether there was one. If there was, they are set right before anything is written, by a record in the same
 * transaction. Where the number itself was set back, this connection goes by the definitions it read before.
 */
export class SchemaGuard {
  readonly #options: SchemaGuardOptions
  #known: number

  /** What is found after this was made is new: to be made before the definitions are looked at for a start. */
  constructor(options: SchemaGuardOptions) {
    this.#options = options
    this.#known = this.#version()
  }

  /** Within a transaction, before anything is written in it. Gives what is to be recorded in it. Throws where a table was altered. */
  begin(): readonly Draft[] {
    const { database, relay, wall } = this.#options
    if (this.#version() === this.#known) return []
    const mending = schemaMending({ database, relay, time: timestamp(wall()) })
    mending?.apply()
    return mending?.drafts ?? []
  }

  /** At the end of the same: what the definitions are then is right. To be called with what `begin` gave, and the result once it is committed. */
  end(found: readonly Draft[]): () => void {
    const version = this.#version()
    return () => {
      this.#known = version
      if (found.length > 0) this.#options.onFound(found)
    }
  }

  /**
   * Within a transaction that writes no record. Throws until one that does has set right what was altered; a change that left
   * all as it should be hinders nothing.
   */
  require(): void {
    if (this.#version() === this.#known) return
    if (schemaFaults(this.#options.database).some(({ remedy }) => remedy !== 'left'))
      throw new Error('the rules of the database were altered: they are set right with the next record')
  }

  #version(): number {
    const read = this.#options.database.prepare('PRAGMA schema_version')
    return rowOf<{ schema_version: number }>(read)?.schema_version ?? -1
  }
}
