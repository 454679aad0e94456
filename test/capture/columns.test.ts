import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, Workstation } from '../support/workstation.ts'

/* The columns records are found by stand beside them: what somebody changes there must not change who did what. */

let station: Workstation
beforeEach(async () => {
  station = new Workstation({
    person: false,
    init: ['--quiet', '1', '--shared', account, '--person', 'jdoe=Jane Doe'],
  })
  station.init()
  await station.start()
})
afterEach(() => station.remove())

function tamper(sql: string): number {
  const database = new DatabaseSync(join(station.data, 'relay.db'))
  try {
    return Number(database.prepare(sql).run().changes)
  } finally {
    database.close()
  }
}

const mendings = () => station.records().filter(({ kind }) => kind === 'state.mended')
const actorOf = (path: string) =>
  station
    .records()
    .filter(({ body }) => body['path'] === path)
    .map(({ kind, actor }) => [kind, actor.name])

test('nobody is signed in whose leaving was hidden from search, and that it was is on record', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  const { code } = (await station.ask('badge.new', { id: 'jdoe', reason: 'her first badge' })) as {
    readonly code: string
  }
  await station.ask('badge.in', { code })
  await station.ask('badge.out', {})
  await station.settled()
  await station.stop()
  expect(tamper("UPDATE entry_columns SET kind = 'badge.gone' WHERE kind = 'badge.out'")).toBe(1)
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('columns-differ') })

  await station.start()
  station.write('after.dat', 'written when she had left')
  await station.until('it is recorded', ({ units }) => units.recorded + units.unclaimed >= 1)
  await station.settled()
  expect((await station.status()).badge).toBeNull()
  expect(actorOf('after.dat')).toEqual([['capture.refused', 'ws-test']])
  const left = station.records().find(({ kind }) => kind === 'badge.out')
  expect(mendings().map(({ body }) => body)).toEqual([
    {
      count: 1,
      codes: { 'columns-differ': 1 },
      units: [],
      columns: [{ code: 'columns-differ', trail: 1, seq: left?.seq }],
    },
  ])
  expect(station.verify()).toMatchObject({ code: 0 })
})

test.each([
  ['emptied', "UPDATE entry_columns SET digest = NULL WHERE kind = 'capture.refused'", 'columns-differ'],
  ['taken out', "DELETE FROM entry_columns WHERE kind = 'capture.refused'", 'columns-missing'],
  [
    'made up',
    "INSERT INTO entry_columns SELECT trail, 9999, time, 'badge.in', 'jdoe', project, path, digest FROM entry_columns WHERE seq = 0",
    'columns-extra',
  ],
  [
    'made up, of a trail that is not there',
    'INSERT INTO entry_columns SELECT 7, seq, time, kind, actor, project, path, digest FROM entry_columns WHERE seq = 0',
    'columns-extra',
  ],
])(
  'a row that was %s is found and made again at the next start',
  {
    tags: ['challenge', 'fault'],
  },
  async (_, sql, found) => {
    station.write('first.dat', 'first')
    await station.until('it is refused', ({ units }) => units.unclaimed === 1)
    await station.settled()
    await station.stop()
    expect(tamper(sql)).toBe(1)
    await station.start()
    await station.settled()
    expect(mendings().map(({ body }) => body['codes'])).toEqual([{ [found]: 1 }])
    expect((await station.status()).units.unclaimed).toBe(1)
    expect(station.verify()).toMatchObject({ code: 0 })
    await station.stop()
    await station.start()
    expect(mendings()).toHaveLength(1)
  },
)
