/** As the relay has it (`IDLE_MILLISECONDS`, `LIFE_MILLISECONDS` of its sessions). */
const IDLE_MILLISECONDS = 15 * 60_000
const LIFE_MILLISECONDS = 12 * 3_600_000
/** So long before the end people are told: far more than the twenty seconds of WCAG 2.2.1. */
const WARNED_MILLISECONDS = 2 * 60_000

/** - `soon`: about to be over, by what; `over`: by the clock here it is. */
export interface Idle {
  readonly is: 'in-use' | 'soon' | 'over'
  /** `idle` can be helped by staying, `life` only by another sign-in. */
  readonly by: 'idle' | 'life'
  /** Until it is over; until it is `soon`, where it is in use. */
  readonly leftMilliseconds: number
}

/** How it stands with a session that was opened and last used at these times. Pure. */
export function idleOf(now: number, usedAt: number, openedAt: number): Idle {
  const idle = usedAt + IDLE_MILLISECONDS - now
  const life = openedAt + LIFE_MILLISECONDS - now
  const by = life < idle ? 'life' : 'idle'
  const left = Math.min(idle, life)
  if (left <= 0) return { is: 'over', by, leftMilliseconds: 0 }
  if (left <= WARNED_MILLISECONDS) return { is: 'soon', by, leftMilliseconds: left }
  return { is: 'in-use', by, leftMilliseconds: left - WARNED_MILLISECONDS }
}

/** `1:05`. */
export function minutesText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
