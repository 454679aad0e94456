import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets } from '@compliance-relay/shared/relay'
import { type Draft, FormatError, readEntry } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openNewTrail, relayActor } from '../new-trail.ts'
import { openDatabase } from '../sqlite/database.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { Recorder } from './recorder.ts'

let base: string
let close: () => void
let recorder: Recorder
let kinds: () => string[]

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'recorder-'))
  const database = openDatabase(join(base, 'relay.db'))
  const store = new TrailStore(database)
  const { writer, trail } = await openNewTrail({
    org: 'lab.example',
    name: 'ws-test',
    database,
    store,
    secrets: createFileSecrets(join(base, 'keys')),
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    now: new Date(),
    previous: null,
  })
  recorder = new Recorder({
    relay: relayActor('ws-test'),
    writer,
    prepare: () => ({ undo: () => {} }),
    onUnwritable: () => {},
    isMoreClose: () => false,
    onCommit: () => {},
    onHeld: () => {},
    wall: () => Date.now(),
  })
  kinds = () => [...store.lines(trail.id, 1)].map(({ line }) => readEntry(line).record.kind)
  close = () => {
    recorder.close()
    database.close()
  }
})
afterEach(() => {
  close()
  rmSync(base, { recursive: true })
})

function draft(kind: string, text: string): () => Draft {
  return () => ({ kind, actor: relayActor('ws-test'), time: new Date().toISOString(), body: { text } })
}

describe('a record that has no place in a trail', { tags: ['req/P11-10e-5', 'challenge'] }, () => {
  const tooLarge = 'x'.repeat(70_000)

  test('puts nothing in force, whoever asked for it is told, and what comes after it is recorded', async () => {
    const applied: string[] = []
    const large = recorder.record(draft('settings.changed', tooLarge), () => applied.push('large'))
    const next = recorder.record(draft('project.noted', 'fits'), () => applied.push('next'))
    await expect(large).rejects.toBeInstanceOf(FormatError)
    expect(await next).toBe(2)
    expect(applied).toEqual(['next'])
    expect(kinds()).toEqual(['record.failed', 'project.noted'])
  })

  test('of a capture is known all the same, so that it is not tried for ever', async () => {
    const applied: (number | undefined)[] = []
    await new Promise<void>((done) => {
      recorder.add({
        draft: draft('file.created', tooLarge),
        apply: (seq) => applied.push(seq),
        done: () => done(),
      })
    })
    expect(applied).toEqual([1])
    expect(kinds()).toEqual(['record.failed'])
  })
})
