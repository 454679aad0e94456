import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { inTransaction, openDatabase, openForReading } from './database.ts'
import { mendSchema, schemaFaults } from './schema-faults.ts'
import { TrailStore } from './trail-store.ts'

/** A new database with something done to it behind the relay's back. */
function tampered(sql: string): string {
  const base = mkdtempSync(join(tmpdir(), 'relay-schema-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const file = join(base, 'relay.db')
  openDatabase(file).close()
  const database = new DatabaseSync(file, { defensive: false })
  database.exec(sql)
  database.close()
  return file
}

const eats =
  "CREATE TRIGGER eats AFTER INSERT ON entry BEGIN DELETE FROM settings; INSERT INTO content VALUES ('x', x'00'); END"

test('a database as the relay makes it has no fault', () => {
  const database = openDatabase(tampered(''))
  expect(schemaFaults(database)).toEqual([])
  database.close()
})

test.each([
  ['a trigger that was put there', eats, 'trigger eats', null],
  ['a trigger that is gone', 'DROP TRIGGER entry_stays', 'trigger entry_stays', 'expected'],
  [
    'a trigger that does nothing any more',
    'DROP TRIGGER entry_kept; CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT 1; END',
    'trigger entry_kept',
    'expected',
  ],
  ['a view', 'CREATE VIEW entries AS SELECT * FROM entry', 'view entries', null],
  [
    'a view with a trigger of its own',
    'CREATE VIEW v AS SELECT 1 AS one; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN DELETE FROM settings; END',
    'trigger t',
    null,
  ],
  ['an index', 'CREATE UNIQUE INDEX one ON entry_columns (kind)', 'index one', null],
  ['an index that is gone', 'DROP INDEX unit_sets', 'index unit_sets', 'expected'],
  ['a name with a quotation mark', 'CREATE VIEW "a""b" AS SELECT 1', 'view a"b', null],
])('%s is named and set right', { tags: ['req/P11-10a-2', 'challenge'] }, (_, sql, named, expected) => {
  const database = openDatabase(tampered(sql))
  const faults = schemaFaults(database)
  expect(faults.map(({ what, name }) => `${what} ${name}`)).toContain(named)
  expect(faults[0]?.expected === null ? null : 'expected').toBe(expected)
  expect(faults.every(({ remedy }) => remedy === 'set-right')).toBe(true)
  inTransaction(database, () => mendSchema(database, faults))
  expect(schemaFaults(database)).toEqual([])
  database.close()
})

test('opening a database that has a trigger of somebody else in it does not let it act', {
  tags: ['req/P11-10a-2', 'challenge'],
}, () => {
  const file = tampered(
    'CREATE TRIGGER acts AFTER UPDATE ON alive BEGIN INSERT INTO settings VALUES (1, 1); END',
  )
  const database = openDatabase(file)
  expect(database.prepare('SELECT * FROM settings').all()).toEqual([])
  database.close()
})

test('a table of somebody else is named and left, with what is in it', () => {
  const database = openDatabase(
    tampered('CREATE TABLE notes (text); CREATE INDEX i ON notes (text); INSERT INTO notes VALUES (1)'),
  )
  const faults = schemaFaults(database)
  expect(faults.map(({ name, remedy }) => [name, remedy])).toEqual([
    ['i', 'left'],
    ['notes', 'left'],
  ])
  inTransaction(database, () => mendSchema(database, faults))
  expect(database.prepare('SELECT * FROM notes').all()).toHaveLength(1)
  database.close()
})

test.each([
  ['with a column more', 'ALTER TABLE entry ADD COLUMN more TEXT', 'not as this relay makes it'],
  ['that is missing', 'DROP TABLE member', 'missing'],
  [
    'has a trigger whose type is written in capital letters',
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES ('TRIGGER', 'eats', 'entry', 0, 'CREATE TRIGGER eats AFTER INSERT ON entry BEGIN DELETE FROM settings; END')",
    'the trigger eats of the database is not as this relay makes it',
  ],
  [
    // To SQLite a type of its own, by which names of digits become numbers.
    'with a no-break space where there was a space',
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, 'name NOT NULL', 'name NOT\u00a0NULL') WHERE name = 'unit'",
    'not as this relay makes it',
  ],
])('a table %s is not written to', { tags: ['req/P11-10a-2', 'challenge'] }, (_, sql, said) => {
  const file = tampered(sql)
  expect(() => openDatabase(file)).toThrow(UnusableInput)
  expect(() => openDatabase(file)).toThrow(said)
})

test('a schema that SQLite cannot read, and a file that is no database, are said in a sentence', {
  tags: ['req/P11-10a-2', 'challenge', 'fault'],
}, () => {
  const file = tampered('')
  const database = new DatabaseSync(file)
  database.enableDefensive(false)
  database.exec(
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE TRIGGER x' WHERE name = 'entry_kept'",
  )
  database.close()
  for (const open of [openDatabase, openForReading]) {
    expect(() => open(file)).toThrow(UnusableInput)
    expect(() => open(file)).toThrow('malformed database schema (entry_kept)')
  }
  writeFileSync(file, 'x'.repeat(10_000))
  for (const open of [openDatabase, openForReading]) {
    expect(() => open(file)).toThrow(UnusableInput)
    expect(() => open(file)).toThrow('put it back from a copy')
  }
})

test('what the schema calls is not trusted, nor a page that does not hold together', () => {
  const file = tampered('')
  for (const open of [openDatabase, openForReading]) {
    const database = open(file)
    expect(database.prepare('PRAGMA trusted_schema').get()).toEqual({ trusted_schema: 0 })
    expect(database.prepare('PRAGMA cell_size_check').get()).toEqual({ cell_size_check: 1 })
    database.close()
  }
})

test('a table that has taken the name of an index is not gone on with', { tags: ['challenge'] }, () => {
  const file = tampered('DROP INDEX unit_sets; CREATE TABLE unit_sets (a)')
  const database = new DatabaseSync(file)
  const faults = schemaFaults(database)
  expect(faults.find(({ what, name }) => what === 'table' && name === 'unit_sets')?.remedy).toBe('refused')
  database.close()
})

test('a table of somebody else that points to one of ours stops no write', { tags: ['challenge'] }, () => {
  const database = openDatabase(
    tampered(
      'CREATE TABLE a (x, FOREIGN KEY (x) REFERENCES unit (digest)); CREATE TABLE b (x, FOREIGN KEY (x) REFERENCES alive (state))',
    ),
  )
  expect(schemaFaults(database).map(({ name, remedy }) => [name, remedy])).toEqual([
    ['a', 'left'],
    ['b', 'left'],
  ])
  database.exec("UPDATE alive SET state = '{}'; DELETE FROM unit")
  database.close()
})

test('the name of a trail that has no record is named and left, and is no trail', {
  tags: ['req/P11-10e-1', 'challenge'],
}, () => {
  const database = openDatabase(
    tampered(
      "INSERT INTO trail VALUES (9, 'a/t/b/c', 'key'); INSERT INTO trail VALUES (9223372036854775807, 'd', 'e')",
    ),
  )
  const faults = schemaFaults(database)
  expect(faults.map(({ what, name, remedy }) => [what, name, remedy])).toEqual([
    ['trail', 'a/t/b/c', 'left'],
    ['trail', 'd', 'left'],
  ])
  inTransaction(database, () => mendSchema(database, faults))
  const store = new TrailStore(database)
  expect([store.trails(), store.freeId()]).toEqual([[], 1])
  database.close()
})
