import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { canonical, leafHash, readEntry, utf8, type Value } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workstation } from '../support/workstation.ts'

/* Settings that somebody writes into a trail past the relay: they are in force nowhere, and in the next trail neither. */

let station: Workstation
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  station.write('first.dat', 'first')
  await station.until('it is recorded', ({ units }) => units.recorded === 1)
  await station.settled()
  await station.stop()
})
afterEach(() => station.remove())

/** A record behind the last one up to a size, with a checksum that is none. */
function append(size: number, changes: readonly object[]): void {
  station.inDatabase((database) => {
    database.prepare('DELETE FROM entry WHERE seq >= ?').run(size)
    database.prepare('DELETE FROM entry_columns WHERE seq >= ?').run(size)
    database.prepare('DELETE FROM checkpoint WHERE size > ?').run(size)
    const { line } = database.prepare('SELECT line FROM entry WHERE seq = ?').get(size - 1) as {
      line: Uint8Array
    }
    const { checksum, record } = readEntry(line)
    const body = { changes, reason: 'forged' }
    const forged = { ...record, seq: size, prev: checksum, kind: 'settings.changed', body }
    const entry = utf8(canonical({ checksum: 'ab'.repeat(32), record: forged } as unknown as Value))
    database
      .prepare('INSERT INTO entry (trail, seq, prev, leaf, line) VALUES (1, ?, ?, ?, ?)')
      .run(size, checksum, leafHash(entry), entry)
    database
      .prepare(
        "INSERT INTO entry_columns (trail, seq, time, kind, actor) VALUES (1, ?, ?, 'settings.changed', ?)",
      )
      .run(size, record.time, record.actor.id)
  })
}

function setTo(field: string): object {
  const all = station
    .records()
    .flatMap(({ body }) => (body['changes'] ?? []) as unknown as { field: string; after: object }[])
  return all.findLast((one) => one.field === field) ?? {}
}

const opened = () => station.records().find(({ kind }) => kind === 'trail.opened')?.body

test('a person written into it is nobody, and the copy of the settings stays what it was', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  const person = setTo('persons') as { after: { name: string } }
  append(station.records().length, [
    { ...person, before: person.after, after: { ...person.after, name: 'Jane Doe' } },
  ])
  await station.start()
  await station.settled()
  expect((await station.status()).left).toBeDefined()
  expect(JSON.stringify(station.records())).not.toContain('Jane Doe')
  expect(station.records().map(({ kind }) => kind)).not.toContain('settings.mended')
  // Nor is anybody else: what stood in its place may have been a record that is lost.
  expect(opened()).toMatchObject({ inDoubt: expect.arrayContaining(['persons']) })
  expect(setTo('persons')).toEqual({})
})

test('records of settings that are damaged name nobody, whatever the copy beside them says', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  station.inDatabase((database) => {
    database.exec(
      `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"kind":"settings.changed"', '"kind":"settings.changed",,') AS BLOB)`,
    )
    database.exec("UPDATE settings SET value = replace(value, 'Test Person', 'Jane Doe')")
  })
  await station.start()
  station.write('second.dat', 'second')
  await station.until('it is refused', ({ units }) => units.unclaimed === 1)
  expect(JSON.stringify(station.records())).not.toContain('Jane Doe')
})

test('another notary written into it is not asked: the records that are gone are missed by the one there is', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  const size = station.records().length - 2
  const other = join(station.base, 'other-notary')
  mkdirSync(other)
  cpSync(join(station.notary, 'notary.id'), join(other, 'notary.id'))
  const notary = setTo('notary') as { after: object }
  append(size, [{ ...notary, before: notary.after, after: { ...notary.after, folder: other } }])
  await station.start()
  await station.settled()
  expect(station.records()[0]?.body['previous']).toMatchObject({
    reason: expect.stringContaining('notary-ahead'),
  })
  expect(setTo('notary')).toMatchObject({ after: notary.after })
})
