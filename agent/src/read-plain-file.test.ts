import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolder } from './data-folder.ts'
import { readPlainFile } from './read-plain-file.ts'
import { openSecrets } from './secrets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-plain-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('a file is read whole, up to what it may have', () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'x'.repeat(10))
  expect(readPlainFile(path, 10)).toEqual({ kind: 'read', bytes: Buffer.from('x'.repeat(10)) })
  expect(readPlainFile(path, 9)).toEqual({ kind: 'too-large' })
  writeFileSync(path, '')
  expect(readPlainFile(path, 0)).toEqual({ kind: 'read', bytes: Buffer.from('') })
  truncateSync(path, 2 ** 40)
  expect(readPlainFile(path, 10)).toEqual({ kind: 'too-large' })
  expect(() => readPlainFile(join(folder, 'none'), 10)).toThrow('ENOENT')
})

const others: [string, (path: string) => void][] = [
  ['a pipe', (path) => void execFileSync('mkfifo', [path])],
  ['a link to a file', (path) => symlinkSync(import.meta.filename, path)],
  ['a link to what never ends', (path) => symlinkSync('/dev/zero', path)],
  ['a link to nothing', (path) => symlinkSync('nothing', path)],
  ['a folder', (path) => void mkdirSync(path)],
]

test.each(others)('%s is none', (_, make) => {
  make(join(folder, 'file'))
  expect(readPlainFile(join(folder, 'file'), 10)).toEqual({ kind: 'no-file' })
})

test.each(others.filter(([what]) => what !== 'a link to nothing'))(
  '%s in place of the name of a keystore stops the start with a sentence',
  {
    tags: ['req/P11-10e-2', 'challenge', 'fault'],
  },
  async (_, make) => {
    const data = dataFolder(folder)
    make(data.keystore)
    await expect(openSecrets(data)).rejects.toThrow('does not name a place in the keystore')
  },
)
