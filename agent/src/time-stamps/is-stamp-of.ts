import type { DatabaseSync } from 'node:sqlite'
import { sha256 } from '@compliance-relay/shared/trail'
import { rowOf } from '../sqlite/database.ts'

/** Whether bytes are a time stamp, of that checkpoint. Who signed it is for whoever verifies it. */
export type IsStampOf = (stamp: Uint8Array, note: Uint8Array) => boolean

/** Loads what reads time stamps, where there are any. */
export async function stampReader(database: DatabaseSync): Promise<IsStampOf> {
  if (rowOf(database.prepare('SELECT 1 FROM time_stamp WHERE answer IS NOT NULL LIMIT 1')) === undefined)
    return () => false
  const { readTimeStamp, requireImprint, TimeStampError } = await import(
    '@compliance-relay/shared/time-stamp'
  )
  return (stamp, note) => {
    try {
      requireImprint(readTimeStamp(stamp), sha256(note))
      return true
    } catch (error) {
      if (error instanceof TimeStampError) return false
      throw error
    }
  }
}
