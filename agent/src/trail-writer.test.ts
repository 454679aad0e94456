import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets } from '@compliance-relay/shared/relay'
import { Frontier } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { openNewTrail, relayActor } from './new-trail.ts'
import { openDatabase } from './sqlite/database.ts'
import { TrailStore } from './sqlite/trail-store.ts'
import { TrailWriter } from './trail-writer.ts'

test('what another writer has put there is not taken for what one was about to write', {
  tags: ['challenge', 'fault'],
}, async () => {
  const base = mkdtempSync(join(tmpdir(), 'trail-writer-'))
  const database = openDatabase(join(base, 'relay.db'))
  const store = new TrailStore(database)
  const { writer, keys, trail } = await openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets: await createFileSecrets(join(base, 'keys')),
    random: (size) => new Uint8Array(size).fill(7),
    now: new Date('2026-03-02T08:00:00.000Z'),
    previous: null,
  })
  const frontier = new Frontier()
  frontier.append(writer.root())
  const other = new TrailWriter(database, store, keys.mac, {
    trail: trail.id,
    head: writer.head,
    frontier: frontier.state(),
  })
  const draft = (path: string) => ({
    kind: 'file.created',
    actor: relayActor('ws-1'),
    time: '2026-03-02T08:00:00.000Z',
    body: { path },
  })
  other.append([draft('theirs')])
  expect(() => writer.append([draft('ours')])).toThrow('two writers')
  expect(() => writer.recover()).toThrow('another relay writes this trail')
  expect(() => writer.append([draft('ours')])).toThrow('recover first')
  expect(store.size(trail.id)).toBe(2)
  database.close()
  rmSync(base, { recursive: true, force: true })
})
