/** What this browser lacks for keeping a key and signing with it: in words, with what to do; null if nothing. */
export async function missingFor(): Promise<string | null> {
  const lacks = async (): Promise<string | undefined> => {
    if (!('indexedDB' in self)) return 'storage on this device (IndexedDB)'
    if (!('locks' in navigator)) return 'Web Locks'
    if (crypto.subtle === undefined) return 'cryptography, which needs a secure address (https)'
    if (!('WebAssembly' in self)) return 'WebAssembly'
    try {
      await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    } catch {
      return 'Ed25519 in its cryptography'
    }
    return undefined
  }
  const what = await lacks()
  return what === undefined
    ? null
    : `This browser has no ${what}. Records can be read here, and not signed: take a newer browser, or turn off its lockdown.`
}
