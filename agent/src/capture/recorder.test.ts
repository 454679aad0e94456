import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets } from '@compliance-relay/shared/relay'
import { type Draft, FormatError, readEntry } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openNewTrail, relayActor } from '../new-trail.ts'
import { openDatabase } from '../sqlite/database.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { NotRecorded, Recorder } from './recorder.ts'

let base: string
let close: () => void
let recorder: Recorder
let kinds: () => string[]
/** The disk, as it fails: it says so of a commit that was made or not, and then cannot be read for so many times. */
let fault: { commits: 'made' | 'not made' | 'well'; unreadable: number }

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'recorder-'))
  const database = openDatabase(join(base, 'relay.db'))
  const store = new TrailStore(database)
  fault = { commits: 'well', unreadable: 0 }
  const exec = database.exec.bind(database)
  database.exec = (sql) => {
    if (sql !== 'COMMIT' || fault.commits === 'well') return exec(sql)
    if (fault.commits === 'made') exec(sql)
    fault.commits = 'well'
    throw new Error('EIO')
  }
  const size = store.size.bind(store)
  // Asked before a commit, too: only afterwards it is a fault.
  store.size = (of) => {
    if (!database.isTransaction && fault.unreadable > 0) {
      fault.unreadable--
      throw new Error('EIO')
    }
    return size(of)
  }
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

describe('a commit whose fate the disk does not tell', { tags: ['req/DI-2', 'challenge', 'fault'] }, () => {
  test.each([
    ['made', 0],
    ['made', 2],
    ['not made', 0],
    ['not made', 2],
  ] as const)(
    '%s, and the disk unreadable %i times: each record is there once',
    async (commits, unreadable) => {
      await recorder.record(draft('file.created', 'before'))
      Object.assign(fault, { commits, unreadable })
      const applied: string[] = []
      const first = recorder.record(draft('file.created', 'first'), () => applied.push('first'))
      const second = recorder.record(draft('file.changed', 'second'), () => applied.push('second'))
      expect(await Promise.all([first, second])).toEqual([2, 3])
      const third = await recorder.record(draft('file.deleted', 'third'))
      expect(third).toBe(4)
      expect(kinds()).toEqual(['file.created', 'file.created', 'file.changed', 'file.deleted'])
      // In the transaction: once for each time it was tried, and what was rolled back is not in force.
      expect(applied.slice(-2)).toEqual(['first', 'second'])
      expect(recorder.held).toBe(undefined)
    },
    20_000,
  )
})

describe('what somebody waits for', { tags: ['req/DI-2', 'challenge', 'fault'] }, () => {
  test('is refused while nothing can be recorded, and never comes; what does not wait for anybody does', async () => {
    Object.assign(fault, { commits: 'not made', unreadable: 0 })
    const capture = recorder.record(draft('file.created', 'a'))
    await expect(recorder.recordNow(draft('session.started', 'b'))).rejects.toBeInstanceOf(NotRecorded)
    expect(recorder.held).not.toBe(undefined)
    await expect(recorder.recordNow(draft('session.started', 'c'))).rejects.toBeInstanceOf(NotRecorded)
    await capture
    expect(await recorder.recordNow(draft('session.started', 'd'))).toBe(2)
    expect(kinds()).toEqual(['file.created', 'session.started'])
  }, 20_000)

  test('is there if it was written although the disk said otherwise, however late that is known', async () => {
    Object.assign(fault, { commits: 'made', unreadable: 2 })
    expect(await recorder.recordNow(draft('session.started', 'a'))).toBe(1)
    expect(kinds()).toEqual(['session.started'])
  }, 20_000)
})
