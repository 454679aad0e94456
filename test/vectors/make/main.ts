/**
 * Made the vectors beside this folder, once. A vector is never made again: if one would change, the format
 * has changed, and that is a new version with new vectors. So this refuses to write over a file.
 *
 *   node test/vectors/make/main.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalVectors } from './canonical.ts'
import { claimedVectors } from './claimed.ts'
import { countedVectors } from './counted.ts'
import { entryVectors } from './entry.ts'
import { heldVectors } from './held.ts'
import { noteVectors } from './note.ts'
import { trailVectors } from './trail.ts'
import { treeVectors } from './tree.ts'

const folder = join(import.meta.dirname, '..')
const files = {
  'canonical.json': canonicalVectors(),
  'claimed.json': claimedVectors(),
  'counted.json': countedVectors(),
  'entry.json': entryVectors(),
  'held.json': heldVectors(),
  'note.json': noteVectors(),
  'trail.json': trailVectors(),
  'tree.json': treeVectors(),
}
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(folder, name), `${JSON.stringify(content, null, 1)}\n`, { flag: 'wx' })
}
