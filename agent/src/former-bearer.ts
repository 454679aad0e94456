import type { SettingsChange } from './settings-changes.ts'
import type { TrailStore } from './sqlite/trail-store.ts'
import { readSoundRecordIn } from './written-lines.ts'

/** Whose badge a code was, before it was taken back: the settings forget it, the trail does not. */
export function formerBearer(
  { store, trail }: { readonly store: TrailStore; readonly trail: number },
  hash: string,
): string | undefined {
  for (const seq of store.settingsRecords(trail).reverse()) {
    const changes = readSoundRecordIn(store, trail, seq)?.body['changes']
    for (const change of Array.isArray(changes) ? (changes as unknown as SettingsChange[]) : []) {
      const { field, id, before } = change
      if (field === 'badges' && id === hash && before !== null)
        return String((before as { readonly person?: unknown }).person)
    }
  }
  return undefined
}
