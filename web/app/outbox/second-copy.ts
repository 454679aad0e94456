/*
 * What was signed and is not confirmed, kept a second time, in another store than the outbox: a browser on a full disk has
 * been seen to lose its databases, whatever it had promised, and to leave this one. It is the copy that people can save in a
 * file, so it is taken in as such a file is: each signature in it authenticates itself. A browser writes it to the disk some
 * seconds later, in its own time.
 */
const NAME = 'relay-unsent'

export function readSecondCopy(): string | undefined {
  try {
    return localStorage.getItem(NAME) ?? undefined
  } catch {
    return undefined
  }
}

/** `undefined`: nothing waits any more. */
export function writeSecondCopy(text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(NAME)
    else localStorage.setItem(NAME, text)
  } catch {
    // There is no room for a second one, or no such store: then there is the first.
  }
}
