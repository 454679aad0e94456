import 'fake-indexeddb/auto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Outbox } from '../../web/app/outbox/outbox.ts'
import { OutboxDatabase } from '../../web/app/outbox/outbox-database.ts'
import { isFull, isLost, recovering } from '../../web/app/outbox/recovering.ts'

let databases = 0

function opened(): OutboxDatabase {
  const database = new OutboxDatabase(`recovering ${databases++}`)
  onTestFinished(() => database.close())
  return database
}

describe('a database that is lost on the way', { tags: ['req/DI-2', 'fault'] }, () => {
  test('is opened again, and nothing of what was written is gone', async () => {
    const database = opened()
    const outbox = new Outbox(database)
    await outbox.keepDraft({ user: 'jdoe', list: 'all', reason: 'half a reason', at: 1 })
    // As a tablet has it that was asleep: the connection is gone, and nobody was told.
    database.backendDB().close()
    expect(await outbox.draft('jdoe', 'all')).toMatchObject({ reason: 'half a reason' })
    database.backendDB().close()
    await outbox.keepDraft({ user: 'jdoe', list: 'all', reason: 'a whole reason', at: 2 })
    expect(await outbox.draft('jdoe', 'all')).toMatchObject({ reason: 'a whole reason' })
  })

  test('is asked once more, and no more than that', async () => {
    let asked = 0
    const lost = Object.assign(new Error('Connection to Indexed Database server lost'), {
      name: 'UnknownError',
    })
    const work = async () => {
      asked++
      throw lost
    }
    await expect(recovering(opened(), work)).rejects.toBe(lost)
    expect(asked).toBe(2)
  })

  test('is told from one that says no', async () => {
    const full = { name: 'AbortError', inner: { name: 'QuotaExceededError' } }
    expect([isLost(full), isFull(full)]).toEqual([false, true])
    expect([isLost({ name: 'DatabaseClosedError' }), isFull(new Error())]).toEqual([true, false])
    let asked = 0
    const work = async () => {
      asked++
      throw new RangeError()
    }
    await expect(recovering(opened(), work)).rejects.toThrow(RangeError)
    expect(asked).toBe(1)
  })
})
