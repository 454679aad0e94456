import type { Sealed } from '@compliance-relay/shared/bag'
import {
  type Body,
  inclusionProof,
  type LeafStore,
  leafHash,
  parseCheckpoint,
  printTlogProof,
} from '@compliance-relay/shared/trail'
import { askRelay } from '../commands/ask-relay.ts'
import type { Reading } from '../commands/reading.ts'
import { dataFolder } from '../data-folder.ts'
import { UnusableInput } from '../unusable-input.ts'

/** How long a head over the seal is waited for. */
const HEAD_MILLISECONDS = 30_000
const LOOK_MILLISECONDS = 200

/**
 * Has the relay record the seal, and waits for a head over it. `leaves`: of the trail that is written to, as far as it was
 * verified; what came since is added. `from`: how many records of it the bag has.
 */
export async function sealAndProve(
  { store, trail }: Reading,
  data: string,
  body: Body,
  { leaves, from }: { readonly leaves: LeafStore; readonly from: number },
): Promise<Sealed> {
  const { seq } = (await askRelay(dataFolder(data), { command: 'export.seal', arguments: body })) as {
    seq: number
  }
  const until = Date.now() + HEAD_MILLISECONDS
  for (;;) {
    const head = store.lastCheckpoint(trail.id)
    if (head !== undefined && head.size > seq && head.notarised !== null) break
    if (Date.now() > until) {
      if (head !== undefined && head.size > seq) break
      throw new UnusableInput('the relay has signed no head over the seal: there is no export')
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
