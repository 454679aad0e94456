import { equalBytes, hexInto } from './bytes.ts'
import { checksumOf, LINE_BYTES_MAX, recordBytesOf, recordIn } from './entry.ts'
import { HASH_BYTES } from './hash.ts'
import { MacInput, type MacKey } from './mac-key.ts'
import type { TrailRecord } from './record.ts'

/**
 * Tells, of single lines of one trail, whether its writer put them there: named as of that trail and place, and sealed
 * under its key. That none was taken away, only the lines around it or a root can tell. A key that was rotated is another.
 */
export class SealedLines {
  readonly #trail: string
  readonly #key: MacKey
  readonly #input = new MacInput(LINE_BYTES_MAX)
  readonly #mac = new Uint8Array(HASH_BYTES)
  readonly #digits = new Uint8Array(2 * HASH_BYTES)

  constructor(trail: string, key: MacKey) {
    this.#trail = trail
    this.#key = key
  }

  /** Undefined for any line that is not the one of this place, whatever it reads like. */
  record(seq: number, line: Uint8Array): TrailRecord | undefined {
    const record = recordIn(line)
    if (record === undefined || record.trail !== this.#trail || record.seq !== seq) return undefined
    if (record.kid !== this.#key.kid) return undefined
    const bytes = recordBytesOf(line)
    this.#input.record.set(bytes)
    this.#key.macInto(this.#mac, this.#input.message(bytes.length))
    hexInto(this.#digits, 0, this.#mac)
    return equalBytes(this.#digits, checksumOf(line)) ? record : undefined
  }
}
