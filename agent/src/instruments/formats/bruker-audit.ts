/**
 * Bruker's audit trails, `audita.txt` of the acquisition and `auditp.txt` of the processing: a JCAMP-DX frame with
 * entries `(NUMBER,<WHEN>,<WHO>,<WHERE>,<PROCESS>,<VERSION>, <WHAT>)`. WHAT is text of several lines; in it stand
 * `started at`, `data hash MD5: 2K * 147` with the digest on the next line, and `terminated by command 'stop'`.
 * Seen from TopSpin 1.3 to 4.5.
 */

const ENTRIES_MAX = 20_000
const WHAT_LINES_MAX = 200

export interface AuditEntry {
  readonly when: string
  readonly who: string
  readonly where: string
  readonly version: string
  readonly what: readonly string[]
}

/** What the instrument says it hashed: `2K * 147` is 147 rows of 2,048 points. */
export interface DataHash {
  readonly digest: string
  readonly rowPoints: number
  readonly rows: number
}

export interface Audit {
  readonly entries: readonly AuditEntry[]
  /** The last line that is no comment is `##END=`. */
  readonly isWhole: boolean
}

export function readAudit(text: string): Audit {
  const entries: { when: string; who: string; where: string; version: string; what: string[] }[] = []
  let last = ''
  for (const line of text.split('\n')) {
    const plain = line.trim()
    if (plain === '' || plain.startsWith('$$')) continue
    last = plain
    if (plain.startsWith('(') && plain.includes(',<') && entries.length < ENTRIES_MAX) {
      const values = plain.split(',<').map((value) => value.split('>')[0] ?? '')
      const [, when = '', who = '', where = '', , version = ''] = values
      entries.push({ when, who, where, version, what: [] })
    } else {
      const what = entries.at(-1)?.what
      if (what !== undefined && what.length < WHAT_LINES_MAX)
        what.push(plain.replace(/^</, '').replace(/>\)$/, ''))
    }
  }
  return { entries, isWhole: last.startsWith('##END=') }
}

/** The last data hash of all; not `configuration hash MD5` nor, in auditp.txt of TopSpin 4, `fid data hash MD5`. */
export function lastDataHash({ entries }: Audit): DataHash | undefined {
  for (const { what } of entries.toReversed()) {
    const at = what.findLastIndex((line) => line.startsWith('data hash MD5:'))
    if (at < 0) continue
    const digest = (what[at + 1] ?? '').replaceAll(' ', '').toLowerCase()
    const [row, ...others] = (what[at] ?? '').slice('data hash MD5:'.length).split('*').map(pointsOf)
    if (!/^[0-9a-f]{32}$/.test(digest) || row === undefined) return undefined
    const rows = others.reduce<number>((product, n) => product * (n ?? Number.NaN), 1)
    return Number.isSafeInteger(row * rows * 8) ? { digest, rowPoints: row, rows } : undefined
  }
  return undefined
}

function pointsOf(text: string): number | undefined {
  const parts = /^(\d{1,15})([KM]?)$/.exec(text.trim())
  if (parts === null) return undefined
  return Number(parts[1]) * (parts[2] === 'K' ? 1_024 : parts[2] === 'M' ? 1_048_576 : 1)
}

/** The entry of the last acquisition that has ended. */
export function lastAcquisition({ entries }: Audit): AuditEntry | undefined {
  return entries.findLast(({ what }) =>
    what.some((line) => line.startsWith('created by') || line.startsWith('started at')),
  )
}

/** TopSpin 4 says so at the start; the entry stays, and one of the acquisition follows it at the end. */
export function isInProgress({ entries }: Audit): boolean {
  const at = entries.findLastIndex(({ what }) =>
    what.some((line) => line.startsWith('acquisition in progress')),
  )
  return (
    at >= 0 && !entries.slice(at + 1).some(({ what }) => what.some((line) => line.startsWith('created by')))
  )
}

export function wasTerminated({ what }: AuditEntry): boolean {
  return what.some((line) => line.startsWith('terminated by'))
}

/** Keys: started, when, who, where, version, instrument, user (of IconNMR, or whom TopSpin 4 names). */
export function valueOfAudit(text: string, key: string): string | undefined {
  const audit = readAudit(text)
  const entry = lastAcquisition(audit)
  const line = (start: string) => entry?.what.find((one) => one.startsWith(start))
  switch (key) {
    case 'started':
      return line('started at')?.slice('started at'.length).replace(/,$/, '').trim()
    case 'user': {
      const lines = audit.entries.flatMap(({ what }) => what)
      const icon = lines.findLast((one) => one.startsWith('ICON-NMR User ID:'))
      return icon?.slice('ICON-NMR User ID:'.length).trim() || between(line('created by'), "by user '", "'")
    }
    case 'instrument':
      return between(line('created by'), " on '", "'")
    case 'when':
    case 'who':
    case 'where':
    case 'version':
      return entry?.[key]
    default:
      return undefined
  }
}

function between(text: string | undefined, start: string, end: string): string | undefined {
  const at = text?.indexOf(start) ?? -1
  return at < 0 ? undefined : text?.slice(at + start.length).split(end)[0]
}
