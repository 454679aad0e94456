import type { Notary } from '@compliance-relay/shared/relay'
import { base64, type Report } from '@compliance-relay/shared/trail'
import { VERIFY_PATIENCE } from '../ask-notary.ts'
import { checkTrail } from '../check-trail.ts'
import { type Reading, reading } from '../commands/reading.ts'
import { differsFrom, endOf } from '../left-trails.ts'
import { openNotary } from '../notary-queue.ts'
import { readSettings } from '../recorded-settings.ts'
import { readRecordIn, type StoredTrail } from '../sqlite/trail-store.ts'
import { type TemporaryLeafStore, temporaryLeafStore } from '../temporary-leaf-store.ts'
import { laterHead, notarisedWhenLeft, sizeWhenLeft } from './later-head.ts'

export interface VerifiedTrails {
  /** Name of the trail that is written to. */
  readonly origin: string
  /** Names of those that do not verify. */
  readonly unsound: readonly string[]
  /** Of that trail; undefined if it was not among those that were to be verified. */
  readonly leaves: TemporaryLeafStore | undefined
}

/** Trails of a data folder verified as start-up and relay verify do; all of them, or `only` some. Throws `UnusableInput`. */
export async function verifyTrails(
  data: string,
  {
    only,
    onProgress = () => {},
  }: {
    readonly only?: ReadonlySet<string>
    readonly onProgress?: (done: number, of: number) => void
  } = {},
): Promise<VerifiedTrails> {
  return reading(data, async (read) => {
    const trails = read.trails.filter(({ origin }) => only === undefined || only.has(origin))
    const { notary: asked } = readSettings(read.host, read.trail)
    const { notary, close } = await openNotary(asked)
    const of = trails.reduce((sum, { id }) => sum + read.store.size(id), 0)
    const unsound: string[] = []
    let own: TemporaryLeafStore | undefined
    let done = 0
    try {
      for (const trail of trails) {
        const leaves = temporaryLeafStore()
        try {
          const { report } = await checkTrail(trail, {
            store: read.store,
            keys: [],
            notary,
            identity: asked.identity,
            patience: VERIFY_PATIENCE,
            leaves: leaves.leaves,
            pause: async () => onProgress(done + leaves.leaves.size, of),
          })
          done += report.lines
          const isWhole =
            isOwn(read, trail) ||
            (isAsLeft(read, trail, report) && (await isWholeAsLeft(read, trail, notary)))
          if (report.findings.length > 0 || !isWhole) unsound.push(trail.origin)
          if (isOwn(read, trail)) own = leaves
        } finally {
          if (own !== leaves) leaves.close()
        }
      }
    } catch (error) {
      own?.close()
      throw error
    } finally {
      close(true)
    }
    return { origin: read.trail.origin, unsound, leaves: own }
  })
}

/** Its records are those that the trail after it says it had: it may have been written anew as a whole, or its key be another. */
function isAsLeft({ store, trails }: Reading, trail: StoredTrail, { lines, root }: Report): boolean {
  const next = trails[trails.indexOf(trail) + 1]
  const said = next && endOf(readRecordIn(store, next.id, 0), trail.origin)
  const key = readRecordIn(store, trail.id, 0)?.body['key']
  if (key !== undefined && key !== trail.vkey) return false
  return said !== undefined && differsFrom(said, { size: lines, root: base64(root) }) === undefined
}

/** No records and no heads of it were taken away since it was left, as far as anybody can tell. */
async function isWholeAsLeft({ store }: Reading, trail: StoredTrail, notary: Notary): Promise<boolean> {
  const last = store.lastCheckpoint(trail.id)
  if (store.size(trail.id) < (sizeWhenLeft(store, trail) ?? 0)) return false
  if ((last?.size ?? 0) < notarisedWhenLeft(store, trail)) return false
  return (await laterHead(notary, store, trail, last?.size ?? 0)).is !== 'later'
}

function isOwn({ trail }: Reading, { id }: { readonly id: number }): boolean {
  return trail.id === id
}
