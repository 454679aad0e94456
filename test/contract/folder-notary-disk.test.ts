import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileNotary, NotaryUnreachable, openFileNotary } from '@compliance-relay/shared/relay'
import { expect, onTestFinished } from 'vitest'
import { listed, noteOf, ORIGIN } from './note-of.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { testIf } from './test-if.ts'

/*
 * A notary folder on a disk that is full, read-only, gone, or not ours to write to. Root may do everything that
 * modes forbid, so as root these use what binds root too: a mount, an immutable folder, another account.
 */

const program = join(import.meta.dirname, 'notary-child.ts')
const isRoot = process.getuid?.() === 0
const noMounts = canMount() ? undefined : 'small disks can be mounted only as root on Linux'
const noImmutable = canMakeImmutable()
  ? undefined
  : 'folders can be made immutable only as root on some disks'

testIf(
  noMounts,
  'on a full disk nothing is acknowledged that is not there, and it goes on when there is room',
  async () => {
    const folder = join(mounted('size=256k,nr_inodes=200'), 'notary')
    const notary = await createFileNotary(folder)
    let size = 0
    let error: unknown
    while (error === undefined) {
      size++
      await notary.put(ORIGIN, size, noteOf(size)).catch((reason: unknown) => {
        error = reason
      })
    }
    expect(error).toBeInstanceOf(NotaryUnreachable)
    expect(String(error)).toMatch(`the disk of the notary folder ${folder} has no room left`)
    expect(size).toBeGreaterThan(3)
    expect(await listed(notary, ORIGIN)).toEqual(Array.from({ length: size - 1 }, (_, i) => i + 1))
    for (let i = 1; i < size; i++)
      expect(Buffer.compare((await notary.get(ORIGIN, i)) ?? Buffer.of(), noteOf(i))).toBe(0)
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
    spawnSync('mount', ['-o', 'remount,size=1m', join(folder, '..')])
    expect(await notary.put(ORIGIN, size, noteOf(size))).toEqual({ state: 'created' })
  },
)

testIf(noMounts, 'on a read-only disk nothing is put, and what is held is read', async () => {
  const disk = mounted('size=256k')
  const folder = join(disk, 'notary')
  const notary = await createFileNotary(folder)
  await notary.put(ORIGIN, 7, noteOf(7))
  fs.writeFileSync(join(folder, `.${'a'.repeat(32)}.new`), '')
  fs.utimesSync(join(folder, `.${'a'.repeat(32)}.new`), 0, 0)
  spawnSync('mount', ['-o', 'remount,ro', disk])
  const again = await openFileNotary(folder)
  await expect(again.put(ORIGIN, 8, noteOf(8))).rejects.toThrow(
    new NotaryUnreachable(`the notary folder ${folder} is on a disk that is read-only`),
  )
  await expect(again.keepConflict(ORIGIN, noteOf(8))).rejects.toThrow(NotaryUnreachable)
  expect(await listed(again, ORIGIN)).toEqual([7])
})

testIf(
  noMounts,
  'a disk that is taken away and comes back holds what was acknowledged and nothing lies beneath it',
  async () => {
    const disk = temporaryFolder()
    const image = `${disk}.image`
    onTestFinished(() => fs.rmSync(image, { force: true }))
    fs.writeFileSync(image, '')
    fs.truncateSync(image, 8 * 2 ** 20)
    expect(spawnSync('mkfs.ext4', ['-q', image]).status).toBe(0)
    const mount = () => expect(spawnSync('mount', ['-o', 'loop', image, disk]).status).toBe(0)
    const unmount = () => spawnSync('umount', ['-l', disk])
    onTestFinished(() => void unmount())
    mount()
    const notary = await createFileNotary(join(disk, 'notary'))
    await notary.put(ORIGIN, 7, noteOf(7))
    unmount()
    await expect(notary.put(ORIGIN, 8, noteOf(8))).rejects.toThrow(NotaryUnreachable)
    expect(fs.readdirSync(disk)).toEqual([])
    mount()
    expect(await notary.put(ORIGIN, 8, noteOf(8))).toEqual({ state: 'created' })
    expect(await listed(notary, ORIGIN)).toEqual([7, 8])
  },
)

testIf(noImmutable, 'in a folder that root made immutable nothing is put', async () => {
  const folder = join(temporaryFolder(), 'notary')
  const notary = await createFileNotary(folder)
  spawnSync('chattr', ['+i', folder])
  onTestFinished(() => void spawnSync('chattr', ['-i', folder]))
  await expect(notary.put(ORIGIN, 8, noteOf(8))).rejects.toThrow(
    new NotaryUnreachable(`this account may not do with the notary folder ${folder} what it must (EPERM)`),
  )
})

testIf(otherAccountMissing(), 'in a folder of another account nothing is put', async () => {
  const folder = join(temporaryFolder(), 'notary')
  await createFileNotary(folder)
  if (!isRoot) fs.chmodSync(folder, 0o555)
  else for (const path of [join(folder, '..'), folder]) fs.chmodSync(path, 0o755)
  const said = asOther(['once', 'folder', folder])
  if (!isRoot) fs.chmodSync(folder, 0o755)
  expect(said).toBe(
    `NotaryUnreachable: this account may not do with the notary folder ${folder} what it must (EACCES)`,
  )
})

function mounted(options: string): string {
  const disk = temporaryFolder()
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])
  onTestFinished(() => void spawnSync('umount', ['-l', disk]))
  return disk
}

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const disk = fs.mkdtempSync(join(tmpdir(), 'relay-mount-'))
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0
  if (made) spawnSync('umount', [disk])
  fs.rmdirSync(disk)
  return made
}

function canMakeImmutable(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const folder = fs.mkdtempSync(join(tmpdir(), 'relay-immutable-'))
  const made = spawnSync('chattr', ['+i', folder]).status === 0
  if (made) spawnSync('chattr', ['-i', folder])
  fs.rmdirSync(folder)
  return made
}

/** What the program says when it runs as an account that is not root: ours, or nobody's. */
function asOther(args: readonly string[]): string {
  const account = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  return (
    spawnSync(process.execPath, [program, ...args], { ...account, encoding: 'utf8' }).stdout?.trim() ?? ''
  )
}

function otherAccountMissing(): string | undefined {
  if (process.platform === 'win32') return 'Windows has other rights'
  // The program answers something wherever it can be read and run.
  return asOther(['once', 'folder', '/no/folder']) === ''
    ? 'no other account can run this program'
    : undefined
}
