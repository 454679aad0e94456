/** How wide a terminal is taken to be. */
export const COLUMNS = 120

/** A line that is too wide for most terminals, as several; what has no space in it stays whole. */
export function wrapped(line: string, indent: number): string[] {
  const lines: string[] = []
  let left = line
  while (left.length > COLUMNS) {
    const at = left.lastIndexOf(' ', COLUMNS)
    if (at <= indent) break
    lines.push(left.slice(0, at))
    left = `${' '.repeat(indent)}${left.slice(at + 1)}`
  }
  return [...lines, left]
}
