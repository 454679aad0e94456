import {
  canonical,
  type Draft,
  emptyHead,
  fromHex,
  fromUtf8,
  hex,
  Linker,
  leafHash,
  macKey,
  readCanonical,
  readEntry,
  utf8,
  type Value,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { codeOf, vectors, written } from './files.ts'

interface Refused {
  readonly id: string
  readonly code: string
  readonly hex: string
}

describe('canonical form', () => {
  const { accept, refuse } = vectors('canonical') as {
    accept: { id: string; text: string; value: Value }[]
    refuse: Refused[]
  }

  test.each(accept)('$id is written as the vector says, and read back', ({ text, value }) => {
    expect(canonical(value)).toBe(text)
    expect(readCanonical(utf8(text))).toEqual(value)
  })

  test.each(refuse)('$id is refused as $code', ({ code, hex: bytes }) => {
    expect(codeOf(() => readCanonical(fromHex(bytes, bytes.length / 2)))).toBe(code)
  })
})

describe('entries', () => {
  const { trail, keys, entries, refuse } = vectors('entry') as {
    trail: string
    keys: { id: string; secret: string; kid: string; next: string }[]
    entries: { id: string; draft: Draft; line: string; leaf: string }[]
    refuse: (Refused & { repeat?: { of: string; as: string; times: number } })[]
  }

  test.each(keys)('key $id has this name and this successor', ({ secret, kid, next }) => {
    const key = macKey(fromHex(secret, 32))
    expect(key.kid).toBe(kid)
    expect(hex(key.next())).toBe(next)
  })

  test('the entries are made byte for byte, one after the other', () => {
    const linker = new Linker(macKey(fromHex(keys[0]?.secret ?? '', 32)))
    let head = emptyHead(trail)
    for (const { draft, line, leaf } of entries) {
      const linked = linker.link(head, draft)
      expect(fromUtf8(linked.line)).toBe(line)
      expect(hex(leafHash(linked.line))).toBe(leaf)
      head = linked.head
    }
    expect(head.size).toBe(entries.length)
  })

  test.each(entries)('entry $id reads as what was recorded', ({ draft, line }) => {
    const { checksum, record } = readEntry(utf8(line))
    expect(record).toMatchObject(draft)
    expect(checksum).toBe(line.slice(13, 77))
    expect(line.slice(88, -1)).toBe(canonical({ ...record, actor: { ...record.actor } }))
  })

  test.each(refuse)('$id is refused as $code', ({ code, hex: bytes, ...vector }) => {
    const line = utf8(written(fromUtf8(fromHex(bytes, bytes.length / 2)), vector))
    expect(codeOf(() => readEntry(line))).toBe(code)
  })
})
