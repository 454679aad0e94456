/** A browser on this machine that the review app is tried in, beside Chromium. */
export interface Engine {
  readonly name: string
  /** Where it was found, and what it is driven by. */
  readonly found: string
  /** Starts it on this folder, with whatever it has left there before. */
  start(disk: string): Promise<Browser>
}

/** An engine that is not here: why, and what to do. */
export interface Missing {
  readonly name: string
  readonly why: string
}

/** An engine at work. */
export interface Browser {
  readonly version: string
  /** Another tab, beside those that are open. */
  tab(): Promise<Tab>
  /** What its pages have said so far that none must ever say: that something broke, or that their policy refused something. */
  faults(): readonly string[]
  /** At once, and nothing is asked: whatever was not on the disk is gone. */
  cutPower(): Promise<void>
}

/** What a person, and whoever looks over their shoulder, can do: as little as two protocols have alike. */
export interface Tab {
  /** Resolves when the page has loaded; it may have drawn nothing yet. */
  go(url: string): Promise<void>
  reload(): Promise<void>
  /** Runs a function in the page; what goes in and what comes back can be written as JSON. */
  ask<Given extends readonly unknown[], Result>(
    asked: (...given: Given) => Result,
    ...given: Given
  ): Promise<Awaited<Result>>
  /** Presses and lets go, in CSS pixels from the corner of what is in sight. */
  press(at: Point): Promise<void>
  /** Types on the keyboard into what has the focus; a line’s end is Enter. */
  type(text: string): Promise<void>
  /** What is in sight, as a PNG. */
  picture(): Promise<Uint8Array>
}

export interface Point {
  readonly x: number
  readonly y: number
}
