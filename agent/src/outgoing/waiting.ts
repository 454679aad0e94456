import type { Subscription } from '@compliance-relay/shared/relay'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { messageOfLine } from './message.ts'

/** Lines looked at when somebody asks, and other records looked up for them: the rest is left for the next time. */
const LOOKED_AT_ONCE = 2_000

interface Lines {
  readonly subscription: Subscription
  readonly lines: (
    from: number,
    until: number,
  ) => Iterable<{ readonly seq: number; readonly line: Uint8Array }>
  readonly recordAt: (seq: number) => TrailRecord | undefined
}

/**
 * How many messages a subscription still has to be sent. Of a trail with records of which few are asked for, counting
 * all would frighten; reading all for each answer would hold others up. So what was counted is kept.
 */
export class Waiting {
  readonly #lines: Lines
  #counted: number[] = []
  /** Up to there it was counted. */
  #to = 0

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /** From record `next` on, of `size`. What was not looked at yet counts whole: it is never less than this. */
  count(next: number, size: number): number {
    this.#counted = this.#counted.filter((seq) => seq >= next)
    this.#to = Math.max(this.#to, next)
    let looked = 0
    try {
      for (const { seq, line } of this.#lines.lines(this.#to, Math.min(size, this.#to + LOOKED_AT_ONCE))) {
        const { message, lookedAt } = messageOfLine(line, this.#lines.subscription, this.#lines.recordAt)
        if (message !== undefined) this.#counted.push(seq)
        this.#to = seq + 1
        looked += 1 + lookedAt
        if (looked >= LOOKED_AT_ONCE) break
      }
    } catch {
      // A line that cannot be read is said where it is to be sent.
    }
    return this.#counted.length + Math.max(0, size - this.#to)
  }
}
