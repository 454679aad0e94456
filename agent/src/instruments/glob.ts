/**
 * Patterns of names, in profile files: `*` is any run of characters, `?` any one, `#` one or more digits, all within
 * one part of a path; `**` is any run across parts; `a|b` is either. Case does not matter: instruments run on systems
 * where it does not. Not regular expressions, because users write profiles and a bad one would stop the scan: this
 * takes at most (length of pattern) x (length of name) steps.
 */

export const PATTERN_LENGTH_MAX = 200

export function matchesAny(patterns: readonly string[], name: string): boolean {
  const lower = name.toLowerCase()
  return patterns.some((pattern) => matches(pattern, lower))
}

/** Whether a lower-case name is what the pattern says. */
export function matches(pattern: string, lower: string): boolean {
  for (const test of testsOf(pattern)) if (test(lower)) return true
  return false
}

type NameTest = (lower: string) => boolean

/** Patterns are few, names are many: each pattern is taken apart once. */
const known = new Map<string, readonly NameTest[]>()
const KNOWN_MAX = 10_000

function testsOf(pattern: string): readonly NameTest[] {
  let tests = known.get(pattern)
  if (tests === undefined) {
    tests = pattern.toLowerCase().split('|').map(testOf)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(pattern, tests)
  }
  return tests
}

function testOf(pattern: string): NameTest {
  if (isLiteral(pattern)) return (name) => name === pattern
  if (pattern === '**') return () => true
  const end = pattern.slice(1)
  if (pattern[0] === '*' && isLiteral(end))
    return (name) => name.endsWith(end) && (!name.includes('/') || matchesStepwise(pattern, name))
  const head = /^[^*?#]*/.exec(pattern)?.[0] ?? ''
  return (name) => name.startsWith(head) && matchesStepwise(pattern, name)
}

/** True if the pattern is a name and nothing else. */
export function isLiteral(pattern: string): boolean {
  for (const char of pattern) if (char === '*' || char === '?' || char === '#' || char === '|') return false
  return true
}

function matchesStepwise(pattern: string, name: string): boolean {
  // Which places in the name can be reached when the pattern so far is used up.
  let reached = new Uint8Array(name.length + 1)
  reached[0] = 1
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    const crosses = char === '*' && pattern[i + 1] === '*'
    if (crosses) i++
    const next = new Uint8Array(name.length + 1)
    for (let j = 0; j <= name.length; j++) {
      const here = name[j - 1] ?? ''
      if (char === '*')
        next[j] = (reached[j] ?? 0) | (j > 0 && (crosses || here !== '/') ? (next[j - 1] ?? 0) : 0)
      else if (j === 0) continue
      else if (char === '#') next[j] = isDigit(here) ? (reached[j - 1] ?? 0) | (next[j - 1] ?? 0) : 0
      else if (char === '?') next[j] = here === '/' ? 0 : (reached[j - 1] ?? 0)
      else next[j] = here === char ? (reached[j - 1] ?? 0) : 0
    }
    reached = next
  }
  return reached[name.length] === 1
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

const PARTIAL_SUFFIXES = ['.part', '.filepart', '.partial', '.crdownload']

/**
 * The name a file will have once it is there, if it is still under a temporary one: `.fid.Ab12Cd` (rsync), `fid.part`,
 * `fid.filepart` (WinSCP), `fid.partial`, `fid.crdownload`. Undefined for any other name.
 */
export function arrivingName(name: string): string | undefined {
  if (name.startsWith('.') && name.length > 8 && name.at(-7) === '.') {
    const tail = name.slice(-6)
    // Six random ones are rarely all small letters, an ending like `.config` is.
    if (/^[0-9A-Za-z]{6}$/.test(tail) && /[0-9A-Z]/.test(tail)) return name.slice(1, -7)
  }
  const lower = name.toLowerCase()
  const suffix = PARTIAL_SUFFIXES.find((one) => lower.endsWith(one) && lower.length > one.length)
  return suffix === undefined ? undefined : name.slice(0, -suffix.length)
}
