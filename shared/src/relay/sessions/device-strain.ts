/** Wrong passwords on one device at once, of whatever names, and one more after each minute: beyond them it is under strain. */
export const DEVICE_FAILURES = 30
const FAILURE_MILLISECONDS = 60_000
/** What is looked at there meanwhile: so many tries at once, and one more after each six seconds. */
export const STRAINED_LOOKS = 10
const LOOK_MILLISECONDS = 6_000
/** Whoever has signed in well on a device is known there by name for so long. */
export const KNOWN_MILLISECONDS = 30 * 86_400_000

interface Room {
  readonly room: number
  /** Milliseconds. */
  readonly at: number
}

/**
 * How many wrong passwords a device has room for. One person's are never too many: a name waits for itself before. They
 * are where many names are tried, and then the device is under strain until there is room. Meanwhile so many tries are
 * looked at, of whatever name, and only the right password of somebody who was there before is let in. So nobody who
 * works there is kept out, and of a wrong password nobody learns whether its name is somebody's: answer and work are
 * the same. Times are the relay's clock, milliseconds.
 */
export class DeviceStrain {
  #failures: Room = { room: DEVICE_FAILURES, at: 0 }
  #looks: Room = { room: STRAINED_LOOKS, at: 0 }

  failed(now: number): void {
    const { room } = roomAt(this.#failures, now, DEVICE_FAILURES, FAILURE_MILLISECONDS)
    this.#failures = { room: Math.max(0, room - 1), at: now }
  }

  /** Until when it is under strain; undefined if it is not. */
  until(now: number): number | undefined {
    const { room } = roomAt(this.#failures, now, DEVICE_FAILURES, FAILURE_MILLISECONDS)
    return room < 1 ? now + Math.ceil((1 - room) * FAILURE_MILLISECONDS) : undefined
  }

  /** Whether one more may be looked at while it is under strain. */
  look(now: number): boolean {
    const { room } = roomAt(this.#looks, now, STRAINED_LOOKS, LOOK_MILLISECONDS)
    if (room < 1) return false
    this.#looks = { room: room - 1, at: now }
    return true
  }

  /** The one that was looked at was let in. */
  giveBack(): void {
    this.#looks = { ...this.#looks, room: Math.min(STRAINED_LOOKS, this.#looks.room + 1) }
  }

  /** What failed later than that failed then. */
  comeBackTo(now: number): void {
    this.#failures = { ...this.#failures, at: Math.min(this.#failures.at, now) }
    this.#looks = { ...this.#looks, at: Math.min(this.#looks.at, now) }
  }
}

function roomAt({ room, at }: Room, now: number, max: number, everyMilliseconds: number): Room {
  return { room: Math.min(max, room + Math.max(0, now - at) / everyMilliseconds), at: now }
}
