import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { fromUtf8, readStrictJson } from '../../trail/index.ts'

/** How long after a good sign-in a browser is known by its mark. */
export const MARK_MILLISECONDS = 30 * 86_400_000
const ID_BYTES = 8
const FORM = /^([A-Za-z0-9_-]{1,200})\.([A-Za-z0-9_-]{43})$/

/** From where somebody is asked: the device, and there the mark by which it is known that they signed in well before. */
export interface Whence {
  readonly device: string
  /** Id of the mark, as the records name it. */
  readonly mark?: string | undefined
}

/** Of a browser that showed none. */
export function newMarkId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

export interface DeviceMark {
  /** Folded user id of whoever signed in. */
  readonly name: string
  readonly id: string
}

/**
 * What a browser is given when somebody has signed in, and shows when they sign in again. It opens nothing and stands
 * for no password: whoever shows one waits in a queue of those who have one, and is kept waiting by nobody's failures
 * but their own. So a program that floods this machine's port shuts out nobody who was here before, and learns of no
 * name whether somebody has it: names are treated alike, and a mark is had by the right password only.
 */
export class DeviceMarks {
  readonly #key: Uint8Array

  /** `secret`: of the relay, 32 bytes, the same after a restart. */
  constructor(secret: Uint8Array) {
    this.#key = createHmac('sha256', secret).update('device marks').digest()
  }

  /** `now`: wall clock, milliseconds. With the id of the mark before, what failed with it stays counted. */
  make(name: string, now: number, id: string): string {
    const said = Buffer.from(JSON.stringify([name, id, now])).toString('base64url')
    return `${said}.${this.#sum(said).toString('base64url')}`
  }

  /** Whose mark it is; undefined for what is none, is too old, or was made by another relay. */
  read(text: string, now: number): DeviceMark | undefined {
    const [, said = '', sum = ''] = FORM.exec(text) ?? []
    const given = Buffer.from(sum, 'base64url')
    const own = this.#sum(said)
    if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined
    const [name, id, at] = readStrictJson(fromUtf8(Buffer.from(said, 'base64url'))) as [
      string,
      string,
      number,
    ]
    return now - at < MARK_MILLISECONDS ? { name, id } : undefined
  }

  #sum(said: string): Buffer {
    return createHmac('sha256', this.#key).update(said).digest()
  }
}
