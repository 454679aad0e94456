/** So long an address of what is saved stays good: a browser asks for a place first. */
const SAVED_MILLISECONDS = 60_000

/** Gives it to the browser, to be saved under this name. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED_MILLISECONDS)
}
