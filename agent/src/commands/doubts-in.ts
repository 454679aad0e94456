import { macKey, recordIn, SealedLines } from '@compliance-relay/shared/trail'
import { type Doubt, leftTrails } from '../left-trails.ts'
import { openSecrets } from '../secrets.ts'
import { TrailAuthority } from '../trail-authority.ts'
import { KEY_BYTES, secretNames } from '../trail-keys.ts'
import type { Reading } from './reading.ts'

/** As the next start finds it: which trails that were left are not what they were. Whose lines are believed, `authority` is told. */
export async function doubtsIn(
  { folder, store, trail }: Reading,
  authority = new TrailAuthority(),
): Promise<readonly Doubt[]> {
  const secret = await newestKey({ folder, trail })
  if (secret === undefined) authority.remember(trail.id)
  else authority.believe(trail, secret)
  const secrets = { read: async (name: string) => (await openSecrets(folder)).read(name) }
  return leftTrails({ store, secrets, authority })
}

/** Whether the newest trail has the key that its first record names. Without its MAC key, that is read as it stands. */
export async function newestKeyDoubt(data: Reading): Promise<Doubt | undefined> {
  const { store, trail } = data
  const { id, origin, vkey } = trail
  const secret = await newestKey(data)
  const line = store.line(id, 0)
  const opened =
    line && (secret === undefined ? recordIn(line) : new SealedLines(origin, macKey(secret)).record(0, line))
  const named = opened?.body['key'] ?? 'a key that can be told'
  if (named === vkey) return undefined
  return { trail: origin, code: 'trail-key-differs', expected: String(named), found: vkey }
}

/** The MAC key of the newest trail; undefined where it cannot be read. */
export async function newestKey({
  folder,
  trail,
}: Pick<Reading, 'folder' | 'trail'>): Promise<Uint8Array | undefined> {
  try {
    const secret = await (await openSecrets(folder)).read(secretNames(trail.origin).mac)
    return secret?.length === KEY_BYTES ? secret : undefined
  } catch {
    return undefined
  }
}
