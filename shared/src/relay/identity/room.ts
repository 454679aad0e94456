export interface RoomOptions {
  readonly max: number
  readonly everyMilliseconds: number
  /** Monotonic, milliseconds. */
  readonly now: () => number
}

/**
 * So many at once, and after that so many in a while: for what is asked by whoever reaches the port, before it is known
 * who that is.
 */
export class Room {
  readonly #max: number
  readonly #everyMilliseconds: number
  readonly #now: () => number
  #room: number
  #filled: number

  constructor({ max, everyMilliseconds, now }: RoomOptions) {
    this.#max = max
    this.#everyMilliseconds = everyMilliseconds
    this.#now = now
    this.#room = max
    this.#filled = now()
  }

  /** 0 if it may be done now, else the seconds after which it may. */
  take(): number {
    const now = this.#now()
    this.#room = Math.min(this.#max, this.#room + (now - this.#filled) / this.#everyMilliseconds)
    this.#filled = now
    if (this.#room < 1) return Math.ceil(((1 - this.#room) * this.#everyMilliseconds) / 1_000)
    this.#room--
    return 0
  }
}

/** A room each, of those whose names are proved. No more are kept than there are names; the one not used longest goes. */
export class RoomsOfNames {
  readonly #options: RoomOptions
  readonly #rooms = new Map<string, Room>()

  constructor(options: RoomOptions) {
    this.#options = options
  }

  take(name: string): number {
    const room = this.#rooms.get(name) ?? new Room(this.#options)
    this.#rooms.delete(name)
    this.#rooms.set(name, room)
    if (this.#rooms.size > NAMES_MAX) this.#rooms.delete(this.#rooms.keys().next().value ?? '')
    return room.take()
  }
}

const NAMES_MAX = 1_000
