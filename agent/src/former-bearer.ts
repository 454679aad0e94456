import { readEntry } from '@compliance-relay/shared/trail'
import type { SettingsChange } from './settings-changes.ts'
import type { HostStore } from './sqlite/host-store.ts'

/** Whose badge a code was, before it was taken back: the settings forget it, the trail does not. */
export function formerBearer(
  { host, trail }: { readonly host: HostStore; readonly trail: number },
  hash: string,
): string | undefined {
  for (const line of host.settingsLines(trail).reverse()) {
    const { changes } = readEntry(line).record.body
    for (const change of Array.isArray(changes) ? (changes as unknown as SettingsChange[]) : []) {
      const { field, id, before } = change
      if (field === 'badges' && id === hash && before !== null)
        return String((before as { readonly person?: unknown }).person)
    }
  }
  return undefined
}
