import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BUILT_IN_PROFILES, loadProfiles } from '../instruments/load-profiles.ts'
import { HashPool } from './hash-pool.ts'
import type { ReadResult, ReadTask } from './hash-task.ts'
import { UnitReader } from './read-unit.ts'
import { ReadingTurns, type Turned } from './reading-turns.ts'
import { stampOf } from './stamp.ts'

const MEBIBYTE = 1 << 20
const TEBIBYTE = 2 ** 40
const profiles = loadProfiles(BUILT_IN_PROFILES)
const bounds = { bytes: 4 * MEBIBYTE, milliseconds: Number.POSITIVE_INFINITY }
let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-pool-')))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function taskOf(id: number, name: string): ReadTask {
  const path = join(root, name)
  const stat = lstatSync(path, { bigint: true })
  const file = { path, stamp: stampOf(stat), member: name, size: Number(stat.size) }
  return { id, root, name, kind: 'file', profile: 'file', files: [file], evenIfIncomplete: false }
}

function written(id: number, name: string, sizeBytes: number) {
  const bytes = Buffer.alloc(sizeBytes, `${name} `)
  writeFileSync(join(root, name), bytes)
  return { task: taskOf(id, name), sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Takes no room on the disk, and hours to be read. */
function sparse(id: number, name: string, sizeBytes: number): ReadTask {
  writeFileSync(join(root, name), '')
  truncateSync(join(root, name), sizeBytes)
  return taskOf(id, name)
}

function turned(turns: ReadingTurns): Turned {
  const one = turns.next()
  if (one === undefined) throw new Error('there is nothing to be read')
  return one
}

test('a large file behind a sparse one of a tebibyte is read, and the sparse one goes on', {
  tags: ['challenge'],
}, async () => {
  const { task, sha256 } = written(2, 'run.raw', 17 * MEBIBYTE)
  const read = Promise.withResolvers<ReadResult>()
  const pool = new HashPool({
    profiles,
    now: () => performance.now(),
    onResults: (results) => read.resolve(results[0] as ReadResult),
    onFault: (error) => read.reject(error),
  })
  try {
    pool.submit(sparse(1, 'sparse.dat', TEBIBYTE))
    while (pool.large()[0]?.bytes === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    pool.submit(task)
    expect(await read.promise).toMatchObject({ id: 2, state: 'read', files: [{ sha256 }] })
    const { bytes } = pool.large()[0] ?? { bytes: 0 }
    expect(pool.large()).toMatchObject([{ id: 1, ofBytes: TEBIBYTE }])
    while ((pool.large()[0]?.bytes ?? 0) <= bytes) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pool.large()).toHaveLength(1)
  } finally {
    await pool.close()
  }
})

test('a large file that is given up is not answered, and what is given after it is read', {
  tags: ['challenge'],
}, async () => {
  const { task, sha256 } = written(3, 'run.raw', 17 * MEBIBYTE)
  const results: ReadResult[] = []
  const read = Promise.withResolvers<void>()
  const pool = new HashPool({
    profiles,
    now: () => performance.now(),
    onResults: (said) => {
      results.push(...said)
      read.resolve()
    },
    onFault: (error) => read.reject(error),
  })
  try {
    pool.submit(sparse(1, 'sparse.dat', TEBIBYTE))
    while (pool.large()[0]?.bytes === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    pool.giveUp(1)
    expect(pool.large()).toEqual([])
    // Before the thread has heard of it.
    pool.submit(sparse(2, 'other.dat', TEBIBYTE))
    pool.giveUp(2)
    pool.submit(task)
    await read.promise
    expect(results).toMatchObject([{ id: 3, state: 'read', files: [{ sha256 }] }])
    expect(pool.large()).toEqual([])
  } finally {
    await pool.close()
  }
})

describe('large files in turns', () => {
  const begun = () => new ReadingTurns(new UnitReader(profiles), () => 0, bounds)

  test('have the digests they have when read in one go', () => {
    const turns = begun()
    const all = [1, 2, 3].map((id) => written(id, `f${id}`, id * 5 * MEBIBYTE + id))
    for (const { task } of all) turns.add(task)
    const digests = new Map<number, string | undefined>()
    while (turns.size > 0) {
      const { id, result } = turned(turns)
      if (result?.state === 'read') digests.set(id, result.files[0]?.sha256)
    }
    for (const { task, sha256 } of all) expect(digests.get(task.id)).toBe(sha256)
  })

  test('are read with the least left first, and the largest is not left waiting', () => {
    const turns = begun()
    turns.add(sparse(0, 'large', TEBIBYTE))
    for (let id = 1; id <= 20; id++) turns.add(written(id, `f${id}`, 6 * MEBIBYTE).task)
    const ids: number[] = []
    while (turns.size > 1) ids.push(turned(turns).id)
    expect(ids.slice(0, 2)).toEqual([1, 1])
    expect(ids.filter((id) => id === 0).length).toBeGreaterThan(0)
    expect(turned(turns).bytes).toBeGreaterThan(bounds.bytes)
  })

  test('that change between two turns have no digest', { tags: ['challenge'] }, () => {
    const turns = begun()
    turns.add(written(1, 'changing', 9 * MEBIBYTE).task)
    expect(turned(turns).result).toBeUndefined()
    written(1, 'changing', 9 * MEBIBYTE)
    expect(turned(turns).result).toMatchObject({ id: 1, state: 'moved' })
  })

  test('that nobody waits for any more have no further turn', { tags: ['challenge'] }, () => {
    const turns = begun()
    turns.add(sparse(1, 'sparse.dat', TEBIBYTE))
    turns.add(written(2, 'run.raw', 9 * MEBIBYTE).task)
    expect(turned(turns).id).toBe(2)
    turns.drop(2)
    expect(turned(turns).id).toBe(1)
    turns.drop(1)
    expect(turns.next()).toBeUndefined()
  })

  test('end their turn by time, too', () => {
    let time = 0
    const turns = new ReadingTurns(new UnitReader(profiles), () => (time += 10), {
      bytes: Number.POSITIVE_INFINITY,
      milliseconds: 20,
    })
    turns.add(written(1, 'slow', 9 * MEBIBYTE).task)
    expect(turned(turns)).toEqual({ id: 1, bytes: 2 * MEBIBYTE })
  })
})
