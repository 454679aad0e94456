import { hmacSha256 } from '#digest'
import { hex, utf8 } from './bytes.ts'
import { HASH_BYTES } from './hash.ts'

/*
 * The three things a MAC key is used for in a trail. Each input begins with different text and a newline, so no
 * message of one use can be a message of another. A relay has two more, for what it keeps beside its
 * trail: `compliance-relay/cursor/v1` seals how far deliveries have come, `compliance-relay/note/v1` when it was last at work
 * and which settings were in force.
 */
const recordContext = utf8('compliance-relay/record/v1\n')
const nextKeyContext = utf8('compliance-relay/next-key/v1\n')
const kidContext = utf8('compliance-relay/kid/v1\n')

/**
 * The secret of one epoch of a trail: 32 random bytes. It makes and checks the checksum of every record.
 * Whoever holds it can forge records that no checkpoint covers yet; it proves nothing to an outsider.
 */
export interface MacKey {
  /** Name of the key: 16 hexadecimal digits. Tells "another key" from "tampered with", and gives nothing away. */
  readonly kid: string
  /** HMAC-SHA-256 of context and record, written as 32 bytes to `out`. `message` is `recordMessage`'s. */
  readonly macInto: (out: Uint8Array, message: Uint8Array) => void
  /** The key of the next epoch, for a rotation that is not `fresh`. It cannot be computed backwards. */
  readonly next: () => Uint8Array<ArrayBuffer>
}

/** Throws a RangeError unless the secret has 32 bytes. */
export function macKey(secret: Uint8Array): MacKey {
  if (secret.length !== HASH_BYTES) {
    throw new RangeError(`a MAC key has ${HASH_BYTES} bytes, this one has ${secret.length}`)
  }
  const mac = hmacSha256(secret)
  const derive = (context: Uint8Array): Uint8Array<ArrayBuffer> => {
    const out = new Uint8Array(HASH_BYTES)
    mac(out, 0, context)
    return out
  }
  return {
    kid: hex(derive(kidContext)).slice(0, 16),
    macInto: (out, message) => mac(out, 0, message),
    next: () => derive(nextKeyContext),
  }
}

/** Where a record's MAC input is put together: the context stays, records are copied or written in behind it. */
export class MacInput {
  readonly #buffer: Uint8Array
  /** The room for a record. */
  readonly record: Uint8Array

  constructor(recordBytesMax: number) {
    this.#buffer = new Uint8Array(recordContext.length + recordBytesMax)
    this.#buffer.set(recordContext)
    this.record = this.#buffer.subarray(recordContext.length)
  }

  /** Context and the first `size` bytes of the room. */
  message(size: number): Uint8Array {
    return this.#buffer.subarray(0, recordContext.length + size)
  }
}
