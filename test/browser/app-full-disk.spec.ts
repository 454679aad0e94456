import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppRelay, expect, signInto, test } from './app.ts'
import { Device } from './device.ts'
import { became, enrol, openOutbox, pending, press, reason, review } from './tablet.ts'

/* A tablet whose disk is full, a real one: what cannot be kept is not signed, is said, and nothing that was is lost. */

const DISK_MEBIBYTES = 700
const PAGE_BYTES = 4_096
const tag = ['@oq', '@challenge']

/** A disk of its own, undefined where this account may not mount one. */
function mounted(): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'relay-tablet-disk-'))
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_MEBIBYTES}m`, 'tmpfs', disk]
  if (spawnSync('mount', options).status === 0) return disk
  rmSync(disk, { recursive: true })
  return undefined
}

/** Takes all room there is, and whatever becomes free, until it is all given back. */
function fill(disk: string): () => void {
  const folder = join(disk, 'photographs')
  mkdirSync(folder)
  let name = 0
  const take = (least: number) => {
    for (let bytes = 64 * 2 ** 20; bytes >= least; name++)
      try {
        writeFileSync(join(folder, String(name)), new Uint8Array(bytes))
      } catch {
        rmSync(join(folder, String(name)), { force: true })
        bytes /= 4
      }
  }
  take(PAGE_BYTES)
  const timer = setInterval(() => take(PAGE_BYTES), 20)
  return () => {
    clearInterval(timer)
    rmSync(folder, { recursive: true })
  }
}

/** Whether the browser has written a text into what it keeps of `localStorage`. */
function isOnDisk(profile: string, text: string): boolean {
  const folder = join(profile, 'Default/Local Storage/leveldb')
  // In two bytes a character, where one of them is no Latin letter.
  const written = Buffer.from(text, 'utf16le')
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(written))
}

const room = (disk: string) => {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize
}

test(
  'on a disk that is full nothing is signed, that is said, and what was signed before arrives once',
  {
    tag,
  },
  async ({ browserName: _ }, info) => {
    test.setTimeout(300_000)
    const disk = mounted()
    if (disk === undefined)
      return info.skip(true, 'not executed: this account may not mount a disk of its own')
    const relay = await AppRelay.start()
    const device = new Device(join(disk, 'browser'))
    try {
      for (const what of ['before', 'full']) relay.station.write(`${what}/report.csv`, `${what}\n`)
      await relay.people(['bking', 'Bill King', 'administrator'], ['jdoe', 'Jane Doe', 'reviewer'])
      await relay.allow('jdoe')
      await relay.station.until('all is recorded', ({ units }) => units.recorded === 2)
      await relay.station.settled()
      let page = await device.start()
      // As of an installed app: else the browser clears the site before it is short of room, as it says it may.
      const browser = await page.context().newCDPSession(page)
      await browser.send('Browser.grantPermissions', { origin: relay.url, permissions: ['durableStorage'] })
      await signInto(page, relay, 'jdoe')
      await enrol(page, 'jdoe')
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
      await review(page, relay, 'before')
      await relay.station.stop('SIGKILL')
      await press(page)
      await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
      // A browser takes its time to write the second copy, seconds; on a disk that is full by then there is none.
      await expect.poll(() => isOnDisk(join(disk, 'browser'), reason), { timeout: 60_000 }).toBe(true)

      await review(page, relay, 'full')
      const empty = fill(disk)
      expect(room(disk)).toBeLessThan(PAGE_BYTES)
      await press(page)
      await expect(page.getByText(/[Mm]ake room, (?:start the app again, )?and sign then\.$/)).toBeVisible()

      // Some browsers have lost their databases by then: what waited was kept a second time.
      await device.cutPower()
      empty()
      await relay.again()
      page = await device.start()
      await signInto(page, relay, 'jdoe')
      await openOutbox(page, relay)
      await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
      await expect(page.getByText(pending)).toHaveCount(0)
      expect(became(relay, 'jdoe')).toEqual({ 'signature.applied': 1 })
      expect(device.faults).toEqual([])
    } finally {
      await device.remove()
      await relay.station.remove()
      spawnSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true, force: true })
    }
  },
)
