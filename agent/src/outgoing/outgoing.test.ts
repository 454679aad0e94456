import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  fromUtf8,
  printStatementNote,
  type Statement,
  signerOf,
  signStatement,
} from '@compliance-relay/shared/trail'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { OutgoingSite, until } from './outgoing-site.test-support.ts'
import { readSyslog } from './read-syslog.test-support.ts'
import { answers, busy, Collector, Receiver } from './receiver.test-support.ts'

/* Senders on a real trail in a real database, and a receiver that does what receivers do. */

let site: OutgoingSite
let receiver: Receiver
let port: number

beforeEach(async () => {
  site = await OutgoingSite.make()
  receiver = new Receiver()
  port = await receiver.listen()
  onTestFinished(async () => {
    await site.remove()
    await receiver.close()
  })
  site.outgoing.start()
})

/** Each at least once, in order: what comes again comes before anything new. */
function isInOrder(seqs: readonly number[], from: number, to: number): boolean {
  let next = from
  for (const seq of seqs) {
    if (seq > next) return false
    if (seq === next) next++
  }
  return next === to
}
const seqs = () => receiver.taken.map(({ seq }) => seq)

/** A statement as a device signs it; nothing here asks who may. */
function noteAbout({ trail, size }: OutgoingSite, seqs: readonly number[]): string {
  const statement: Statement = {
    at: '2026-03-02T08:00:00.000Z',
    checkpoint: { trail, size, root: new Uint8Array(32) },
    count: 1,
    meaning: 'rejected',
    name: 'Jane Doe',
    reason: 'not what SECRET asked for',
    records: seqs.map((seq) => ({ seq, leaf: new Uint8Array(32) })),
    user: 'jdoe',
  }
  const signer = signerOf('lab.example/u/jdoe/tablet', 'note', new Uint8Array(32).fill(3))
  return fromUtf8(printStatementNote(signStatement(statement, signer)))
}

describe('what a subscription asks for', () => {
  test('of a project is also what is about its records, and of two projects only that it is there', {
    tags: ['challenge'],
  }, async () => {
    const [mine, other] = [
      await site.record('file.created', { project: 'NMR', path: 'a' }),
      await site.record('file.created', { project: 'SECRET', path: 'b' }),
    ]
    await site.webhook(port, { projects: ['NMR'] })
    const about = (...seqs: number[]) =>
      site.record('signature.refused', { code: 'form', note: noteAbout(site, seqs) })
    const aboutMine = await about(mine)
    await about(other)
    const chained = await about(aboutMine)
    await site.record('relay.paused')
    const both = await about(mine, other)
    await until(() => receiver.taken.length >= 3)
    expect(seqs()).toEqual([aboutMine, chained, both])
    const [first, , last] = receiver.taken.map(({ body }) => JSON.parse(body))
    expect(first.data.record.body).toMatchObject({ note: expect.stringContaining('jdoe') })
    expect(last.data).toEqual({
      trail: site.trail,
      seq: both,
      leaf: expect.any(String),
      alert: expect.anything(),
      withheld: { kind: 'signature.refused', records: [mine] },
    })
    expect(JSON.stringify(last)).not.toContain('SECRET')
  })

  test('arrives in order, from its own record on, each once while all goes well', async () => {
    await site.records(5)
    await site.webhook(port)
    const from = site.size - 1
    await site.records(120)
    await until(() => receiver.taken.length >= 121)
    expect(seqs()).toEqual(Array.from({ length: 121 }, (_, i) => from + i))
    expect(receiver.atMost).toBe(1)
    const status = () => site.outgoing.status()[0]
    await until(() => status()?.behind === 0)
    expect(status()).toMatchObject({ subscription: 's1', next: site.size, fault: null, isOverdue: false })
  })

  test('arrives although the receiver fails in every way, and nothing is left out or overtakes', {
    tags: ['challenge', 'req/P11-300d-1'],
  }, async () => {
    await site.webhook(port)
    const from = site.size - 1
    const bad = [
      answers.broken,
      answers.cutBefore,
      answers.cutBody,
      answers.noise,
      answers.endless,
      answers.redirect,
      busy(429, '9'),
      busy(503),
    ]
    receiver.plan = bad.flatMap((one) => [one, answers.well, one, one, answers.well])
    await site.records(40)
    await until(() => receiver.taken.length >= 41)
    expect(seqs()).toEqual(Array.from({ length: 41 }, (_, i) => from + i))
    expect(
      isInOrder(
        receiver.all.map(({ seq }) => seq),
        from,
        from + 41,
      ),
    ).toBe(true)
    expect(receiver.atMost).toBe(1)
    expect(site.waits).toContainEqual([1, 9])
    expect(site.waits).toContainEqual([2, 9])
    // Delivered: it counts from one again.
    expect(Math.max(...site.waits.map(([tries]) => tries))).toBe(2)
  })

  test('is only what it asks for, and what is passed over costs no commit', async () => {
    await site.webhook(port, { kinds: ['watch.*'] })
    const before = site.cursor()
    await site.records(60)
    const seq = await site.record('watch.available', { watch: 'w1' })
    await until(() => receiver.taken.length === 1)
    expect(seqs()).toEqual([seq])
    expect(before).toBeUndefined()
    await site.records(60)
    await until(() => site.outgoing.state('s1')?.behind === 0)
    expect(site.cursor()).toMatchObject({ next: seq + 1 })
  })

  test('feeds on nothing of its own: when all has arrived, nothing more is recorded or sent', async () => {
    await site.webhook(port)
    await site.records(3)
    await until(() => receiver.taken.length === 4)
    const { size } = site
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(site.size).toBe(size)
    expect(receiver.all).toHaveLength(4)
  })
})

