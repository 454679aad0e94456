import { CSV, RECORDS } from '@compliance-relay/shared/bag'
import { bagOf, type Files, type MadeBag, verified } from './made-bag.ts'
import { TrailMaker } from './make-trail.ts'
import type { Random } from './random.ts'

/** One bit of one file of a bag. */
export interface Flip {
  readonly file: string
  readonly bit: number
  /** Which record it is of, by its seq; undefined of what is no line of one record, or is the end of a line. */
  readonly seq: number | undefined
}

/** Of a byte. */
export const BITS = [0, 1, 2, 3, 4, 5, 6, 7] as const

/** The bytes with one bit turned over. */
export function flippedAt(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const flipped = bytes.slice()
  flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
  return flipped
}

export function largeBag(records: number): Promise<MadeBag> {
  const maker = new TrailMaker('large bag')
  for (let i = 1; i < records; i++)
    maker.take({
      do: 'capture',
      body: { path: `2026/03/run-${i}.dat`, project: 'NMR', device: 'nmr-1', size: i },
    })
  return bagOf(maker, { between: 0 })
}

const NEWLINE = 0x0a

/**
 * Random bits, in groups to be turned over at once: in a group no two are of one record, so each has a finding of its own.
 * What could move others, or has no line of its own, is alone.
 */
export function flipGroups(files: Files, random: Random, count: number, most: number): Flip[][] {
  const all = [...files]
  const bytes = all.reduce((sum, [, { length }]) => sum + length, 0)
  const lines = new Map(
    [...files].filter(([name]) => lineOne(name) !== undefined).map(([name, one]) => [name, endsIn(one)]),
  )
  const alone: Flip[][] = []
  const groups: { readonly flips: Flip[]; readonly taken: Set<number> }[] = []
  for (let i = 0; i < count; i++) {
    let at = random.integer(0, bytes - 1)
    const [file, content] = all.find(([, { length }]) => {
      if (at < length) return true
      at -= length
      return false
    }) ?? ['', new Uint8Array()]
    const mask = 1 << random.integer(0, 7)
    const byte = content[at] ?? 0
    const moves = byte === NEWLINE || (byte ^ mask) === NEWLINE
    const ends = lines.get(file)
    const line = ends === undefined || moves ? undefined : lineAt(ends, at)
    const seq = line === undefined ? undefined : line - (lineOne(file) ?? 0)
    const flip = {
      file,
      bit: 8 * at + Math.log2(mask),
      seq: seq !== undefined && seq >= 0 && seq < (ends?.length ?? 0) - 2 ? seq : undefined,
    }
    if (flip.seq === undefined) {
      alone.push([flip])
      continue
    }
    const { seq: of } = flip
    let group = groups.find(({ flips, taken }) => flips.length < most && !taken.has(of))
    if (group === undefined) {
      group = { flips: [], taken: new Set() }
      groups.push(group)
    }
    group.flips.push(flip)
    group.taken.add(of)
  }
  return [...groups.map(({ flips }) => flips), ...alone]
}

/** Flips that a verifier does not find: of a group, those of which no finding names the record. */
export async function missed({ files, policy }: MadeBag, flips: readonly Flip[]): Promise<readonly Flip[]> {
  const changed: Files = new Map(files)
  for (const { file, bit } of flips) {
    const bytes = changed.get(file) === files.get(file) ? files.get(file)?.slice() : changed.get(file)
    if (bytes === undefined) throw new Error(`no file ${file}`)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    changed.set(file, bytes)
  }
  const { findings } = await verified(changed, policy)
  const [only] = flips
  if (flips.length === 1 && only !== undefined) return findings.length > 0 ? [] : [only]
  const named = new Map<string, Set<number>>()
  for (const { file, line } of findings) {
    if (line === undefined) continue
    const of = named.get(file) ?? new Set()
    named.set(file, of.add(line - (lineOne(file) ?? 0)))
  }
  // A leaf that is another is found at the record that should make it.
  const foundIn = (file: string) => named.get(file === CSV ? CSV : RECORDS)
  return flips.filter(({ file, seq }) => seq !== undefined && foundIn(file)?.has(seq) !== true)
}

/** The line, from 1, on which a file with a line for each record of one trail has the first of them. */
function lineOne(file: string): number | undefined {
  if (file === RECORDS || file === CSV) return 2
  return file.endsWith('leaves.txt') ? 1 : undefined
}

/** Where each line ends. */
function endsIn(bytes: Uint8Array): number[] {
  const ends: number[] = []
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) ends.push(at)
  return ends
}

/** The line, from 1, that a byte is of. */
function lineAt(ends: readonly number[], at: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low + 1
}

/** A trail of one capture: each bit of its bag can be turned over alone in a few minutes. */
export function smallTrail(): TrailMaker {
  const maker = new TrailMaker('small bag')
  maker.take({ do: 'capture', body: { path: 'a' } })
  return maker
}
