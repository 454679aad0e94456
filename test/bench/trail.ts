/**
 * How fast the trail is sealed and verified, as a share of the least that must be done: one HMAC-SHA-256
 * and one SHA-256 of each line by node:crypto in a plain loop. Both sides take turns over the same bytes,
 * a slice at a time, so that a busy machine slows them alike.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import {
  type Draft,
  emptyHead,
  Frontier,
  LeafHasher,
  Linker,
  macKey,
  TrailVerifier,
} from '@compliance-relay/shared/trail'
import { SAMPLE_TRAIL, sampleDraft } from '../support/sample-trail.ts'

const SLICE = 5_000

/** Seconds for all entries, ours and the plain loop's beside it. */
export interface TrailRow {
  readonly name: 'seal' | 'verify'
  readonly entries: number
  readonly bytes: number
  readonly plain: number
  readonly ours: number
}

const secret = randomBytes(32)
const key = macKey(secret)

/** The yardstick: what a program would do that knew all lines to be right and wanted only their digests. */
function plainLoop(lines: readonly Uint8Array[]): void {
  for (const line of lines) {
    createHmac('sha256', secret).update('compliance-relay/record/v1\n').update(line.subarray(88, -1)).digest()
    createHash('sha256').update('\0').update(line).digest()
  }
}

/** A slice of drafts as they come out of a decoder: their text is flat, not still to be joined from pieces. */
function draftsFrom(start: number, count: number): Draft[] {
  const drafts = Array.from({ length: count }, (_, i) => sampleDraft(start + i))
  return JSON.parse(JSON.stringify(drafts)) as Draft[]
}

function seconds(work: () => void): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

/** Seals and verifies so many entries. Throws if what was sealed does not verify. */
export function measureTrail(entries: number): TrailRow[] {
  const linker = new Linker(key)
  const frontier = new Frontier()
  const hasher = new LeafHasher()
  const verifier = new TrailVerifier({ keys: [key] })
  let head = emptyHead(SAMPLE_TRAIL)
  const spent = { plainBesideSeal: 0, seal: 0, plainBesideVerify: 0, verify: 0 }
  let bytes = 0

  for (let done = 0; done < entries; done += SLICE) {
    const drafts = draftsFrom(done, Math.min(SLICE, entries - done))
    const lines: Uint8Array[] = []
    spent.seal += seconds(() => {
      for (const draft of drafts) {
        const linked = linker.link(head, draft)
        frontier.append(hasher.hash(linked.line))
        lines.push(linked.line)
        head = linked.head
      }
    })
    spent.plainBesideSeal += seconds(() => plainLoop(lines))
    spent.verify += seconds(() => {
      for (const line of lines) verifier.push(line)
    })
    spent.plainBesideVerify += seconds(() => plainLoop(lines))
    bytes += lines.reduce((sum, line) => sum + line.length, 0)
  }

  const report = verifier.end()
  if (report.findings.length > 0 || report.checked.checksums !== entries)
    throw new Error('the trail did not verify')
  return [
    { name: 'seal', entries, bytes, plain: spent.plainBesideSeal, ours: spent.seal },
    { name: 'verify', entries, bytes, plain: spent.plainBesideVerify, ours: spent.verify },
  ]
}
