import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from './bytes.ts'
import { emptyHead, Linker } from './chain.ts'
import { macKey } from './mac-key.ts'
import { SealedLines } from './sealed-lines.ts'

const origin = 'lab.example/t/ws-1/20260302-7f3a'
const key = macKey(new Uint8Array(32).fill(7))
const sealed = new SealedLines(origin, key)
const { line } = new Linker(key).link(emptyHead(origin), {
  kind: 'account.retired',
  actor: { id: 'asmith', name: 'Anna Smith', via: 'password' },
  time: '2026-03-02T08:00:00.000Z',
  body: { account: 'bking', reason: 'has left the company' },
})
const changed = (from: string, to: string) => utf8(fromUtf8(line).replace(from, to))

test('a line is one of its trail at its place, as it was sealed, and nowhere else', () => {
  expect(sealed.record(0, line)?.kind).toBe('account.retired')
  expect(sealed.record(1, line)).toBeUndefined()
  expect(new SealedLines(`${origin}0`, key).record(0, line)).toBeUndefined()
  expect(new SealedLines(origin, macKey(new Uint8Array(32).fill(8))).record(0, line)).toBeUndefined()
  expect(sealed.record(0, changed('company', 'Company'))).toBeUndefined()
  expect(sealed.record(0, utf8('x'))).toBeUndefined()
})

test('whoever only hands a line on finds the same: by its seal, its trail and its place', () => {
  const linker = new Linker(key)
  const draft = { kind: 'file.created', actor: { id: 'jdoe', name: 'Jane Doe', via: 'badge' }, body: {} }
  const time = '2026-03-02T08:00:00.000Z'
  const lines: Uint8Array[] = []
  for (let head = emptyHead(origin); head.size < 1_234; ) {
    // A body that ends like a record of another place.
    const body = { x: `"seq":${head.size + 1},"time":"${time}","trail":"${origin}","v":1}}` }
    const linked = linker.link(head, { ...draft, time, body })
    lines.push(linked.line.slice())
    head = linked.head
  }
  const other = new SealedLines(origin, macKey(new Uint8Array(32).fill(8)))
  for (const [seq, one] of lines.entries()) {
    expect(sealed.isOf(seq, one)).toBe(true)
    for (const place of [seq + 1, seq - 1, 10 * seq + 10, Math.floor(seq / 10) - 1, seq + 1_000])
      expect(sealed.isOf(place, one), `${seq} at ${place}`).toBe(false)
  }
  const [first = line] = lines
  expect(new SealedLines(`${origin}0`, key).isOf(0, first)).toBe(false)
  expect(new SealedLines(origin.slice(1), key).isOf(0, first)).toBe(false)
  expect(other.isOf(0, first)).toBe(false)
  for (let at = 0; at < first.length; at++) {
    const damaged = first.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 1
    expect(sealed.isOf(0, damaged), String(at)).toBe(false)
    expect(sealed.isOf(0, first.subarray(0, at)), String(at)).toBe(false)
  }
})

test('one byte that is another is mended, wherever it is, and no more than one', () => {
  expect(sealed.withOneByteMended(0, line)).toEqual(line)
  for (let at = 0; at < line.length; at += 29) {
    const damaged = line.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 0x10
    expect(sealed.withOneByteMended(0, damaged), String(at)).toEqual(line)
  }
  expect(sealed.withOneByteMended(0, changed('company', 'Company'))).toEqual(line)
  expect(sealed.withOneByteMended(0, changed('bking', 'bkxng'))).toEqual(line)
  expect(sealed.withOneByteMended(0, changed('bking', 'ckinh'))).toBeUndefined()
  expect(sealed.withOneByteMended(1, changed('company', 'Company'))).toBeUndefined()
  expect(sealed.withOneByteMended(0, line.subarray(1))).toBeUndefined()
})
