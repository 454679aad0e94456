import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { join } from 'node:path'
import {
  createFileNotary,
  type FileNotary,
  NotaryUnreachable,
  openFileNotary,
} from '@compliance-relay/shared/relay'
import { expect, test } from 'vitest'
import { listed, noteOf, ORIGIN } from './note-of.ts'
import { temporaryFolder } from './temporary-folder.ts'

/* What only a folder can suffer: it goes away, it is swapped, it holds what it should not. */

const isRoot = process.getuid?.() === 0
const ORIGIN_HASH = createHash('sha256').update(ORIGIN).digest('hex')

async function newNotary(): Promise<{ readonly folder: string; readonly notary: FileNotary }> {
  const folder = join(temporaryFolder(), 'notary')
  const notary = await createFileNotary(folder)
  await notary.put(ORIGIN, 7, noteOf(7))
  return { folder, notary }
}

/** The sentences by which every method refuses a notary that cannot be asked. */
async function refusals(notary: FileNotary): Promise<Set<string>> {
  const calls = [
    () => notary.put(ORIGIN, 8, noteOf(8)),
    () => notary.get(ORIGIN, 6),
    () => listed(notary, ORIGIN),
    () => notary.originHashes(),
    () => notary.keepConflict(ORIGIN, noteOf(9)),
  ]
  return new Set(await Promise.all(calls.map((call) => refusal(call))))
}

