import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createFileNotary, openFileNotary } from '@compliance-relay/shared/relay'
import { expect, onTestFinished } from 'vitest'
import { listed, noteOf, ORIGIN } from './note-of.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { testIf } from './test-if.ts'

/*
 * A power cut takes what the system has in memory. A file that holds a disk has, at any moment, only what was sent
 * to that disk: its copy is the disk after a power cut at that moment. The process that puts notes is held while
 * the copy is made, and the disk's own regular writing put off, so that the copy is of one moment.
 */

const MEGABYTES = 48
const CUTS = 10

testIf(
  missing(),
  `after each of ${CUTS} power cuts every note that was acknowledged is there, and whole`,
  async () => {
    const [disk, after] = [temporaryFolder(), temporaryFolder()]
    const image = join(temporaryFolder(), 'disk')
    fs.writeFileSync(image, '')
    fs.truncateSync(image, MEGABYTES * 2 ** 20)
    expect(spawnSync('mkfs.ext4', ['-q', '-N', '4096', image]).status).toBe(0)
    mount(image, disk)
    const folder = join(disk, 'notary')
    await createFileNotary(folder)

    const program = join(import.meta.dirname, 'notary-child.ts')
    const child = spawn(process.execPath, [program, 'fill', '1', 'folder', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let last = 0
    child.stdout.on('data', (chunk: Buffer) => {
      last = Number(`${chunk}`.trimEnd().split('\n').at(-1))
    })
    await once(child.stdout, 'data')
    for (let cut = 0; cut < CUTS; cut++) {
      await wait(10 + Math.random() * 90)
      child.kill('SIGSTOP')
      const acknowledged = last
      fs.copyFileSync(image, `${image}.cut`)
      child.kill('SIGCONT')

      mount(`${image}.cut`, after)
      const notary = await openFileNotary(join(after, 'notary'))
      const sizes = await listed(notary, ORIGIN)
      expect(sizes.length).toBeGreaterThanOrEqual(acknowledged)
      expect(sizes).toEqual(Array.from({ length: sizes.length }, (_, i) => i + 1))
      for (const size of sizes)
        expect(Buffer.compare((await notary.get(ORIGIN, size)) ?? Buffer.of(), noteOf(size))).toBe(0)
      spawnSync('umount', [after])
    }
    child.kill('SIGKILL')
    await once(child, 'close')
  },
)

function mount(image: string, folder: string): void {
  const result = spawnSync('mount', ['-o', 'loop,commit=300', image, folder], { encoding: 'utf8' })
  expect(result.status, result.stderr).toBe(0)
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
}

function missing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a disk in a file can be mounted only as root on Linux'
  if (spawnSync('mkfs.ext4', ['-V']).status !== 0) return 'mkfs.ext4 is not here'
  return fs.existsSync('/dev/loop-control') ? undefined : 'there are no loop devices here'
}
