import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { accountName, ownerName, systemFault } from './system-faults.ts'

const folder = mkdtempSync(join(tmpdir(), 'relay-faults-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const fault = (code: string) => systemFault(Object.assign(new Error(code), { code, path: '/data/relay' }))

test.each([
  ['EACCES', 'may not use /data/relay: run this as the account the relay runs under'],
  ['EPERM', 'may not use /data/relay'],
  ['EROFS', '/data/relay is on a disk that is read-only'],
  ['ENOSPC', 'the disk of /data/relay is full'],
  ['ENOTDIR', 'a part of its path is no folder'],
])('%s is one sentence of what to do', (code, sentence) => {
  expect(fault(code)).toContain(sentence)
})

test('an error that nobody can do something about is none', () => {
  expect(fault('EBADF')).toBe(undefined)
  expect(systemFault(new Error('what is this'))).toBe(undefined)
  expect(systemFault('a text')).toBe(undefined)
})

test('a database that cannot be opened is one', () => {
  const open = () => new DatabaseSync(join(folder, 'missing', 'a.db'))
  expect(open).toThrow()
  try {
    open()
  } catch (error) {
    expect(systemFault(error)).toContain(`this account, ${accountName()}, may not use`)
  }
})

test('accounts have names, and what is not there an owner in words', () => {
  expect(ownerName(folder)).toBe(accountName())
  expect(ownerName(join(folder, 'missing'))).toBe('the account it was set up with')
})
