import { FormatError, type FormatErrorCode } from '@compliance-relay/shared/trail'

/** The code a reader refuses with, undefined if it accepts. Any other exception goes through: it is a fault. */
export function refusalOf(read: () => unknown): FormatErrorCode | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof FormatError) return error.code
    throw error
  }
}