async function refusal(call: () => Promise<unknown>): Promise<string> {
  const error = await call().then(
    (answer) => new Error(`not refused, answered ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NotaryUnreachable)
  return (error as Error).message
}

test('a folder that went away is not made anew', async () => {
  const { folder, notary } = await newNotary()
  fs.rmSync(folder, { recursive: true })
  expect(await refusals(notary)).toEqual(new Set([`the notary folder ${folder} is missing`]))
  expect(await refusal(() => notary.identity())).toBe(`the notary folder ${folder} is missing`)
  expect(fs.existsSync(folder)).toBe(false)
})

test('the empty folder that a share leaves behind is no notary, and nothing is written there', async () => {
  const { folder, notary } = await newNotary()
  fs.renameSync(folder, `${folder}.away`)
  fs.mkdirSync(folder)
  const [said, ...more] = await refusals(notary)
  expect(said).toBe(
    `the folder ${folder} holds no notary: it has no file notary.id; perhaps a share is not mounted`,
  )
  expect(more).toEqual([])
  expect(fs.readdirSync(folder)).toEqual([])
})

test('a folder that is missing at start is used as soon as it is there', async () => {
  const { folder } = await newNotary()
  fs.renameSync(folder, `${folder}.away`)
  const notary = await openFileNotary(folder)
  await refusals(notary)
  fs.renameSync(`${folder}.away`, folder)
  expect(await notary.put(ORIGIN, 7, noteOf(7))).toEqual({ state: 'exists' })
  expect(await notary.put(ORIGIN, 8, noteOf(8))).toEqual({ state: 'created' })
})

test('another notary under the same path is told by its identity, and is not written to', async () => {
  const { folder, notary } = await newNotary()
  const before = await notary.identity()
  fs.renameSync(folder, `${folder}.away`)
  const other = await createFileNotary(folder)
  expect(await notary.identity()).toBe(await other.identity())
  expect(await notary.identity()).not.toBe(before)
  expect(await refusals(notary)).toEqual(
    new Set([
      `the folder ${folder} holds the notary ${await other.identity()}, no longer the notary ${before}`,
    ]),
  )
  expect(await other.originHashes()).toEqual([])
})

test('a file where the folder should be is refused', async () => {
  const { folder, notary } = await newNotary()
  fs.rmSync(folder, { recursive: true })
  fs.writeFileSync(folder, '')
  expect(await refusals(notary)).toEqual(new Set([`${folder} is not a folder`]))
})

test('a file where the folder of the origin should be is refused', async () => {
  const { folder, notary } = await newNotary()
  fs.rmSync(join(folder, ORIGIN_HASH), { recursive: true })
  fs.writeFileSync(join(folder, ORIGIN_HASH), '')
  expect(await refusal(() => notary.put(ORIGIN, 8, noteOf(8)))).toMatch(
    'holds a file where a folder should be',
  )
  expect(await refusal(() => listed(notary, ORIGIN))).toMatch('holds a file where a folder should be')
})

test('a folder of an origin that was removed whole is seen to be empty, and is made again', async () => {
  const { folder, notary } = await newNotary()
  fs.rmSync(join(folder, ORIGIN_HASH), { recursive: true })
  expect(await listed(notary, ORIGIN)).toEqual([])
  expect(await notary.put(ORIGIN, 8, noteOf(8))).toEqual({ state: 'created' })
})

test.each(['', '\n', 'x'.repeat(32), `${'0'.repeat(32)}\r\n`, `${'0'.repeat(31)}\n`])(
  'a notary whose name is %j is refused',
  async (text) => {
    const { folder, notary } = await newNotary()
    fs.rmSync(join(folder, 'notary.id'))
    fs.writeFileSync(join(folder, 'notary.id'), text)
    expect([...(await refusals(notary))]).toEqual([
      expect.stringContaining('does not hold the name of a notary'),
    ])
  },
)

test('a notary is made in a new folder or one that holds none, and never twice', async () => {
  const parent = temporaryFolder()
  fs.mkdirSync(join(parent, 'prepared', 'lost+found'), { recursive: true })
  await createFileNotary(join(parent, 'prepared'))
  expect(await refusal(() => createFileNotary(join(parent, 'prepared')))).toMatch('holds a notary already')
  fs.rmSync(join(parent, 'prepared', 'notary.id'))
  fs.mkdirSync(join(parent, 'prepared', ORIGIN_HASH))
  expect(await refusal(() => createFileNotary(join(parent, 'prepared')))).toMatch('holds a notary already')
  expect(await refusal(() => createFileNotary(join(parent, 'no', 'notary')))).toMatch('is missing')
  expect(fs.existsSync(join(parent, 'no'))).toBe(false)
})

test('notes are files that nobody may write, under the names the format gives', async () => {
  const { folder } = await newNotary()
  const path = join(folder, ORIGIN_HASH, '0000000000000007.checkpoint')
  expect(Buffer.compare(fs.readFileSync(path), noteOf(7))).toBe(0)
  expect((fs.statSync(path).mode & 0o777).toString(8)).toBe('444')
  expect((fs.statSync(join(folder, 'notary.id')).mode & 0o777).toString(8)).toBe('444')
  expect(fs.readdirSync(folder).sort()).toEqual([ORIGIN_HASH, 'notary.id'].sort())
})

test('what a crash left is removed a day later, and not before', async () => {
  const { folder } = await newNotary()
  const [old, young, foreign] = [`.${'a'.repeat(32)}.new`, `.${'b'.repeat(32)}.new`, '.mine.new']
  const yesterday = Date.now() / 1_000 - 90_000
  for (const name of [old, young, foreign]) fs.writeFileSync(join(folder, name), 'half a no')
  for (const name of [old, foreign]) fs.utimesSync(join(folder, name), yesterday, yesterday)
  const notary = await openFileNotary(folder)
  expect(await listed(notary, ORIGIN)).toEqual([7])
  // Who only reads removes nothing.
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toHaveLength(3)
  await notary.put(ORIGIN, 7, noteOf(7))
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([young, foreign])
  expect(await listed(notary, ORIGIN)).toEqual([7])
  expect(await notary.originHashes()).toEqual([ORIGIN_HASH])
})

test('whose trails it holds is told by the notes themselves, and by nothing that only has such a name', async () => {
  const { folder, notary } = await newNotary()
  const named = 'lab.example/t/nmr-02/20260303-1a2b'
  await notary.put(named, 5, Buffer.from(`${named}\n5\n`))
  fs.mkdirSync(join(folder, 'a'.repeat(64)))
  fs.writeFileSync(join(folder, 'b'.repeat(64)), 'no folder')
  fs.mkdirSync(join(folder, 'c'.repeat(64)))
  fs.writeFileSync(join(folder, 'c'.repeat(64), `${'0'.repeat(15)}7.checkpoint`), noteOf(7))
  expect(await notary.origins()).toEqual([named])
})

test('a note that is there is given without asking again which notary it is; that there is none is not', async () => {
  const { folder, notary } = await newNotary()
  fs.rmSync(join(folder, 'notary.id'))
  expect(Buffer.compare((await notary.get(ORIGIN, 7)) ?? Buffer.of(), noteOf(7))).toBe(0)
  expect(await refusal(() => notary.get(ORIGIN, 6))).toMatch('holds no notary')
})

test('names that are none of ours are not listed', async () => {
  const { folder, notary } = await newNotary()
  const names = [
    '8.checkpoint',
    '0000000000000009.checkpoint.bak',
    '9999999999999999.checkpoint',
    'Thumbs.db',
  ]
  for (const name of names) fs.writeFileSync(join(folder, ORIGIN_HASH, name), '')
  fs.mkdirSync(join(folder, 'ABC'))
  expect(await listed(notary, ORIGIN)).toEqual([7])
  expect(await notary.originHashes()).toEqual([ORIGIN_HASH])
})

test('of a file longer than a note no more is read than shows it', async () => {
  const { folder, notary } = await newNotary()
  fs.writeFileSync(join(folder, ORIGIN_HASH, '0000000000000008.checkpoint'), '')
  fs.truncateSync(join(folder, ORIGIN_HASH, '0000000000000008.checkpoint'), 2 ** 36)
  expect((await notary.get(ORIGIN, 8))?.length).toBe(65_536)
  expect(await notary.put(ORIGIN, 8, noteOf(8))).toMatchObject({ state: 'differs' })
})

test.each([
  ['a folder', (path: string) => fs.mkdirSync(path)],
  ['a link', (path: string) => fs.symlinkSync(join(path, '..', '0000000000000007.checkpoint'), path)],
  ['a link to nothing', (path: string) => fs.symlinkSync('nothing', path)],
  ['a named pipe', (path: string) => spawnSync('mkfifo', [path])],
] as const)(
  '%s under the name of a checkpoint is seen to be no note, at once, and is not replaced',
  async (_, make) => {
    const { folder, notary } = await newNotary()
    const path = join(folder, ORIGIN_HASH, '0000000000000008.checkpoint')
    make(path)
    const before = fs.lstatSync(path).ino
    expect(await notary.get(ORIGIN, 8)).toEqual(new Uint8Array(0))
    expect(await notary.put(ORIGIN, 8, noteOf(8))).toEqual({ state: 'differs', held: new Uint8Array(0) })
    expect(fs.lstatSync(path).ino).toBe(before)
  },
)

test(`a file under the name of a checkpoint that may not be read is seen to be no note${isRoot ? '' : ' (not executed: needs root to be another account)'}`, async () => {
  if (!isRoot) return
  const { folder } = await newNotary()
  fs.chmodSync(join(folder, '..'), 0o755)
  fs.writeFileSync(join(folder, ORIGIN_HASH, '0000000000000008.checkpoint'), 'x', { mode: 0o600 })
  // Packages are read as who we are, the notary as nobody.
  const script = `import { openFileNotary } from '@compliance-relay/shared/relay'
    process.setgid(65534)
    process.setuid(65534)
    const notary = await openFileNotary(${JSON.stringify(folder)})
    const lengths = []
    for (const size of [6, 7, 8]) lengths.push((await notary.get(${JSON.stringify(ORIGIN)}, size))?.length ?? null)
    process.stdout.write(JSON.stringify(lengths))`
  const asNobody = () =>
    spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
  expect(asNobody().stdout).toBe(`[null,${noteOf(7).length},0]`)
  // A folder that may not be looked into is another matter: what is in it is not known.
  fs.chmodSync(join(folder, ORIGIN_HASH), 0o700)
  expect(asNobody().stderr).toContain('this account may not do with the notary folder')
})

test('a thousand conflicts of an origin are kept, and no more', async () => {
  const { folder, notary } = await newNotary()
  for (let i = 0; i < 1_003; i++) await notary.keepConflict(ORIGIN, noteOf(i).subarray(0, 64))
  expect(fs.readdirSync(join(folder, ORIGIN_HASH, 'conflict')).length).toBe(1_000)
})

test('a process that is stopped in the middle of a note leaves nothing under its name', async () => {
  const { folder } = await newNotary()
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'notary-child.ts'), 'fill', '100', 'folder', folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const { notary } = { notary: await openFileNotary(folder) }
  for await (const size of notary.list(ORIGIN))
    expect(Buffer.compare((await notary.get(ORIGIN, size)) ?? Buffer.of(), noteOf(size))).toBe(0)
  child.kill('SIGKILL')
  await once(child, 'close')
})
