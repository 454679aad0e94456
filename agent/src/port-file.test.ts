import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPort, writePort } from './port-file.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-port-'))
  file = join(folder, 'port')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('the port of a relay is told, and told no more once it answers nowhere', () => {
  expect(readPort(file)).toBeUndefined()
  writePort(file, 7411)
  expect(readPort(file)).toBe(7411)
  writePort(file, 7412)
  expect(readPort(file)).toBe(7412)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  writePort(file, null)
  expect(readdirSync(folder)).toEqual([])
})

test('what a crash left half written does not stand in the way', () => {
  writeFileSync(`${file}.new`, '74')
  writePort(file, 7411)
  expect(readPort(file)).toBe(7411)
})

test('no number that could not be a port is one, and a link is not followed', { tags: ['challenge'] }, () => {
  for (const text of ['', '0', '70000', '-1', '7411 7412', '0x10', 'http://evil.example/', '1'.repeat(99)]) {
    writeFileSync(file, text)
    expect(readPort(file), text).toBeUndefined()
  }
  const elsewhere = join(folder, 'elsewhere')
  writeFileSync(elsewhere, '7411\n')
  rmSync(file)
  symlinkSync(elsewhere, file)
  expect(readPort(file)).toBeUndefined()
  rmSync(file)
  mkdirSync(file)
  expect(readPort(file)).toBeUndefined()
})
