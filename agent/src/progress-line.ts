/** One line on a terminal that says how far something is. */
export interface ProgressLine {
  /** `what`: in a few words. Called as often as one likes. */
  say(what: string, done: number, of: number): void
  /** Takes the line away: what is printed next stands in its place. */
  end(): void
}

const PROGRESS_MILLISECONDS = 500
/** To the beginning of the line, and away with what is there. */
const CLEAR = '\r\u001b[K'

/** Written anew twice a second. Where there is no terminal, or `isQuiet`, nothing is said. */
export function progressLine(
  isQuiet: boolean,
  to: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  if (isQuiet || to.isTTY !== true) return { say: () => {}, end: () => {} }
  let said = Number.NEGATIVE_INFINITY
  let isThere = false
  return {
    say(what, done, of) {
      if (now() - said < PROGRESS_MILLISECONDS) return
      said = now()
      isThere = true
      const [number, all] = [Math.min(done, of), of].map((one) => one.toLocaleString('en'))
      to.write(`${CLEAR}${what}: ${number} of ${all}`)
    },
    end() {
      if (isThere) to.write(CLEAR)
      isThere = false
    },
  }
}
