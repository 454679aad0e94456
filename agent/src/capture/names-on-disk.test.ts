import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manifestOf } from './manifest.ts'
import { bytesOfName, isRaw, nameOfBytes, nameOfStored, pathFields, storedName } from './raw-name.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })

describe('a name', () => {
  test('of any bytes comes back as those bytes, and no two are one', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        expect([...bytesOfName(nameOfBytes(one))]).toEqual([...one])
        if (Buffer.compare(one, other) !== 0) expect(nameOfBytes(one)).not.toBe(nameOfBytes(other))
        expect(nameOfStored(storedName(nameOfBytes(one)))).toBe(nameOfBytes(one))
      }),
    )
  })

  test('that is UTF-8 is its text, also with U+FFFD in it', () => {
    for (const name of ['run1.dat', 'm\u00fcller', '\ufffd.dat', '\u{1f9ea}', 'two\nlines']) {
      expect(nameOfBytes(Buffer.from(name))).toBe(name)
      expect(isRaw(name)).toBe(false)
      expect(pathFields(name)).toEqual({ path: name })
    }
  })

  test.each([
    ['c3', 'a sequence that is cut off'],
    ['c0af', 'an overlong slash'],
    ['eda080', 'a surrogate'],
    ['f4908080', 'beyond U+10FFFF'],
    ['ff', 'a byte that UTF-8 never has'],
  ])('with %s, %s, is stated readable and with its bytes', (hex) => {
    const name = nameOfBytes(Buffer.from(`61${hex}62`, 'hex'))
    const fields = pathFields(name)
    expect(fields.pathRaw).toBe(`61${hex}62`)
    expect(fields.path.isWellFormed()).toBe(true)
    expect(fields.path).toMatch(/^a\ufffd+b$/)
  })
})

describe('a manifest', () => {
  const sha256 = 'a'.repeat(64)

  test('is in order of the bytes of its paths, whatever order it was made in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(bytes.map(nameOfBytes), { maxLength: 20 }), (paths) => {
        const files = paths.map((path) => ({ path, size: 1, sha256 }))
        expect(Buffer.compare(manifestOf(files), manifestOf(files.toReversed()))).toBe(0)
      }),
    )
  })

  test('escapes what would end a line, as sha256sum does', () => {
    const text = Buffer.from(manifestOf([{ path: 'a\nb\\c\rd', size: 3, sha256 }])).toString()
    expect(text).toBe(`\\${sha256}  3  a\\nb\\\\c\\rd\n`)
  })

  test('of no files is empty', () => {
    expect(manifestOf([])).toHaveLength(0)
  })
})
