import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { Random } from '../support/random.ts'
import { times } from '../support/repetitions.ts'
import { recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/*
 * Every burst of CAPTURE.md 1.3, each with the system's hints and without. A watcher alone loses files in most of
 * them without a word; the relay must have each exactly once.
 */

const bursts: readonly (readonly [
  name: string,
  write: (station: Workstation) => Promise<void>,
  units: number,
])[] = [
  ['10,000 files in one folder', async ({ folder }) => writeFlat(folder, 10_000), 10_000],
  [
    '1,000 new folders with ten files each',
    async ({ folder }) => {
      for (let i = 0; i < 1_000; i++) writeFlat(join(folder, `d${i}`), 10, String(i))
    },
    10_000,
  ],
  [
    '500 Bruker runs at once',
    async ({ folder }) => {
      for (let i = 0; i < 500; i++) writeRun(join(folder, `sample-${i}`, '10'), brukerRun(64))
    },
    500,
  ],
  [
    '200 Bruker runs, 20 ms apart',
    async ({ folder }) => {
      for (let i = 0; i < 200; i++) {
        writeRun(join(folder, `sample-${i}`, '10'), brukerRun(64))
        await wait(20)
      }
    },
    200,
  ],
  [
    '50 folders of 20 files moved in',
    async ({ folder, base }) => {
      for (let i = 0; i < 50; i++) {
        writeFlat(join(base, 'elsewhere', `m${i}`), 20, String(i))
        renameSync(join(base, 'elsewhere', `m${i}`), join(folder, `m${i}`))
      }
    },
    1_000,
  ],
  [
    '40,000 files while the relay stands still for 6 s',
    async (station) => {
      process.kill(station.pid, 'SIGSTOP')
      writeFlat(station.folder, 40_000)
      await wait(6_000)
      process.kill(station.pid, 'SIGCONT')
    },
    40_000,
  ],
]

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** In each burst. */
const KILLS = Number(process.env['KILLS'] ?? times(3, 7))

let station: Workstation
afterEach(async () => {
  await station.remove()
})

describe.each([
  ['with hints', ['--hints', 'on']],
  ['without hints', ['--hints', 'off']],
] as const)('%s', (_, args) => {
  test.each(bursts)(
    '%s are recorded, each exactly once',
    { tags: ['req/P11-10e-8'] },
    async (_name, write, units) => {
      station = new Workstation()
      station.init()
      await station.start(...args)
      await write(station)
      await station.until('all is recorded', ({ units: { recorded } }) => recorded >= units, 300)
      await station.settled(300)
      expectEachOnce(station, units)
    },
  )
})

describe(`killed at ${KILLS} random moments (SEED=${SEED})`, () => {
  test.each(bursts)(
    '%s are recorded, each exactly once',
    { tags: ['req/P11-10e-8', 'req/DI-2', 'challenge', 'fault'] },
    async (_name, write, units) => {
      const random = new Random(SEED)
      station = new Workstation({ init: ['--quiet', '1'], waitReady: false })
      station.init()
      await station.start()
      await write(station)
      for (let kill = 0; kill < KILLS; kill++) {
        // From before the first look, over the quiet window and the burst of records, to when all is done.
        await wait(random.next() * 3_500)
        await station.stop('SIGKILL')
        await station.start()
      }
      await station.until('all is recorded', ({ units: { recorded } }) => recorded >= units, 300)
      await station.settled(300)
      expectEachOnce(station, units)
    },
  )
})

function expectEachOnce(one: Workstation, units: number): void {
  const records = one.records()
  const captures = records.filter(({ kind }) => /^(?:file|dataset|capture)\./.test(kind))
  expect(captures.filter(({ kind }) => !kind.endsWith('.created'))).toEqual([])
  expect(captures).toHaveLength(units)
  const truth = truthOf(one.folder)
  const recorded = recordedFiles(one, records)
  expect(recorded.size).toBe(truth.size)
  expect([...truth].filter(([path, digest]) => recorded.get(path) !== digest)).toEqual([])
  const verdict = one.verify()
  expect(verdict.out).toContain('No findings')
  expect(verdict.code).toBe(0)
}

function writeFlat(folder: string, count: number, salt = ''): void {
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < count; i++)
    writeFileSync(join(folder, `f${i}.dat`), `${salt} ${i} ${'x'.repeat(i % 400)}`)
}
