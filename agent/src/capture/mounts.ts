import { readFileSync } from 'node:fs'

/**
 * Where other file systems are mounted, a folder bound to another place included: those have the same device
 * number and can be told only so. Linux says it in /proc; elsewhere device numbers must do, and the set is empty.
 */
export function mountPoints(read: () => string = readMountInfo): ReadonlySet<string> {
  let text: string
  try {
    text = read()
  } catch {
    return new Set()
  }
  const points = new Set<string>()
  for (const line of text.split('\n')) {
    // proc(5), mountinfo: the fifth field is the mount point, with space, tab, newline and backslash as \ooo.
    const point = line.split(' ')[4]
    if (point !== undefined)
      points.add(point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))))
  }
  return points
}

function readMountInfo(): string {
  return process.platform === 'linux' ? readFileSync('/proc/self/mountinfo', 'utf8') : ''
}
