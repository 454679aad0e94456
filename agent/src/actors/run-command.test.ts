import { expect, test } from 'vitest'
import { Remembered } from './remembered.ts'
import { systemCommands } from './run-command.ts'

const node = (script: string): readonly string[] => ['-e', script]
const run = systemCommands(2_000)

test('a program’s exit code and text', async () => {
  const args = node('process.stdout.write("käthe"); process.exit(2)')
  expect(await run.run(process.execPath, args)).toEqual({ code: 2, text: 'käthe' })
  expect(run.now(process.execPath, args).code).toBe(2)
  expect(run.now(process.execPath, node('process.stdout.write("käthe")'))).toEqual({ code: 0, text: 'käthe' })
})

test('it can be given input, and need not read it', async () => {
  const echo = node('process.stdin.pipe(process.stdout)')
  expect(await run.run(process.execPath, echo, 'show State:\n')).toEqual({ code: 0, text: 'show State:\n' })
  expect((await run.run(process.execPath, node('process.exit(0)'), 'x'.repeat(1 << 20))).code).toBe(0)
})

test('one that is not there, does not end, or says too much, has no exit code', async () => {
  expect(await run.run('no-such-program-here', [])).toEqual({ code: null, text: '' })
  expect(run.now('no-such-program-here', [])).toEqual({ code: null, text: '' })
  const short = systemCommands(200)
  expect((await short.run(process.execPath, node('setTimeout(() => {}, 60_000)'))).code).toBe(null)
  expect(short.now(process.execPath, node('setTimeout(() => {}, 60_000)')).code).toBe(null)
  const flood = node('setInterval(() => process.stdout.write("x".repeat(100_000)), 1)')
  expect((await run.run(process.execPath, flood)).code).toBe(null)
})

test('ten thousand and more look-ups do not grow for ever', () => {
  let asked = 0
  const remembered = new Remembered<number>(
    () => ({ found: ++asked }),
    () => 0,
  )
  for (let i = 0; i < 25_000; i++) remembered.get(`${i}`)
  expect(asked).toBe(25_000)
  expect(remembered.get('24999')).toBe(25_000)
  expect(remembered.get('0')).toBe(25_001)
})
