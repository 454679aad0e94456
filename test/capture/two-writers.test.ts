import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tryWriterLock } from '../../agent/src/sqlite/writer-lock.ts'
import { Workstation } from '../support/workstation.ts'

/* The lock of a data folder is a file, and files can be taken away: a trail still has one writer. */

let station: Workstation
let lock: string
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  lock = join(station.data, 'writer.lock')
  await station.start()
})
afterEach(() => station.remove())

test('a relay whose lock was taken away takes it again, and no second one writes beside it', {
  tags: ['req/P11-10a-1', 'challenge', 'fault'],
}, async () => {
  rmSync(lock)
  await expect.poll(() => station.log, { timeout: 60_000 }).toContain('lock-taken-again')
  expect(existsSync(lock)).toBe(true)
  const second = await station.tryRelayMeanwhile('run', '--data', station.data, '--port', '0')
  expect(second).toMatchObject({ code: 2, error: expect.stringContaining('another relay is running') })
  station.write('a.txt', 'a')
  await station.settled()
  expect((await station.tryRelayMeanwhile('run', '--data', station.data, '--port', '0')).code).toBe(2)
  await station.stop()
  expect(station.records().filter(({ kind }) => kind === 'relay.started')).toHaveLength(1)
  expect(station.verify()).toMatchObject({ code: 0 })
})

test('a relay whose lock another has by now ends, and says so', {
  tags: ['req/P11-10a-1', 'challenge', 'fault'],
}, async () => {
  rmSync(lock)
  const taken = tryWriterLock(lock)
  expect(taken).toBeDefined()
  expect(await station.ended()).toBe(2)
  expect(station.log).toContain('another process has it by now')
  taken?.release()
  expect(station.verify()).toMatchObject({ code: 0 })
  await station.start()
})
