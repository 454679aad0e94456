import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ole2 } from '../../agent/src/instruments/made/containers.ts'
import { Workstation } from '../support/workstation.ts'

/* Files that are half of something: what is said of the one goes by the other. */

let station: Workstation
beforeEach(() => {
  station = new Workstation()
  station.init()
})
afterEach(async () => {
  await station?.remove()
})

function write(name: string, content: string | Uint8Array = 'x'): void {
  station.write(name, content)
}

function saidOf(pattern: RegExp): unknown[] {
  return station
    .records()
    .filter(({ kind, body }) => kind.startsWith('file.') && pattern.test(String(body['path'])))
    .map(({ kind, body }) => [kind, body['path'], body['complete'], body['missing']])
}

const wiff = ole2({ SampleDABE: new Uint8Array(5_000) })
const imzml = '<?xml version="1.0"?>\n<mzML><run id="r"/></mzML>\n'

test('one without what belongs beside it is incomplete until that has come, also while no relay runs', {
  tags: ['req/P11-10e-1', 'req/DI-3', 'oq'],
}, async () => {
  await station.start()
  write('whole.imzML', imzml)
  write('whole.ibd')
  write('CAPITALS.IMZML', imzml)
  write('CAPITALS.IBD')
  write('half.imzML', imzml)
  write('later.imzML', imzml)
  write('much later.imzML', imzml)
  write('empty.imzML', imzml)
  write('empty.ibd', '')
  write('a.wiff', wiff)
  await station.settled(200)
  const lacks = (name: string, partner: string) => [
    'file.created',
    name,
    false,
    [`${partner} is not beside it`],
  ]
  expect(saidOf(/\.(imzml|wiff)$/i).sort()).toEqual(
    [
      ['file.created', 'CAPITALS.IMZML', true, undefined],
      ['file.created', 'empty.imzML', false, ['empty.ibd beside it is empty']],
      ['file.created', 'whole.imzML', true, undefined],
      lacks('half.imzML', 'half.ibd'),
      lacks('later.imzML', 'later.ibd'),
      lacks('much later.imzML', 'much later.ibd'),
      lacks('a.wiff', 'a.wiff.scan'),
    ].sort(),
  )
  write('later.ibd')
  write('a.wiff.scan')
  await wait(6_000)
  await station.settled(200)
  await station.stop()
  write('much later.ibd')
  renameSync(join(station.folder, 'half.imzML'), join(station.folder, 'other half.imzML'))
  await station.start()
  await station.settled(200)
  expect(saidOf(/^(later|much later).imzML|wiff$|half/).sort()).toEqual(
    [
      lacks('half.imzML', 'half.ibd'),
      lacks('later.imzML', 'later.ibd'),
      lacks('much later.imzML', 'much later.ibd'),
      lacks('a.wiff', 'a.wiff.scan'),
      ['file.changed', 'later.imzML', true, undefined],
      ['file.changed', 'a.wiff', true, undefined],
      ['file.changed', 'much later.imzML', true, undefined],
      ['file.renamed', 'other half.imzML', false, ['other half.ibd is not beside it']],
    ].sort(),
  )
  await station.scan()
  await station.settled()
  expect(saidOf(/imzML|wiff$/)).toHaveLength(10)
  expect(station.verify().code).toBe(0)
})

test('one is not called complete while what belongs beside it is still written', async () => {
  await station.start()
  write('a.imzML', imzml)
  for (let i = 0; i < 10; i++) {
    write('a.ibd', 'x'.repeat(i + 1))
    await wait(1_200)
  }
  const end = Date.now()
  await station.settled(200)
  const records = station.records().filter(({ kind }) => kind.startsWith('file.'))
  expect(records.map(({ body }) => [body['path'], body['size'], body['complete']]).sort()).toEqual([
    ['a.ibd', 10, undefined],
    ['a.imzML', imzml.length, true],
  ])
  expect(records.filter(({ time }) => Date.parse(time) < end)).toEqual([])
})
