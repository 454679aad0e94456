import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acqus, bruker1d, spinsolve } from '../../agent/src/instruments/made/nmr.ts'
import type { Files } from '../../agent/src/instruments/made/unit.ts'
import { Workstation } from '../support/workstation.ts'

/* Folders that look like data sets at first, and turn out to be something else, or nothing. */

let station: Workstation
beforeEach(() => {
  station = new Workstation()
  station.init()
})
afterEach(async () => {
  await station?.remove()
})

function write(path: string, content: string | Uint8Array = 'x'): void {
  station.write(path, content)
}

function writeAll(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) write(`${folder}/${path}`, content)
}

/** What was recorded: kind and path, in order of path. */
function captures(): [string, unknown][] {
  return station
    .records()
    .filter(({ kind }) => /^(?:file|dataset|capture|record)\./.test(kind))
    .map(({ kind, body }): [string, unknown] => [kind, body['path']])
    .sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1))
}

/** Waits until the relay has taken a folder for a data set. */
async function isTaken(path: string): Promise<void> {
  await station.until(`${path} is on its way`, ({ capture }) =>
    capture.oldest.some((one) => one.path === path),
  )
}

describe('a folder that began as a data set', { tags: ['req/P11-10e-1', 'oq'] }, () => {
  test('again and again, and held its own files all the while, has each of them recorded once', async () => {
    await station.start()
    write('work/notes.txt')
    await isTaken('work/notes.txt')
    await station.settled()
    for (let time = 0; time < 2; time++) {
      // As Bruker's processing folder begins: an empty folder alone makes this one look like an experiment.
      mkdirSync(join(station.folder, 'work/pdata/1'), { recursive: true })
      await isTaken('work')
      rmSync(join(station.folder, 'work/pdata'), { recursive: true })
      await station.settled()
    }
    expect(captures()).toEqual([['file.created', 'work/notes.txt']])
  })

  test('and is one of a person after all, has its files recorded each for itself', async () => {
    await station.start()
    write('collected/acqus', acqus())
    write('taken away/acqus', acqus())
    write('taken away/below/more/figure.png')
    await isTaken('collected')
    await isTaken('taken away')
    write('collected/paper.docx')
    write('taken away/paper.docx')
    rmSync(join(station.folder, 'taken away/acqus'))
    await station.settled()
    expect(captures()).toEqual([
      ['file.created', 'collected/acqus'],
      ['file.created', 'collected/paper.docx'],
      ['file.created', 'taken away/below/more/figure.png'],
      ['file.created', 'taken away/paper.docx'],
    ])
    // And if it becomes one later, it is.
    writeAll('taken away', bruker1d())
    await station.settled()
    expect(captures().find(([kind]) => kind.startsWith('dataset'))).toEqual(['dataset.created', 'taken away'])
    expect(station.verify().code).toBe(0)
  })

  test('before the relay was there, says of each of its files that nobody looked', async () => {
    write('collected/acqus', acqus())
    write('collected/below/values.csv')
    await station.start()
    await isTaken('collected')
    write('collected/paper.docx')
    await station.settled()
    const late = station
      .records()
      .filter(({ kind, body }) => /^(?:file|capture)\./.test(kind) && body['path'] !== undefined)
      .map(({ body }) => [body['path'], (body['late'] as { why: string } | undefined)?.why])
    expect(late.sort()).toEqual([
      ['collected/acqus', 'before-watch'],
      ['collected/below/values.csv', 'before-watch'],
      ['collected/paper.docx', undefined],
    ])
  })

  test('and has nothing in it, is recorded when it has', async () => {
    await station.start()
    for (const name of ['a.raw', 'b.fid', 'c.d/AcqData', 'd.rslt', 'gone.raw'])
      mkdirSync(join(station.folder, name), { recursive: true })
    await wait(5_000)
    rmSync(join(station.folder, 'gone.raw'), { recursive: true })
    await station.settled()
    expect(captures()).toEqual([])
    write('a.raw/_HEADER.TXT', '$$ Version: 01.00\r\n')
    await station.settled(150)
    expect(captures()).toEqual([['dataset.created', 'a.raw']])
  })
})

test('a file under the temporary name of a copy that takes its time is recorded under its own', {
  tags: ['req/P11-10e-1', 'oq'],
}, async () => {
  await station.start()
  for (const name of ['.a.csv.Ab12Cd', 'b.csv.part', 'left behind.filepart']) write(name, 'half')
  await wait(10_000)
  for (const [from, to] of [
    ['.a.csv.Ab12Cd', 'a.csv'],
    ['b.csv.part', 'b.csv'],
  ] as const) {
    write(from, 'whole')
    renameSync(join(station.folder, from), join(station.folder, to))
  }
  await station.settled()
  expect(captures()).toEqual([
    ['file.created', 'a.csv'],
    ['file.created', 'b.csv'],
    ['file.created', 'left behind.filepart'],
  ])
})

describe('what is on its way', { tags: ['req/P11-10e-1', 'oq'] }, () => {
  test('and moved into a data set, or out of one, before it is recorded, has not vanished', async () => {
    await station.start()
    write('new/measurement.bin')
    writeAll('foo/10', bruker1d())
    write('k.d/data.bin')
    writeAll('k.d/10', bruker1d())
    await isTaken('new/measurement.bin')
    await isTaken('foo/10')
    await isTaken('k.d')
    renameSync(join(station.folder, 'new'), join(station.folder, 'lamp.d'))
    renameSync(join(station.folder, 'foo'), join(station.folder, 'foo.d'))
    renameSync(join(station.folder, 'k.d'), join(station.folder, 'k'))
    await wait(130_000)
    await station.settled()
    expect(captures()).toEqual([
      ['dataset.created', 'foo.d'],
      ['dataset.created', 'k/10'],
      ['file.created', 'k/data.bin'],
      ['dataset.created', 'lamp.d'],
    ])
  })
})

test('a data set written elsewhere first and moved file by file is recorded where it is, and nothing else is said', {
  tags: ['req/P11-10e-1', 'oq'],
}, async () => {
  await station.start()
  const incoming = join(station.folder, 'incoming')
  writeAll('incoming', spinsolve())
  mkdirSync(join(station.folder, 'beer'))
  await isTaken('incoming')
  for (const path of Object.keys(spinsolve()))
    renameSync(join(incoming, path), join(station.folder, 'beer', path))
  rmSync(incoming, { recursive: true })
  await wait(30_000)
  await station.settled()
  expect(captures()).toEqual([['dataset.created', 'beer']])
})
