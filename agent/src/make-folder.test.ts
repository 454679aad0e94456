import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

const base = mkdtempSync(join(tmpdir(), 'make-folder-'))
afterAll(() => {
  rmSync(base, { recursive: true })
})

test('a folder is made with those above it, and one that is there stays', () => {
  const folder = join(base, 'a', 'b', 'c')
  makeFolder(folder)
  makeFolder(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('under a file, or where the system takes none, it is refused at once', { tags: ['challenge'] }, () => {
  writeFileSync(join(base, 'file'), '')
  expect(() => makeFolder(join(base, 'file', 'x'))).toThrow('is a file')
  if (existsSync('/proc/self')) expect(() => makeFolder('/proc/no-such/folder')).toThrow('cannot be made')
})
