import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets, type SecretStore } from '@compliance-relay/shared/relay'
import type { Draft, Value } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenedTrail, openNewTrail, relayActor } from './new-trail.ts'
import { sealedSettings, settingsDrafts } from './recorded-settings.ts'
import { sealedNote, settingsDigest } from './sealed-note.ts'
import type { Settings } from './settings.ts'
import { changesBetween } from './settings-changes.ts'
import { openDatabase } from './sqlite/database.ts'
import { HostStore } from './sqlite/host-store.ts'
import { TrailStore } from './sqlite/trail-store.ts'
import { TrailAuthority } from './trail-authority.ts'

/* Whether the settings a start goes by are those that were in force, whatever somebody does to records, copy and note. */

const now = new Date('2026-03-02T08:00:00.000Z')
const jane = { id: 'jdoe', name: 'Jane Doe' }
const first: Settings = {
  org: 'lab.example',
  name: 'ws-1',
  notary: { folder: '/notary', identity: 'n1' },
  projects: ['P-17'],
  watches: [],
  persons: [jane],
  shared: [],
  order: ['file-owner'],
  badges: [],
  ignore: [],
}
const disabled: Settings = { ...first, persons: [{ ...jane, disabled: true }] }
/** As somebody writes it into the database. */
const forged: Settings = { ...first, notary: { folder: '/other', identity: 'n1' }, name: 'ws-2' }

let base: string
let database: ReturnType<typeof openDatabase>
let host: HostStore
let secrets: SecretStore
let opened: OpenedTrail
let authority: TrailAuthority
/** The note of before the person was disabled, as it stood in the database. */
let before: unknown

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'relay-settings-'))
  database = openDatabase(join(base, 'relay.db'))
  host = new HostStore(database)
  secrets = createFileSecrets(join(base, 'keys'))
  opened = await begun('', first)
  before = host.note()
  const changes = changesBetween(first, disabled) as unknown as Value
  const draft: Draft = {
    kind: 'settings.changed',
    actor: relayActor('ws-1'),
    time: now.toISOString(),
    body: { changes, reason: 'has left' },
  }
  opened.writer.append([draft], (seq) => noted(opened, disabled, seq + 1))
  authority = new TrailAuthority()
  authority.believe(opened.trail, opened.keys.macSecret)
})
afterEach(() => {
  database.close()
  rmSync(base, { recursive: true })
})

function begun(reason: string, settings: Settings): Promise<OpenedTrail> {
  return openNewTrail({
    org: settings.org,
    name: settings.name,
    database,
    store: new TrailStore(database),
    secrets,
    random: (size) => new Uint8Array(randomBytes(size)),
    now,
    previous: null,
    first: async (trail) => ({
      drafts: settingsDrafts(settings, reason || 'set up', now.getTime()),
      apply: (size) => noted(trail, settings, size),
    }),
  })
}

function noted({ trail, keys }: Pick<OpenedTrail, 'trail' | 'keys'>, settings: Settings, size: number): void {
  host.setSettings(settings)
  const note = { trail: trail.origin, size, settings: settingsDigest(settings), alive: undefined }
  host.setNote(sealedNote(keys.mac, note))
}

function found() {
  const { trail, keys } = opened
  const trails = new TrailStore(database).trails()
  return sealedSettings({ host, trail, mac: keys.mac, left: trails.slice(0, -1), authority })
}

/** Lines from a place on, so that no byte put back mends them. */
function damage(from: number): void {
  database.exec('DROP TRIGGER IF EXISTS entry_stays')
  database
    .prepare(
      "UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), 'reason', 'rEaSon') AS BLOB) WHERE seq >= ? AND trail = ?",
    )
    .run(from, opened.trail.id)
}

const putBack = (note: unknown) => host.setNote(note as { [name: string]: Value })

test('settings are what the sealed records make them, whatever the copy says', {
  tags: ['challenge'],
}, () => {
  host.setSettings(forged)
  expect(found()).toEqual({ settings: disabled, recorded: disabled, sureUntil: 3 })
})

test('where a record of them is damaged, the copy is what was in force, if the note says so', {
  tags: ['req/P11-10d-1', 'req/P11-10e-1', 'challenge'],
}, () => {
  damage(2)
  expect(found()).toEqual({ settings: disabled, recorded: disabled, sureUntil: 3 })
  damage(1)
  expect(found()).toEqual({ settings: disabled, recorded: disabled, sureUntil: 3 })
})

test('an older note and copy put back say up to where they are sure, and a later record counts all the same', {
  tags: ['req/P11-10d-1', 'req/P11-10e-1', 'challenge'],
}, () => {
  host.setSettings(first)
  putBack(before)
  expect(found()).toEqual({ settings: disabled, recorded: disabled, sureUntil: 2 })
  damage(2)
  expect(found()).toEqual({ settings: first, recorded: first, sureUntil: 2 })
  damage(1)
  expect(found()).toEqual({ settings: first, recorded: first, sureUntil: 2 })
})

test('without a note, what is left of the records is sure of nothing that a lost one may have said', {
  tags: ['req/P11-10d-1', 'req/P11-10e-1', 'challenge'],
}, () => {
  database.exec("UPDATE alive SET state = '{}'")
  expect(found()).toEqual({ settings: disabled, recorded: disabled, sureUntil: 0 })
  host.setSettings(first)
  damage(2)
  expect(found()).toEqual({ settings: first, recorded: first, sureUntil: 0 })
})

test('what nothing sealed bears out names no person, no relay and no notary', {
  tags: ['req/P11-10a-3', 'req/P11-10e-1', 'challenge'],
}, () => {
  damage(1)
  host.setSettings(forged)
  const { settings, recorded, sureUntil } = found()
  expect([recorded, sureUntil]).toEqual([undefined, 0])
  expect(settings).toEqual({
    ...first,
    persons: [],
    notary: { folder: '/other', identity: 'n1', isInDoubt: true },
  })
})

test('a trail that was left, and is believed, says which notary it was', {
  tags: ['req/P11-10a-3', 'challenge'],
}, async () => {
  const left = opened
  opened = await begun('carried over', first)
  authority.believe(left.trail, left.keys.macSecret)
  damage(1)
  host.setSettings(forged)
  expect(found().settings.notary).toEqual(first.notary)
  authority.doubt(left.trail.id)
  expect(found().settings.notary).toMatchObject({ folder: '/other', isInDoubt: true })
})
