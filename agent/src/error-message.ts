/** What an error says. Anything can be thrown, and some libraries throw texts. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
