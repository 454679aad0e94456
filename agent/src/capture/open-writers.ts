import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Files that some process has open for writing. Linux tells it under /proc, of other
 * users' processes only to whoever may see them: the answer can say "somebody writes", never "nobody does".
 */
export type OpenWriters = () => ReadonlySet<string>

/**
 * How long one look through /proc is good for: a file opened since then shows by its changes. Where there are so many
 * processes that a look takes long, no more than a twentieth of the time is spent on it.
 */
const GOOD_FOR_MILLISECONDS = 250
const GOOD_FOR_LOOKS = 20

/** `now` is monotonic, milliseconds. */
export function openWriters(now: () => number): OpenWriters {
  let open: ReadonlySet<string> = new Set()
  let until = Number.NEGATIVE_INFINITY
  return () => {
    const began = now()
    if (process.platform === 'linux' && began >= until) {
      open = linuxWriters()
      until = now() + Math.max(GOOD_FOR_MILLISECONDS, GOOD_FOR_LOOKS * (now() - began))
    }
    return open
  }
}

/** Every file that some process has open for writing, as far as it may be seen. */
function linuxWriters(): ReadonlySet<string> {
  const found = new Set<string>()
  for (const process of namesIn('/proc')) {
    if (!/^[0-9]+$/.test(process)) continue
    for (const descriptor of namesIn(`/proc/${process}/fd`)) {
      const path = attempt(() => readlinkSync(`/proc/${process}/fd/${descriptor}`))
      if (path?.startsWith('/') && !/^\/(?:dev|proc)\//.test(path) && isForWriting(process, descriptor))
        found.add(path)
    }
  }
  return found
}

/** proc(5), fdinfo: `flags:` is octal, its lowest two bits the access mode; 1 and 2 write. */
function isForWriting(process: string, descriptor: string): boolean {
  const text = attempt(() => readFileSync(`/proc/${process}/fdinfo/${descriptor}`, 'latin1'))
  const flags = /^flags:\s*([0-7]+)/m.exec(text ?? '')?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0
}

function namesIn(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? []
}

/** Processes end and are not ours to see: what cannot be read says nothing. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
