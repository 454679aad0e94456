import { isLiteral, matches } from './glob.ts'
import { decodeText, textCode } from './text.ts'
import type { Member, UnitView } from './types.ts'

/** Bytes of one file that are ever looked at as text, and files of a unit that are ever looked through. */
export const TEXT_BYTES_MAX = 1 << 20
const PIECE_BYTES = 1 << 20
const MEMBERS_MAX = 200_000

/**
 * The files of a unit by pattern, and bounded reads of them. Paths match without regard to case, since the same
 * instrument writes AcqData on one machine and ACQDATA on another. What cannot be read is undefined.
 */
export class UnitFiles {
  readonly #view: UnitView
  readonly #members: readonly Member[]
  readonly #byPath = new Map<string, Member>()
  readonly #kept = new Map<string, unknown>()

  constructor(view: UnitView) {
    this.#view = view
    this.#members = view.members().slice(0, MEMBERS_MAX)
    for (const member of this.#members) {
      const lower = member.path.toLowerCase()
      if (!this.#byPath.has(lower)) this.#byPath.set(lower, member)
    }
  }

  get isFile(): boolean {
    return this.#view.kind === 'file'
  }

  get all(): readonly Member[] {
    return this.#members
  }

  /** The first file of a pattern, by path. In a single-file unit it is that file, whatever it is called. */
  find(pattern: string): Member | undefined {
    return this.isFile ? this.#members[0] : this.findAll(pattern)[0]
  }

  /** The file at that path, which is in lower case. */
  at(lowerPath: string): Member | undefined {
    return this.#byPath.get(lowerPath)
  }

  /** The size in bytes of a file of that name beside a single-file unit; undefined if there is none. */
  beside(name: string): number | undefined {
    return this.#view.beside?.(name)
  }

  findAll(pattern: string): readonly Member[] {
    if (isLiteral(pattern)) return [this.at(pattern.toLowerCase())].filter((member) => member !== undefined)
    return this.#members
      .filter(({ path }) => matches(pattern, path.toLowerCase()))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Up to `length` bytes from `offset`; empty behind the end. */
  bytes({ path, size }: Member, offset: number, length: number): Uint8Array | undefined {
    if (!(offset >= 0) || offset >= size || length <= 0) return new Uint8Array(0)
    const wanted = Math.min(length, size - offset)
    const first = this.#view.read(path, offset, Math.min(wanted, PIECE_BYTES))?.subarray(0, wanted)
    if (first === undefined || first.length === wanted) return first
    const whole = new Uint8Array(wanted)
    let at = 0
    for (
      let piece: Uint8Array | undefined = first;
      piece !== undefined && piece.length > 0 && at < wanted;
    ) {
      whole.set(piece, at)
      at += piece.length
      piece = this.#view.read(path, offset + at, Math.min(wanted - at, PIECE_BYTES))?.subarray(0, wanted - at)
    }
    return whole.subarray(0, at)
  }

  tail(member: Member, length: number): Uint8Array | undefined {
    const offset = Math.max(0, member.size - length)
    return this.bytes(member, offset, length)
  }

  /** The file as text; of a file above the bound, its beginning. */
  text(member: Member): string | undefined {
    return this.once('text', member, () => {
      const bytes = this.bytes(member, 0, TEXT_BYTES_MAX)
      return bytes === undefined ? undefined : decodeText(bytes)
    })
  }

  /** What `make` makes of a file, made once: a head is asked for each of its values. `what` says which of them. */
  once<T>(what: string, { path }: Member, make: () => T): T {
    const key = `${what} ${path}`
    if (!this.#kept.has(key)) this.#kept.set(key, make())
    return this.#kept.get(key) as T
  }

  /** The end of the file as text, in the code its beginning says. */
  tailText(member: Member, length: number): string | undefined {
    if (member.size <= length) return this.text(member)
    const head = this.bytes(member, 0, 256)
    // An even place, for the sake of UTF-16.
    const offset = 2 * Math.floor((member.size - length) / 2)
    const tail = this.bytes(member, offset, length + 1)
    return head === undefined || tail === undefined ? undefined : decodeText(tail, textCode(head))
  }
}
