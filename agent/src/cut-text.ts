/** The beginning of a text, as a record can hold it: a character that would be cut in half is replaced (U+FFFD). */
export function cutText(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).toWellFormed()
}
