import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ServiceOptions } from './service-options.ts'
import { quoteWindowsArgument, windowsTask } from './windows-task.ts'

const options: ServiceOptions = {
  node: 'C:\\Program Files\\relay\\node.exe',
  relay: 'C:\\Program Files\\relay\\bin\\relay.mjs',
  data: 'C:\\ProgramData\\relay & sons\\',
  watches: ['D:\\data'],
  notary: '\\\\server\\notary',
  user: undefined,
  scope: 'system',
}

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0
const withXmllint = (name: string): string =>
  hasXmllint ? name : `not executed, xmllint is not here: ${name}`

/** The text of an element of the task, by another program. The Task Scheduler itself was not executed. */
function textOf(task: string, element: string): string {
  const path = `string(//*[local-name()="${element}"])`
  const input = task.replace('encoding="UTF-16"', 'encoding="UTF-8"')
  const result = spawnSync('xmllint', ['--xpath', path, '-'], { input, encoding: 'utf8' })
  expect(result.status, result.stderr).toBe(0)
  return result.stdout.replace(/\n$/, '')
}

test(withXmllint('the task runs the relay, is begun again each minute and has no end'), () => {
  if (!hasXmllint) return
  const task = windowsTask(options)
  expect(textOf(task, 'Command')).toBe(options.node)
  expect(argumentsOf(textOf(task, 'Arguments'))).toEqual([
    options.relay,
    'run',
    '--data',
    options.data,
    '--hints',
    'on',
  ])
  expect(textOf(task, 'UserId')).toBe('S-1-5-18')
  expect(textOf(task, 'ExecutionTimeLimit')).toBe('PT0S')
  expect(textOf(task, 'MultipleInstancesPolicy')).toBe('IgnoreNew')
  expect(textOf(task, 'Interval')).toBe('PT1M')
  expect(textOf(task, 'Duration')).toBe('')
})

test.each([
  ['C:\\relay', 'C:\\relay'],
  ['C:\\my relay', '"C:\\my relay"'],
  ['C:\\my relay\\', '"C:\\my relay\\\\"'],
  ['C:\\relay\\', 'C:\\relay\\'],
  ['\\\\server\\my share\\', '"\\\\server\\my share\\\\"'],
  ['', '""'],
  ['a"b', '"a\\"b"'],
  ['a\\"b', '"a\\\\\\"b"'],
])('the argument %s is written %s', (word, written) => {
  expect(quoteWindowsArgument(word)).toBe(written)
})

test('what is written as arguments is read as those arguments', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom(...'ab\\" :%&^ü'), maxLength: 10 }), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(words, (all) => {
      expect(argumentsOf(all.map(quoteWindowsArgument).join(' '))).toEqual(all)
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  [{ data: 'C:\\%TEMP%\\relay' }, 'Windows would replace'],
  [{ data: 'C:\\$(Arg0)' }, 'Windows would replace'],
  [{ data: 'relay' }, 'is not an absolute path'],
  [{ user: 'anna' }, 'runs as SYSTEM'],
  [{ scope: 'user' as const }, 'is for Linux and macOS'],
])('%j makes no task', (wrong, said) => {
  expect(() => windowsTask({ ...options, ...wrong })).toThrow(said)
})

test('one percent sign is only a percent sign', () => {
  expect(windowsTask({ ...options, data: 'C:\\100%' })).toContain('100%')
})

/** A command line taken apart as Microsoft describes it ("Parsing C++ command-line arguments"). */
function argumentsOf(line: string): string[] {
  const found: string[] = []
  for (let at = 0; at < line.length; ) {
    if (line[at] === ' ') {
      at++
      continue
    }
    let word = ''
    let isQuoted = false
    while (at < line.length && (isQuoted || line[at] !== ' ')) {
      const [slashes = ''] = /^\\*/.exec(line.slice(at)) ?? []
      at += slashes.length
      if (line[at] !== '"') {
        word += slashes === '' ? line[at++] : slashes
        continue
      }
      word += '\\'.repeat(slashes.length >> 1)
      if (slashes.length % 2 === 1) word += '"'
      else isQuoted = !isQuoted
      at++
    }
    found.push(word)
  }
  return found
}

test('not executed, there is no Windows here: the task is taken by the Task Scheduler and runs', () => {})
