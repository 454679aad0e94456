import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportFolder, FREE_BYTES_MIN, roomIn } from './export-folder.ts'
import { writeWhole } from './write-whole.ts'
import { writeZip } from './zip-file.ts'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'relay-exports-'))
})
afterEach(() => {
  rmSync(base, { recursive: true })
})

async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(1)
}

test('what an earlier relay left is gone when one starts, whole or half, and nobody else looks in', () => {
  const folder = new ExportFolder(join(base, 'exports'))
  mkdirSync(folder.path, { mode: 0o755 })
  const elsewhere = join(base, 'elsewhere')
  writeFileSync(elsewhere, 'as it was')
  for (const name of ['export-1.zip', 'export-1.zip.part']) writeFileSync(join(folder.path, name), 'PK')
  symlinkSync(elsewhere, join(folder.path, 'link.zip'))
  folder.clear()
  expect(readdirSync(folder.path)).toEqual([])
  expect(statSync(folder.path).mode & 0o777).toBe(0o700)
  expect(statSync(elsewhere).size).toBe(9)
})

test('what lies in the place of an export is given only if it is a file of its own', {
  tags: ['challenge'],
}, async () => {
  const folder = new ExportFolder(join(base, 'exports'))
  folder.clear()
  const secret = join(base, 'mac.key')
  writeFileSync(secret, 'secret')
  symlinkSync(secret, folder.file('a', 'bag'))
  linkSync(secret, folder.file('b', 'bag'))
  mkdirSync(folder.file('c', 'bag'))
  for (const id of ['a', 'b', 'c', 'none']) expect(() => folder.open(id, 'bag')).toThrow()
  writeFileSync(folder.file('d', 'bag'), 'PK')
  expect(await new Response(folder.open('d', 'bag')).text()).toBe('PK')
})

test('removing an export takes its copies and what was being written of them, and no other’s', () => {
  const folder = new ExportFolder(join(base, 'exports'))
  folder.clear()
  for (const name of ['a.zip', 'a.pdf', 'a.html.part', 'ab.zip'])
    writeFileSync(join(folder.path, `export-${name}`), 'x')
  folder.remove('a')
  expect(readdirSync(folder.path)).toEqual(['export-ab.zip'])
})

test('a disk that becomes too full for captures ends the writing, and nothing of it is left', {
  tags: ['challenge'],
}, async () => {
  let free = FREE_BYTES_MIN + (20 << 20)
  const freeBytes = () => {
    free -= 8 << 20
    return free
  }
  const file = join(base, 'copy.pdf')
  const sizes = Array.from({ length: 100 }, () => 1 << 20)
  await expect(writeWhole(file, pieces(...sizes), roomIn(base, freeBytes))).rejects.toMatchObject({
    code: 'no-room',
  })
  const zip = join(base, 'bag.zip')
  const random = async function* () {
    for (let i = 0; i < 100; i++) yield crypto.getRandomValues(new Uint8Array(65_536))
  }
  const none = roomIn(base, () => FREE_BYTES_MIN - 1)
  await expect(writeZip(zip, (sink) => sink.write('data/x', random()), none)).rejects.toMatchObject({
    code: 'no-room',
  })
  expect(readdirSync(base)).toEqual([])
})

test('what is larger than may be is given up, and what is not is there whole', {
  tags: ['challenge'],
}, async () => {
  const lots = () => Number.MAX_SAFE_INTEGER
  const file = join(base, 'copy.pdf')
  await expect(writeWhole(file, pieces(600, 401), roomIn(base, lots, 1_000))).rejects.toMatchObject({
    code: 'too-large',
  })
  expect(readdirSync(base)).toEqual([])
  expect(await writeWhole(file, pieces(600, 400), roomIn(base, lots, 1_000))).toBe(1_000)
  expect(statSync(file)).toMatchObject({ size: 1_000 })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
