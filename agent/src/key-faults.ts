import { macKey, signerOf } from '@compliance-relay/shared/trail'
import type { DataFolder } from './data-folder.ts'
import { messageOf } from './error-message.ts'
import { firstKidOf } from './open-relay.ts'
import { openSecrets } from './secrets.ts'
import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import { KEY_BYTES, secretNames, wrongLength } from './trail-keys.ts'

/** A key of a trail that a relay would not start with. */
export interface KeyFault {
  /** In the secret store: `20260302-7f3a.mac`. */
  readonly name: string
  /** `wrong`: it is a key, of another trail or of none that is known here. `unusable`: it cannot be read as a key. */
  readonly fault: 'missing' | 'wrong' | 'unusable'
  /** What is there in its place, in words. */
  readonly found: string
}

/** What is wrong with the keys of a data folder's newest trail; empty if a relay could start with them. Throws what the database throws. */
export async function keyFaults(folder: DataFolder, store: TrailStore): Promise<readonly KeyFault[]> {
  const trails = store.trails()
  const trail = trails.at(-1)
  if (trail === undefined) return []
  const names = secretNames(trail.origin)
  const owners = {
    mac: (secret: Uint8Array) => trails.find((one) => firstKidOf(store, one) === macKey(secret).kid),
    seed: (secret: Uint8Array) =>
      trails.find((one) => signerOf(one.origin, 'note', secret).vkey === one.vkey),
  }
  const faults: KeyFault[] = []
  for (const kind of ['mac', 'seed'] as const) {
    const name = names[kind]
    // Of a first record that cannot be read it is not known which key made it.
    if (kind === 'mac' && firstKidOf(store, trail) === undefined) continue
    try {
      const secret = await (await openSecrets(folder)).read(name)
      if (secret === undefined) faults.push({ name, fault: 'missing', found: 'it is missing' })
      else if (secret.length !== KEY_BYTES)
        faults.push({ name, fault: 'unusable', found: `it ${wrongLength(secret.length)}` })
      else faults.push(...wrongKey(name, trail, owners[kind](secret)))
    } catch (error) {
      faults.push({ name, fault: 'unusable', found: messageOf(error) })
    }
  }
  return faults
}

function wrongKey(name: string, trail: StoredTrail, owner: StoredTrail | undefined): KeyFault[] {
  if (owner === trail) return []
  const found =
    owner === undefined
      ? 'it is a key of no trail in this folder'
      : `it is the key of the trail ${owner.origin}`
  return [{ name, fault: 'wrong', found }]
}
