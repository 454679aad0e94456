import { Problem } from '@compliance-relay/shared/api'

/** The code with which a relay refuses something; `none` if it does not. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return 'none'
}
