import { expect, test } from 'vitest'
import { sizeText } from './size-text.ts'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1_023, '1023 bytes'],
  [1_024, '1.0 KiB'],
  [2 ** 30 - 1, '1023.9 MiB'],
  [2 ** 30, '1.0 GiB'],
  [1.75 * 2 ** 40, '1.7 TiB'],
  [2 ** 63, '8.0 EiB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
