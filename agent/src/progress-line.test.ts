import { expect, test } from 'vitest'
import { progressLine } from './progress-line.ts'

function terminal(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => void written.push(text) }
}

test('progress is one line that is written anew at most twice a second, and taken away at the end', () => {
  const to = terminal(true)
  let now = 0
  const line = progressLine(false, to, () => now)
  for (; now <= 1_000; now += 100) line.say('records verified', now * 1_000, 1_000_000)
  line.end()
  line.end()
  expect(to.written).toEqual([
    '\r\u001b[Krecords verified: 0 of 1,000,000',
    '\r\u001b[Krecords verified: 500,000 of 1,000,000',
    '\r\u001b[Krecords verified: 1,000,000 of 1,000,000',
    '\r\u001b[K',
  ])
})

test('nothing is said where there is no terminal, or a program reads the answer', () => {
  for (const [isTTY, isQuiet] of [
    [false, false],
    [true, true],
  ] as const) {
    const to = terminal(isTTY)
    const line = progressLine(isQuiet, to, () => 0)
    line.say('records verified', 1, 2)
    line.end()
    expect(to.written).toEqual([])
  }
})
