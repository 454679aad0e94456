import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/*
 * Real instruments' data, brought into the watched folder in every way people and instruments do it. One record
 * for each data set and version, complete or said not to be, and every digest what sha256sum says.
 */

const PLACE = '../shared/instrument-data'
const source = join(import.meta.dirname, '../..', PLACE)

/** What an instrument treats as one thing; the rest are files by themselves. */
const sets = [
  'nmr/bruker-1d/AN-menthol/10',
  'nmr/bruker-2d/topspin_2d/1',
  'nmr/bruker-legacy/h3po4/4',
  'nmr/varian/test2.fid',
  'nmr/spinsolve/1D_exp_1_20240725-103717',
  'gc/agilent-chemstation/chemstation_181.D',
  'ms/agilent-masshunter/masshunter.d',
  'ms/waters/indigo.raw',
]
const areas = ['nmr', 'gc', 'hplc', 'ms', 'ir', 'raman', 'csv', 'asm']

let station: Workstation
beforeEach(async (context) => {
  context.skip(!existsSync(source), `skipped: not present: ${PLACE}`)
  station = new Workstation()
  station.init()
})
afterEach(async () => {
  await station?.remove()
})

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

const ways: readonly (readonly [name: string, bring: (from: string, to: string) => Promise<void>])[] = [
  ['copied', async (from, to) => cpSync(from, to, { recursive: true })],
  [
    'moved in',
    async (from, to) => {
      cpSync(from, join(station.base, 'outside'), { recursive: true })
      renameSync(join(station.base, 'outside'), to)
    },
  ],
  [
    'brought by rsync',
    async (from, to) => {
      await promisify(execFile)('rsync', ['-a', '--bwlimit=20m', `${from}/`, `${to}/`])
    },
  ],
  [
    'copied with cp -p by somebody, one area after the other',
    async (from, to) => {
      for (const area of readdirSync(from)) {
        mkdirSync(to, { recursive: true })
        await promisify(execFile)('cp', ['-rp', join(from, area), to])
        await wait(700)
      }
    },
  ],
]

describe('real data sets', () => {
  test.each(ways)(
    '%s are one record each, with the digests of sha256sum',
    { tags: ['req/P11-10e-1', 'req/DI-3', 'oq'] },
    async (_, bring) => {
      await station.start()
      for (const area of areas) await bring(join(source, area), join(station.folder, area))
      await station.settled(200)
      const records = station.records()
      expectEachOnce(records)
      for (const path of sets) expect([path, recordOf(records, path)?.body['complete']]).toEqual([path, true])
      expectDigests(records)
    },
  )

  test('written file by file with pauses, as over a slow network, are one record each', {
    tags: ['req/P11-10e-1', 'oq'],
  }, async () => {
    await station.start()
    // Side by side, each set in the order of its names, with more between two files than the quiet window.
    const some = sets.filter((path) => filesOf(join(source, path)).length <= 20)
    await Promise.all(
      some.map(async (set) => {
        for (const file of filesOf(join(source, set))) {
          const to = join(station.folder, set, file)
          mkdirSync(dirname(to), { recursive: true })
          cpSync(join(source, set, file), to)
          await wait(3_500)
        }
      }),
    )
    await station.settled(300)
    const records = station.records()
    const captures = records.filter(({ kind }) => /^(?:file|dataset|capture)\./.test(kind))
    expect(
      captures
        .filter(({ kind }) => !kind.startsWith('dataset.'))
        .map(({ kind, body }) => [kind, body['path']]),
    ).toEqual([])
    for (const path of some) {
      const versions = captures.filter(({ body }) => body['path'] === path)
      expect([path, versions.map(({ kind }) => kind)]).toEqual([
        path,
        ['dataset.created', ...versions.slice(1).map(() => 'dataset.changed')],
      ])
      expect([path, versions.at(-1)?.body['complete']]).toEqual([path, true])
    }
    expectDigests(records)
  })

  test('whose copy was stopped in the middle are not said to be complete', {
    tags: ['req/P11-10e-1', 'challenge', 'oq'],
  }, async () => {
    await station.start()
    // The first tenth of the files of each, and the last of those cut in half.
    for (const set of sets) {
      const files = filesOf(join(source, set))
      for (const file of files.slice(0, Math.ceil(files.length / 10))) {
        const to = join(station.folder, set, file)
        mkdirSync(dirname(to), { recursive: true })
        cpSync(join(source, set, file), to)
        if (file === files[Math.ceil(files.length / 10) - 1])
          execFileSync('truncate', ['-s', String(Math.floor(statSync(to).size / 2)), to])
      }
    }
    await station.until('all are recorded', ({ units }) => units.recorded >= sets.length, 200)
    await station.settled()
    const records = station.records()
    expectDigests(records)
    // Of a folder that shows no instrument's files yet, nobody can tell: null. All others are known to be cut off.
    const told = sets.map((path) => [path, recordOf(records, path)?.body['complete']])
    expect(told.filter(([, complete]) => complete !== false && complete !== null)).toEqual([])
    expect(told.filter(([, complete]) => complete === false).length).toBeGreaterThanOrEqual(sets.length - 1)
  })
})

function recordOf(records: readonly TrailRecord[], path: string): TrailRecord | undefined {
  return records.findLast(({ body }) => body['path'] === path)
}

function expectEachOnce(records: readonly TrailRecord[]): void {
  const captures = records.filter(({ kind }) => /^(?:file|dataset|capture)\./.test(kind))
  const inSets = (path: string): boolean => sets.some((set) => path.startsWith(`${set}/`))
  const loose = areas
    .flatMap((area) => filesOf(join(source, area)).map((path) => `${area}/${path}`))
    .filter((path) => !inSets(path))
  expect(captures.map(({ kind, body }) => [kind, body['path']]).sort()).toEqual(
    [...sets.map((path) => ['dataset.created', path]), ...loose.map((path) => ['file.created', path])].sort(),
  )
}

function expectDigests(records: readonly TrailRecord[]): void {
  expect([...recordedFiles(station, records)].sort()).toEqual([...truthOf(station.folder)].sort())
  const verdict = station.verify()
  expect(verdict.out).toContain('No findings')
  expect(verdict.code).toBe(0)
}
