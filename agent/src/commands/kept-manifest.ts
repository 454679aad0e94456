import { digestOf } from '../capture/manifest.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'
import { UnusableInput } from '../unusable-input.ts'

/** The manifest that is kept beside the trail, if it is the one of this SHA-256. Throws `UnusableInput`. */
export function keptManifest(store: TrailStore, manifest: string): Uint8Array {
  const content = store.content(manifest)
  const fault = content === undefined ? 'is missing from' : 'is another than its record says in'
  if (content === undefined || digestOf(content) !== manifest)
    throw new UnusableInput(
      `the manifest ${manifest} ${fault} the data folder: relay verify --data says more`,
    )
  return content
}
