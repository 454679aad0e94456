import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { latin } from '../text.ts'
import type { UnitFiles } from '../unit-files.ts'

const HEAD_BYTES = 16
const BLOCKS_MAX = 10_000

/** Renishaw WiRE: blocks one after the other, each with its name, a number and its length, up to the end of the file. */
export function applyWdfBlocks(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  let at = 0
  for (let n = 0; at < member.size && n < BLOCKS_MAX; n++) {
    const head = files.bytes(member, at, HEAD_BYTES)
    if (head === undefined) return unreadable(member)
    if (head.length < HEAD_BYTES) return missing(`${named(member.path)} ends in the head of a block`)
    const bytes = Number(new DataView(head.buffer, head.byteOffset, HEAD_BYTES).getBigUint64(8, true))
    if (bytes < HEAD_BYTES || !/^[A-Z0-9]{4}$/.test(latin(head.subarray(0, 4))))
      return { notes: [`the blocks of ${named(member.path)} are of a kind that is not known`] }
    at += bytes
  }
  return at <= member.size ? complete : missing(`${named(member.path)} has ${member.size} of ${at} bytes`)
}
