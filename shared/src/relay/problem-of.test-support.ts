import { Problem } from '../api/index.ts'

/** The code with which something is refused; `none` if it is not. For tests. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return 'none'
}
