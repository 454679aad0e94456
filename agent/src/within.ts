export const LATE = Symbol('late')

/**
 * What work gives, or `LATE` if it takes longer than so many milliseconds. The work itself goes on, since none can be taken back: what
 * it gives or throws then is nobody's concern.
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | typeof LATE> {
  work.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
