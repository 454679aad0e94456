/** What can be wrong with a time stamp of RFC 3161: a closed list. FORMAT.md names every code. */
export const timeStampFaults = {
  'time-stamp-form':
    'a time stamp is no answer of RFC 3161 that grants one, or is made in a way that is not taken',
  'time-stamp-imprint': 'a time stamp is of something else than the checkpoint beside it',
  'time-stamp-signature': 'the signature on a time stamp does not verify',
  'time-stamp-certificate':
    'a time stamp is not signed by a certificate for time stamping that was valid then and goes back to one you gave',
  'time-stamp-alone': 'there is a time stamp and no checkpoint beside it',
} as const

export type TimeStampFaultCode = keyof typeof timeStampFaults

/** Bytes that are no time stamp to be relied upon. Thrown by every reader of this ring, and by nothing else. */
export class TimeStampError extends Error {
  override readonly name = 'TimeStampError'
  readonly code: TimeStampFaultCode
  readonly expected: string
  readonly found: string

  constructor(code: TimeStampFaultCode, expected: string, found: string) {
    super(`${timeStampFaults[code]}: expected ${expected}, found ${found}`)
    this.code = code
    this.expected = expected
    this.found = found
  }
}
