/**
 * Does one thing after the other. Between what an act is decided on and its record nothing else may come: people act
 * at people's pace, so they wait for each other rather than meet.
 */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve()

  /** Does the work after all that was given before, whatever came of that. */
  do<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work)
    this.#last = result.catch(() => {})
    return result
  }
}
