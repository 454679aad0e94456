import type { SessionRow, SessionTimes } from './windows-structs.ts'

/** An account as Windows names it. */
export interface NamedSid {
  readonly domain: string
  readonly name: string
  /** SID_NAME_USE. */
  readonly use: number
}

/** What the relay asks Windows. Every call throws `WindowsError` if Windows refuses or cannot tell. */
export interface WindowsCalls {
  /** SID of a file's owner, GetNamedSecurityInfoW. */
  ownerOf(path: string): string
  /** LookupAccountSidW; undefined if no domain it knows has such an account. */
  nameOf(sid: string): NamedSid | undefined
  /** LookupAccountNameW of `LAB\jdoe`; undefined if there is none. */
  sidOf(name: string): string | undefined
  /** WTSEnumerateSessionsExW: all of them, disconnected ones too. */
  sessions(): readonly SessionRow[]
  /** WTSQuerySessionInformationW, WTSSessionInfoEx; undefined if the session has just ended. */
  timesOf(sessionId: number): SessionTimes | undefined
  /** SID this program runs under. */
  currentSid(): string
  /** Full name of the account this program runs under; empty if Windows has none. */
  currentFullName(): string
  /** The machine's name, which is the domain of its own accounts. */
  machine(): string
}

export class WindowsError extends Error {
  override readonly name = 'WindowsError'
  /** System error code of winerror.h. */
  readonly code: number

  constructor(call: string, code: number) {
    super(`${call} failed with ${code}`)
    this.code = code
  }
}
