/*
 * Structures of wtsapi32.h as 64-bit Windows lays them out, x64 and ARM64 alike. Node has no 32-bit Windows any more.
 */

/** A row of WTS_SESSION_INFO_1W. */
export interface SessionRow {
  readonly sessionId: number
  /** WTS_CONNECTSTATE_CLASS. */
  readonly state: number
  /** `Console`, `RDP-Tcp#12`, empty if disconnected. */
  readonly station: string
  readonly user: string
  readonly domain: string
}

const ROW_BYTES = 56

/** Rows of WTSEnumerateSessionsExW; `textAt` reads the UTF-16 text a pointer points to. */
export function parseSessionRows(
  bytes: Buffer,
  count: number,
  textAt: (pointer: bigint) => string,
): SessionRow[] {
  return Array.from({ length: count }, (_, i) => {
    const row = bytes.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES)
    const text = (offset: number): string => {
      const pointer = row.readBigUInt64LE(offset)
      return pointer === 0n ? '' : textAt(pointer)
    }
    return {
      state: row.readInt32LE(4),
      sessionId: row.readUInt32LE(8),
      station: text(16),
      user: text(32),
      domain: text(40),
    }
  })
}

export function rowsBytes(count: number): number {
  return count * ROW_BYTES
}

export interface SessionTimes {
  /** Logon, as FILETIME: 100 ns since 1601. */
  readonly logon: bigint
  /** WTS_SESSIONSTATE: 0 locked, 1 unlocked, -1 not known. */
  readonly flags: number
}

/** Of a WTSINFOEXW, whose level 1 begins at 8; undefined if it is of another level, or short. */
export function parseSessionTimes(bytes: Buffer): SessionTimes | undefined {
  if (bytes.length < 176 || bytes.readUInt32LE(0) !== 1) return undefined
  return { flags: bytes.readInt32LE(16), logon: bytes.readBigInt64LE(168) }
}

/** Milliseconds since 1970 of a FILETIME; 0 if there is none. */
export function millisecondsOf(filetime: bigint): number {
  return filetime <= 0n ? 0 : Math.max(0, Number(filetime / 10_000n) - 11_644_473_600_000)
}
