/** RFC 8785 (JCS): the pairs of cyberphone/json-canonicalization. */
import { createHash } from 'node:crypto'
import { canonical, readCanonical, utf8, type Value } from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { refusalOf } from './refusal.ts'
import { bytesOfHex, requireVectors, vectorBytes, vectorJson, vectorNames, vectorText } from './vectors.ts'

beforeEach(requireVectors)

/** The one pair whose numbers our profile refuses: 333333333.33333329, 1E30, 4.50 and so on. */
const FRACTIONS = 'values.json'

function pairs(): string[] {
  return vectorNames('jcs-cyberphone/input').filter((name) => name !== FRACTIONS)
}

test('five pairs hold no fraction, and one does', () => {
  expect(pairs()).toEqual(['arrays.json', 'french.json', 'structures.json', 'unicode.json', 'weird.json'])
  expect(vectorNames('jcs-cyberphone/input')).toContain(FRACTIONS)
})

test('the canonical form of each input is its output, byte for byte', () => {
  for (const name of pairs()) {
    const bytes = utf8(canonical(vectorJson<Value>('jcs-cyberphone/input', name)))
    const digits = vectorText('jcs-cyberphone/outhex', name.replace('.json', '.txt')).replace(/\s/g, '')
    expect(bytes, name).toEqual(vectorBytes('jcs-cyberphone/output', name))
    expect(bytes, name).toEqual(bytesOfHex(digits))
  }
})

test('each output is read back as the value of its input', () => {
  for (const name of pairs()) {
    const value = readCanonical(vectorBytes('jcs-cyberphone/output', name))
    expect(value, name).toEqual(vectorJson('jcs-cyberphone/input', name))
  }
})

test('an input is refused unless it is already in canonical form', () => {
  for (const name of vectorNames('jcs-cyberphone/input')) {
    expect(
      refusalOf(() => readCanonical(vectorBytes('jcs-cyberphone/input', name))),
      name,
    ).toMatch(/^not-canonical$|^number-not-integer$/)
  }
})

test('fractions are refused where they are written and where they are read', () => {
  expect(refusalOf(() => canonical(vectorJson<Value>('jcs-cyberphone/input', FRACTIONS)))).toBe(
    'number-not-integer',
  )
  expect(refusalOf(() => readCanonical(vectorBytes('jcs-cyberphone/output', FRACTIONS)))).toBe(
    'number-not-integer',
  )
})

/*
 * RFC 8785's hundred million numbers, checked by a hash over their printed forms, do not apply: nearly all of
 * them are fractions or lie beyond 2^53, which our profile refuses. What is left of number formatting is that
 * every integer in range prints as its decimal digits, and that nothing else prints at all.
 */
test('every integer in range prints as its decimal digits', () => {
  const edges = Array.from({ length: 54 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]).flat()
  const safe = [...edges, ...seriesOfDoubles(20_000).map((x) => Math.trunc(x * 2 ** 53))].filter(
    Number.isSafeInteger,
  )
  expect(safe.length).toBeGreaterThan(20_000)
  for (const value of safe.flatMap((integer) => (integer === 0 ? [0] : [integer, -integer]))) {
    const digits = BigInt(value).toString()
    expect(canonical(value)).toBe(digits)
    expect(readCanonical(utf8(digits))).toBe(value)
  }
})

test('no number prints that is not an integer in range', () => {
  const others = [
    ...seriesOfDoubles(20_000).filter((x) => x !== 0),
    ...[2 ** 53, -(2 ** 53), 1e21, 1e30, 5e-324, Number.MAX_VALUE, -0, Number.NaN, Number.NEGATIVE_INFINITY],
  ]
  for (const value of others) {
    expect(
      refusalOf(() => canonical(value)),
      String(value),
    ).toMatch(/^number-not-integer$|^integer-out-of-range$/)
  }
})

/** Fractions below 1 of every size down to 2^-53, the same in each run. */
function seriesOfDoubles(count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const word = createHash('sha256').update(`${i}`).digest().readBigUInt64BE() >> 11n
    return Number(word >> BigInt(i % 53)) / 2 ** 53
  })
}
