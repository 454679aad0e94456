import type { Sealed } from '@compliance-relay/shared/bag'
import {
  inclusionProof,
  type LeafStore,
  leafHash,
  parseCheckpoint,
  printTlogProof,
} from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import { ExportRefused } from './export-refused.ts'

/** How long a head over the seal is waited for. */
const HEAD_MILLISECONDS = 30_000
const LOOK_MILLISECONDS = 200

/**
 * Has the relay record the seal, and waits for a head over it. `leaves`: of the trail that is written to, as far as it was
 * verified; what came since is added. `from`: how many records of it the bag has.
 */
export async function sealAndProve(
  { store, trail }: Reading,
  seal: () => Promise<number>,
  { leaves, from }: { readonly leaves: LeafStore; readonly from: number },
): Promise<Sealed> {
  const seq = await seal()
  const until = Date.now() + HEAD_MILLISECONDS
  for (;;) {
    const head = store.lastCheckpoint(trail.id)
    if (head !== undefined && head.size > seq && head.notarised !== null) break
    if (Date.now() > until) {
      if (head !== undefined && head.size > seq) break
      throw new ExportRefused('not-sealed', 'the relay has signed no head over the seal: there is no export')
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
  }
  const head = store.lastCheckpoint(trail.id)
  if (head === undefined) throw new Error('a checkpoint is not there any more')
  const checkpoint = parseCheckpoint(head.note)
  for (const { line } of store.lines(trail.id, leaves.size, checkpoint.size)) leaves.append(leafHash(line))
  const line = store.line(trail.id, seq)
  if (line === undefined) throw new Error('the record of the seal is not there')
  return {
    line,
    proof: printTlogProof({
      index: seq,
      path: inclusionProof(seq, checkpoint.size, leaves.node),
      checkpoint,
    }),
    leaves: Array.from({ length: checkpoint.size - from }, (_, i) => leaves.leaf(from + i)),
  }
}
