import { expect, test } from 'vitest'
import { LINE_BYTES_MAX } from '../trail/index.ts'
import { rowsIn } from './check-table.ts'

async function* pieces(count: number, bytes: number, fill: string): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(bytes).fill(fill.charCodeAt(0))
}

const all = async (rows: AsyncIterable<Uint8Array>) => {
  const lengths: number[] = []
  for await (const row of rows) lengths.push(row.length)
  return lengths
}

test('a row without an end is held no further than the longest row there can be', {
  tags: ['challenge'],
}, async () => {
  const lengths = await all(rowsIn(pieces(3_000, 65_536, 'x')))
  expect(lengths).toEqual([8 * LINE_BYTES_MAX + 1])
  // Quotes that are never closed hide every end of a line.
  const quoted = async function* () {
    yield Uint8Array.of(0x22)
    yield* pieces(500, 65_536, '\n')
  }
  expect(await all(rowsIn(quoted()))).toEqual([8 * LINE_BYTES_MAX + 1])
})

test('rows end where a newline is outside of quotes, however the file is cut into pieces', async () => {
  const text = Buffer.from('a,b\r\n"c\nd","e""\n"\r\nf,g')
  for (let size = 1; size <= text.length; size++) {
    const cut = async function* () {
      for (let at = 0; at < text.length; at += size) yield new Uint8Array(text.subarray(at, at + size))
    }
    const rows: string[] = []
    for await (const row of rowsIn(cut())) rows.push(Buffer.from(row).toString())
    expect(rows).toEqual(['a,b\r\n', '"c\nd","e""\n"\r\n', 'f,g'])
  }
})
