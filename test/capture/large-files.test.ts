import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { Workstation } from '../support/workstation.ts'

/* Files that take hours and days to be read, beside all that is to be recorded meanwhile. */

const MEBIBYTE = 2 ** 20
const TEBIBYTE = 2 ** 40
/** What a relay may have with its reader and its recorder at a time. */
const IN_HAND_MAX = 8_192

let station: Workstation

beforeEach(() => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

/** Takes no room on the disk, and as long to be read as if it did. */
function sparse(name: string, sizeBytes = TEBIBYTE): void {
  const descriptor = openSync(join(station.folder, name), 'w')
  ftruncateSync(descriptor, sizeBytes)
  closeSync(descriptor)
}

/** The last record of a path, once so many files and data sets are recorded. */
async function recorded(path: string, units: number) {
  await station.until(`${units} are recorded`, (status) => status.units.recorded === units)
  return station.records().findLast(({ body }) => body['path'] === path)
}

const isBeingRead = (...names: string[]) =>
  station.until(`of ${names.join(', ')} some is read, and of no other`, ({ capture }) => {
    const { total, shown } = capture.large
    return total === names.length && shown.every(({ path, bytes }) => names.includes(path) && bytes > 0)
  })

test('the status says how far the relay is in each large file, and the command prints it', async () => {
  await station.start()
  const before = Date.now()
  sparse('first.dat')
  await isBeingRead('first.dat')
  sparse('second\u001b[31m.dat', 2 * TEBIBYTE)
  const { capture } = await isBeingRead('first.dat', 'second\u001b[31m.dat')
  expect(capture.large).toMatchObject({
    total: 2,
    long: 0,
    shown: [
      { watch: capture.watches[0]?.id, path: 'first.dat', ofBytes: TEBIBYTE },
      { path: 'second\u001b[31m.dat', ofBytes: 2 * TEBIBYTE },
    ],
  })
  for (const { since } of capture.large.shown) {
    expect(since).toBeGreaterThan(before)
    expect(since).toBeLessThanOrEqual(Date.now())
  }
  const { out } = station.tryRelay('status', '--data', station.data)
  expect(out).toMatch(
    /^large {4}2 are being read\n {9}first\.dat: [\d.]+ (?:M|G)iB of 1\.0 TiB since 20\S+Z\n {9}second\\u001b\[31m\.dat: [\d.]+ (?:M|G)iB of 2\.0 TiB since 20\S+Z$/m,
  )
  expect(out.match(/first\.dat/g)).toHaveLength(1)
  const json = JSON.parse(station.tryRelay('status', '--data', station.data, '--json').out)
  expect(json.capture.large.shown[0].bytes).toBeGreaterThanOrEqual(capture.large.shown[0]?.bytes ?? 0)
})

test('thousands that take days hold up neither files and data sets of minutes nor large runs, nor what the notary is given', {
  tags: ['req/P11-10e-1', 'challenge'],
}, async () => {
  await station.start()
  for (let i = 0; i <= IN_HAND_MAX; i++) sparse(`sparse-${i}.dat`)
  await station.until('all are on their way', ({ capture }) => capture.pending > IN_HAND_MAX)
  await station.until('some are read', ({ capture }) =>
    capture.oldest.some(({ stage }) => stage === 'reading'),
  )
  // Not only until the first of them came to rest.
  await station.until('others wait', ({ capture }) => capture.large.total > 200)
  const run = Buffer.alloc(17 * MEBIBYTE, 'run ')
  station.write('small.txt', 'small')
  mkdirSync(join(station.folder, 'nmr/1'), { recursive: true })
  writeRun(join(station.folder, 'nmr/1'), brukerRun())
  station.write('run.raw', run)
  expect(await recorded('small.txt', 3)).toMatchObject({ kind: 'file.created' })
  expect(await recorded('nmr/1', 3)).toMatchObject({ kind: 'dataset.created', body: { complete: true } })
  expect(await recorded('run.raw', 3)).toMatchObject({
    kind: 'file.created',
    body: { sha256: createHash('sha256').update(run).digest('hex') },
  })
  await station.until('the notary has them', ({ notary }) => !notary.behind)
})

test('one that nobody waits for any more is not read to its end', { tags: ['challenge'] }, async () => {
  await station.start()
  for (const name of ['deleted.dat', 'changed.dat', 'kept.dat']) sparse(name)
  await isBeingRead('deleted.dat', 'changed.dat', 'kept.dat')
  rmSync(join(station.folder, 'deleted.dat'))
  writeFileSync(join(station.folder, 'changed.dat'), 'the run was begun anew')
  expect(await recorded('changed.dat', 1)).toMatchObject({ kind: 'file.created', body: { size: 22 } })
  await isBeingRead('kept.dat')
  await station.until('the others are at their end', ({ capture }) => capture.pending === 1)
  // What has ended is recorded with the next commit.
  const last = () => station.records().findLast(({ body }) => body['path'] === 'deleted.dat')
  await station.until('its end is recorded', () => last() !== undefined)
  expect(last()).toMatchObject({ kind: 'capture.failed', body: { reason: 'vanished' } })
  station.relay('watch', 'remove', station.folder, '--data', station.data, '--reason', 'not in use any more')
  await isBeingRead()
})