describe('a receiver that is not there', () => {
  test('is said in status, and after ten minutes is overdue; then all of it arrives', async () => {
    await receiver.close()
    await site.webhook(port)
    await site.records(2)
    await until(() => (site.outgoing.status()[0]?.fault?.tries ?? 0) > 2)
    expect(site.outgoing.status()[0]).toMatchObject({
      behind: 3,
      lastDelivery: null,
      fault: { says: 'nobody answers at that port' },
      isOverdue: false,
    })
    site.later = 10 * 60_000 - 60_000
    expect(site.outgoing.status()[0]).toMatchObject({ isOverdue: false })
    site.later = 10 * 60_000
    expect(site.outgoing.status()[0]).toMatchObject({ isOverdue: true })
    // One line in the log, not one for each try.
    expect(site.noted.filter((event) => event === 'not-delivered')).toHaveLength(1)
    receiver = new Receiver()
    await receiver.listen(port)
    await until(() => receiver.taken.length === 3)
  })

  test('has been away since before a restart, which makes nothing of it new', {
    tags: ['challenge'],
  }, async () => {
    await receiver.close()
    await site.webhook(port)
    const fault = () => site.outgoing.status()[0]?.fault
    await until(() => (fault()?.tries ?? 0) > 0)
    const since = fault()?.since
    site.later = 11 * 60_000
    for (const how of ['kill', 'stop'] as const) {
      await site.restart(how)
      await until(() => (fault()?.tries ?? 0) > 0)
      expect(site.outgoing.status()[0]).toMatchObject({ fault: { since }, isOverdue: true })
    }
    // What is asked for again waits since it is asked for, not since it was made.
    receiver = new Receiver()
    await receiver.listen(port)
    await until(() => receiver.taken.length === 1)
  })

  test('is owed what it asks for, and no record else', async () => {
    await receiver.close()
    await site.webhook(port, { kinds: ['watch.*'] })
    await site.record('watch.available', { watch: 'w1' })
    await site.records(2_500)
    await site.record('watch.available', { watch: 'w1' })
    const behind = () => site.outgoing.status()[0]?.behind
    await until(() => behind() === 2)
    receiver = new Receiver()
    await receiver.listen(port)
    await until(() => behind() === 0)
    expect(receiver.taken).toHaveLength(2)
  })

  test('holds nobody up: records are made, others are sent to, and a stop does not wait for it', {
    tags: ['challenge'],
  }, async () => {
    receiver.plan = [answers.hang]
    const well = new Receiver()
    const other = await well.listen()
    onTestFinished(() => well.close())
    await site.webhook(port)
    await site.webhook(other, {}, 's2')
    await site.records(200)
    await until(() => well.taken.length === 201)
    expect(receiver.all).toHaveLength(1)
    const began = performance.now()
    await site.outgoing.stop(200)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('that says it is gone ends the subscription, by a record, and is asked nothing more', async () => {
    receiver.plan = [answers.well, answers.gone]
    await site.webhook(port)
    await site.records(3)
    await until(() => site.gone.length > 0)
    await until(() => site.memory.subscriptions.get('s1')?.ended !== undefined)
    await site.records(3)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(site.gone).toEqual(['s1'])
    expect(receiver.all).toHaveLength(2)
    expect(site.outgoing.status()).toEqual([])
  })
})

describe('a subscription that ends', () => {
  test('is sent the record of its end, whatever it asks for, and nothing after it', {
    tags: ['challenge', 'req/P11-300d-1'],
  }, async () => {
    await site.webhook(port, { kinds: ['watch.*'] })
    receiver.plan = [answers.broken, answers.well]
    await site.end()
    await site.record('watch.available')
    await until(() => receiver.taken.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(receiver.taken.map(({ type }) => type)).toEqual(['subscription.ended'])
    await site.restart('stop')
    await site.record('watch.available')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(receiver.taken).toHaveLength(1)
  })
})

describe('over a stop or a kill', () => {
  test('after a stop nothing comes twice', async () => {
    await site.webhook(port)
    const from = site.size - 1
    await site.records(30)
    await site.restart('stop')
    await site.records(30)
    await until(() => receiver.taken.length >= 61)
    expect(seqs()).toEqual(Array.from({ length: 61 }, (_, i) => from + i))
  })

  test('after kills something may come twice, under the same id, and nothing is left out', {
    tags: ['challenge', 'fault'],
  }, async () => {
    await site.webhook(port)
    const from = site.size - 1
    for (let i = 0; i < 5; i++) {
      await site.records(40)
      await until(() => receiver.taken.length >= 20 * (i + 1))
      await site.restart('kill')
    }
    await until(() => seqs().includes(site.size - 1))
    expect(isInOrder(seqs(), from, site.size)).toBe(true)
    const ids = new Map(receiver.taken.map(({ seq, headers }) => [seq, headers['webhook-id']]))
    for (const { seq, headers } of receiver.taken) expect(headers['webhook-id']).toBe(ids.get(seq))
    expect(new Set(ids.values()).size).toBe(ids.size)
  })
})

describe('the cursor in the database', { tags: ['challenge', 'fault'] }, () => {
  /** Ten records wait, and somebody has been at the cursor. */
  async function withForged(sql: string): Promise<number> {
    await site.webhook(port)
    const from = site.size - 1
    await until(() => receiver.taken.length === 1)
    await site.restart('stop', () => receiver.close())
    await site.records(10)
    await site.restart('stop', async () => {
      site.behind(sql)
      receiver = new Receiver()
      await receiver.listen(port)
    })
    return from
  }

  test.each([
    ['moved on, so that records would be passed over', 'UPDATE cursor SET next = next + 8'],
    ['beyond the trail', 'UPDATE cursor SET next = 1000000'],
    ['of no form', "UPDATE cursor SET next = -1, seal = x'00'"],
    ['with numbers that are none here', 'UPDATE cursor SET next = 9223372036854775807'],
    [
      'of another subscription, which is further',
      "UPDATE cursor SET delivered = '2026', subscription = 's1'",
    ],
  ])('%s: it is not believed, which is a record, and everything is sent again', async (_, sql) => {
    const from = await withForged(sql)
    await until(() => site.kinds().includes('subscription.mended'))
    const mended = site.kinds().indexOf('subscription.mended')
    await until(() => seqs().includes(mended))
    expect(seqs()).toEqual(Array.from({ length: mended - from + 1 }, (_, i) => from + i))
    expect(site.noted).toContain('cursor-disbelieved')
    // Said once.
    await site.restart('stop')
    expect(site.kinds().filter((kind) => kind === 'subscription.mended')).toHaveLength(1)
  })

  test('that is gone: everything is sent again from where the records say', async () => {
    const from = await withForged('DELETE FROM cursor')
    await until(() => seqs().length >= 11)
    expect(seqs()).toEqual(Array.from({ length: 11 }, (_, i) => from + i))
    expect(site.kinds()).not.toContain('subscription.mended')
  })

  test('that was put back from before has records sent twice, which is all it does', async () => {
    await site.webhook(port)
    const from = site.size - 1
    await until(() => site.cursor() !== undefined)
    const { next, delivered, seal } = site.cursor() as { next: number; delivered: string; seal: Uint8Array }
    await site.records(5)
    await until(() => receiver.taken.length === 6)
    const put = `UPDATE cursor SET next = ${next}, delivered = '${delivered}', seal = x'${Buffer.from(seal).toString('hex')}'`
    await site.restart('stop', () => site.behind(put))
    await until(() => receiver.taken.length === 11)
    expect(isInOrder(seqs(), from, site.size)).toBe(true)
    expect(site.kinds()).not.toContain('subscription.mended')
  })

  test('set back by a record: it is sent again from there, under the same ids, also after a kill', async () => {
    await site.records(5)
    await site.webhook(port)
    await site.records(5)
    await until(() => receiver.taken.length === 6)
    const ids = receiver.taken.map(({ headers }) => headers['webhook-id'])
    await site.replay(2)
    await until(() => seqs().filter((seq) => seq === site.size - 1).length === 1)
    expect(seqs().slice(6)).toEqual(Array.from({ length: site.size - 2 }, (_, i) => 2 + i))
    const again = receiver.taken.filter(({ seq }, i) => i >= 6 && seq >= 6 && seq <= 11)
    expect(again.map(({ headers }) => headers['webhook-id'])).toEqual(ids)
    await site.restart('kill')
    await site.record('file.created')
    await until(() => seqs().at(-1) === site.size - 1)
    expect(isInOrder(seqs().slice(6), 2, site.size)).toBe(true)
  })
})

describe('the secret on the disk', { tags: ['challenge', 'fault'] }, () => {
  test.each([
    ['another', '3'.repeat(64), 'another than the one of its record'],
    ['damaged', 'nonsense', 'secret'],
  ])(
    '%s: nothing is sent, and that is said; with the right one again all of it is',
    async (_, text, says) => {
      await site.webhook(port)
      await until(() => receiver.taken.length === 1)
      const file = join(site.base, 'keys', 'subscription.s1')
      await site.restart('stop', () => writeFileSync(file, `${text}\n`))
      await site.records(2)
      await until(() => (site.outgoing.status()[0]?.fault ?? null) !== null)
      expect(site.outgoing.status()[0]).toMatchObject({
        isOverdue: true,
        fault: { says: expect.stringContaining(says) },
      })
      expect(await site.outgoing.test({ id: 's1' } as never)).toMatchObject({ delivered: false })
      expect(receiver.all).toHaveLength(1)
      writeFileSync(file, `${'07'.repeat(32)}\n`)
      await until(() => receiver.taken.length === 3)
    },
  )
})

describe('a test', () => {
  test('is no record, and says what came of it; if it arrives, what waits is tried again', async () => {
    receiver.plan = [answers.broken]
    site.waitMilliseconds = 600_000
    await site.webhook(port)
    await until(() => (site.outgoing.status()[0]?.fault ?? null) !== null)
    const s1 = site.memory.subscriptions.get('s1')
    if (s1 === undefined) throw new Error('it is not there')
    expect(await site.outgoing.test(s1)).toEqual({ delivered: false, says: 'it answers with status 500' })
    receiver.plan = [answers.well]
    const { size } = site
    expect(await site.outgoing.test(s1)).toMatchObject({ delivered: true })
    expect(site.size).toBe(size)
    await until(() => receiver.taken.length === 2)
    expect(receiver.taken.map(({ type }) => type)).toEqual(['relay.test', 'subscription.added'])
    expect(receiver.taken[0]?.headers['webhook-id']).toMatch(/^test_/)
  })
})

test.each(['udp', 'tcp'] as const)(
  'alerts go to a collector by %s, and what is none does not',
  {
    tags: ['req/P11-300d-1'],
  },
  async (transport) => {
    const collector = new Collector(transport)
    const to = { syslog: { host: '127.0.0.1', port: await collector.listen(), transport } }
    onTestFinished(() => collector.close())
    await site.record('subscription.added', { subscription: 's1', what: 'alerts', to })
    site.outgoing.changed()
    await site.records(20)
    const seq = await site.record('watch.unavailable', { watch: 'w1\r\n<8>1' })
    await until(() => collector.messages.length === 2)
    const [added, away] = collector.messages.map(readSyslog)
    expect(added).toMatchObject({ kind: 'subscription.added', severity: 5 })
    expect(away).toMatchObject({ kind: 'watch.unavailable', severity: 3, host: 'ws-1' })
    expect(away?.data.get('seq')).toBe(String(seq))
    expect(away?.says).toContain('w1\\u000d\\u000a<8>1')
  },
)
