/** A browser that asks a person may wait for the answer as long as it likes. */
const ANSWER_MILLISECONDS = 3_000

/**
 * Asks that what is stored here is not cleared when space is short. True and false: what the browser says; null: it says
 * nothing, or cannot.
 */
export async function askStorageKept(): Promise<boolean | null> {
  const storage: Partial<StorageManager> | undefined = navigator.storage
  if (storage?.persist === undefined) return null
  const silence = new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_MILLISECONDS))
  return Promise.race([storage.persist().catch(() => null), silence])
}
