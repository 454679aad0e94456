import { expect, test } from 'vitest'
import { linesIn } from './bag-source.ts'

async function linesOf(pieces: Iterable<Uint8Array>, most: number): Promise<Uint8Array[]> {
  const source = async function* () {
    yield* pieces
  }
  const all: Uint8Array[] = []
  for await (const lines of linesIn(source(), most)) all.push(...lines)
  return all
}

test('of a line without an end no more is held than was asked for, and the next one is whole', {
  tags: ['challenge'],
}, async () => {
  const pieces = function* () {
    for (let i = 0; i < 3_000; i++) yield new Uint8Array(65_536).fill(0x78)
    yield Uint8Array.of(0x0a, 0x61, 0x0a)
  }
  const lines = await linesOf(pieces(), 1_000_000)
  expect(lines.map(({ length }) => length)).toEqual([1_000_000, 1])
})

test('lines are the same however the file is cut into pieces', async () => {
  const text = Buffer.from('one\n\nthree, and a half\nwithout an end')
  for (let size = 1; size <= text.length; size++) {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < text.length; at += size) pieces.push(new Uint8Array(text.subarray(at, at + size)))
    const lines = await linesOf(pieces, 100)
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual(text.toString().split('\n'))
  }
})
