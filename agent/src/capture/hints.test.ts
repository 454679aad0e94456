import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { FolderHints } from './folder-hints.ts'
import { type HintSink, type Hints, hasOutgrown, treeHints, watchHints } from './hints.ts'
import { nameOfBytes } from './raw-name.ts'

class Sink implements HintSink {
  readonly hints: string[] = []
  readonly faults: string[] = []
  isReady = false
  hint(folder: string, name: string | undefined): void {
    this.hints.push(name === undefined ? folder : `${folder}/${name}`)
  }
  ready(): void {
    this.isReady = true
  }
  lost(reason: string): void {
    this.faults.push(reason)
  }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Make = (root: string, sink: HintSink) => Hints

async function watched(make: Make, prepare: (root: string) => void = () => {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-hints-')))
  prepare(root)
  const sink = new Sink()
  const hints = make(root, sink)
  closing.push(async () => {
    await hints.close()
    rmSync(root, { recursive: true })
  })
  await until(() => sink.isReady)
  return { root, sink }
}

/** Does something again and again until it holds: a hint may be late. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (holds()) return
    await wait(25)
  }
  throw new Error('not within five seconds')
}

const ways: (readonly [string, Make])[] = [['a tree at once', treeHints]]
// Folder by folder is how it is done where the system knows no other way.
if (process.platform === 'linux') ways.push(['each folder', (root, sink) => new FolderHints(root, sink)])

describe.each(ways)('watching %s', (_, make) => {
  test('a file in a folder that was there gives a hint', async () => {
    const { root, sink } = await watched(make, (path) => mkdirSync(join(path, 'a/b'), { recursive: true }))
    writeFileSync(join(root, 'a/b/f.dat'), 'x')
    await until(() => sink.hints.includes(join(root, 'a/b/f.dat')))
    expect(sink.faults).toEqual([])
  })

  test('a file in a folder that was made or moved in meanwhile gives a hint', async () => {
    const { root, sink } = await watched(make)
    mkdirSync(join(root, 'a/b'), { recursive: true })
    await until(() => sink.hints.includes(join(root, 'a/b')) || sink.hints.includes(join(root, 'a')))
    await wait(300)
    renameSync(join(root, 'a'), join(root, 'c'))
    await wait(300)
    writeFileSync(join(root, 'c/b/f.dat'), 'x')
    await until(() => sink.hints.includes(join(root, 'c/b/f.dat')))
    expect(sink.faults).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('watching each folder', () => {
  const make: Make = (root, sink) => new FolderHints(root, sink)

  test('a folder made anew under its old name, at once and with the number of the old one, gives hints', async () => {
    const { root, sink } = await watched(make, (path) => mkdirSync(join(path, 'a')))
    rmdirSync(join(root, 'a'))
    mkdirSync(join(root, 'a'))
    await wait(300)
    writeFileSync(join(root, 'a/f.dat'), 'x')
    await until(() => sink.hints.includes(join(root, 'a/f.dat')))
  })

  test('a folder whose name is not UTF-8 gives hints', async () => {
    const bytes = Buffer.from([0x61, 0xff])
    const { root, sink } = await watched(make, (path) =>
      mkdirSync(Buffer.concat([Buffer.from(`${path}/`), bytes])),
    )
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), bytes, Buffer.from('/f.dat')]), 'x')
    await until(() => sink.hints.includes(`${join(root, nameOfBytes(bytes))}/f.dat`))
  })

  test('what happened in a new folder before it was watched is told with the folder', async () => {
    const { root, sink } = await watched(make)
    mkdirSync(join(root, 'a/b/c'), { recursive: true })
    writeFileSync(join(root, 'a/b/c/f.dat'), 'x')
    await until(() => sink.hints.includes(join(root, 'a/b/c')))
  })
})

test.runIf(process.platform === 'linux')('a tree that becomes large is watched in another way', async () => {
  const { root, sink } = await watched(watchHints)
  const small = watchHints(root, sink)
  closing.push(() => small.close())
  expect(small.isForMany).toBe(false)
  expect(hasOutgrown(root, small)).toBe(false)
  mkdirSync(join(root, 'many'))
  for (let i = 0; i < 10_000; i++) writeFileSync(join(root, 'many', `${i}`), '')
  expect(hasOutgrown(root, small)).toBe(true)
  const large = watchHints(root, sink)
  closing.push(() => large.close())
  expect(large.isForMany).toBe(true)
  expect(hasOutgrown(root, large)).toBe(false)
})
