/** Times as instruments write them. Only what has a zone or is counted from an epoch becomes ISO 8601. */

const WITH_ZONE =
  /^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})[T ]{0,3}(\d{2}):?(\d{2}):?(\d{2})(?:[.,](\d{1,9}))? ?(Z|[+-]\d{2}:?\d{2})$/

/** ISO 8601 where the text has a zone (`2017-10-19 11:49:03.456 +0200`, `19880820081944-0800`); else as found. */
export function normaliseTime(text: string): string {
  const parts = WITH_ZONE.exec(text.trim())
  if (parts === null) return text
  const [, year, month, day, hour, minute, second, fraction, zone = 'Z'] = parts
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}${offset}`
  return Number.isNaN(Date.parse(iso)) ? text : iso
}

/** Seconds since 1970. Undefined if that is no time an instrument could mean. */
export function timeOfEpoch(seconds: number): string | undefined {
  if (!(seconds > 0 && seconds < 32_503_680_000)) return undefined
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')
}

/** A Windows FILETIME: units of 100 ns since 1601. */
export function timeOfFiletime(filetime: bigint): string | undefined {
  return timeOfEpoch(Math.floor(Number(filetime / 10_000n - 11_644_473_600_000n)) / 1_000)
}
