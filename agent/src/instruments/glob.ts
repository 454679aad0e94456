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

/**
 * Step by step through the pattern, with all places in the name that can be reached when it is used up so far. Anybody's
 * pattern and anybody's name meet here, in each of which everything may be reached: so it is done in numbers and in two
 * rows that are used again, and it ends where nothing is reached any more.
 */
function matchesStepwise(pattern: string, name: string): boolean {
  const length = name.length
  const codes = new Uint16Array(length)
  for (let j = 0; j < length; j++) codes[j] = name.charCodeAt(j)
  let reached = new Uint8Array(length + 1)
  let next = new Uint8Array(length + 1)
  reached[0] = 1
  for (let i = 0; i < pattern.length; i++) {
    const code = pattern.charCodeAt(i)
    const crosses = code === STAR && pattern.charCodeAt(i + 1) === STAR
    if (crosses) i++
    const isAny =
      code === STAR
        ? anyRun(reached, next, codes, crosses)
        : code === HASH
          ? digits(reached, next, codes)
          : oneChar(reached, next, codes, code)
    if (!isAny) return false
    ;[reached, next] = [next, reached]
  }
  return reached[length] === 1
}

// Each fills `next`, the places reached after one more part of the pattern, and says whether there is any.

function anyRun(reached: Uint8Array, next: Uint8Array, codes: Uint16Array, crosses: boolean): boolean {
  let here = reached[0] as number
  let any = here
  next[0] = here
  for (let j = 0; j < codes.length; j++) {
    if (codes[j] === SLASH && !crosses) here = 0
    here |= reached[j + 1] as number
    any |= here
    next[j + 1] = here
  }
  return any !== 0
}

function digits(reached: Uint8Array, next: Uint8Array, codes: Uint16Array): boolean {
  let here = 0
  let any = 0
  next[0] = 0
  for (let j = 0; j < codes.length; j++) {
    const code = codes[j] as number
    here = code >= ZERO && code <= NINE ? here | (reached[j] as number) : 0
    any |= here
    next[j + 1] = here
  }
  return any !== 0
}

function oneChar(reached: Uint8Array, next: Uint8Array, codes: Uint16Array, wanted: number): boolean {
  let any = 0
  next[0] = 0
  for (let j = 0; j < codes.length; j++) {
    const code = codes[j] as number
    const is = (wanted === QUESTION ? code !== SLASH : code === wanted) ? (reached[j] as number) : 0
    any |= is
    next[j + 1] = is
  }
  return any !== 0
}

const STAR = codeOf('*')
const HASH = codeOf('#')
const QUESTION = codeOf('?')
const SLASH = codeOf('/')
const ZERO = codeOf('0')
const NINE = codeOf('9')

function codeOf(char: string): number {
  return char.charCodeAt(0)
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
