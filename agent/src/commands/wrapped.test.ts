import { expect, test } from 'vitest'
import { wrapped } from './wrapped.ts'

test('a line that is too wide goes on below, indented, and none of its words is lost', () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ')
  const lines = wrapped(`sends    ${words}`, 9)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120)
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {9}word/)
  expect(lines.map((line) => line.slice(9)).join(' ')).toBe(words)
})

test('what is short, or has no place to part it, stays as it is', () => {
  for (const line of ['sends    nothing', `sends    ${'x'.repeat(200)}`])
    expect(wrapped(line, 9)).toEqual([line])
})
