import type { SettingsChange } from './settings-changes.ts'
import type { TrailStore } from './sqlite/trail-store.ts'
import { readSoundRecordIn } from './written-lines.ts'

/**
 * The projects that a data folder's trails were ever told of, in the order in which they were: one that was removed
 * still has its records.
 */
export function projectsEver(store: TrailStore): readonly string[] {
  const projects = new Set<string>()
  for (const { id } of store.trails())
    for (const seq of store.settingsRecords(id)) {
      const changes = readSoundRecordIn(store, id, seq)?.body['changes']
      for (const { field, after } of Array.isArray(changes) ? (changes as unknown as SettingsChange[]) : [])
        if (field === 'projects' && typeof after === 'string') projects.add(after)
    }
  return [...projects]
}
