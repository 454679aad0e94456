import { setDefaultCACertificates } from 'node:tls'
import { alertOf } from '@compliance-relay/shared/relay'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { Webhook as Standard } from 'standardwebhooks'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { selfSigned } from './certificate.test-support.ts'
import type { RecordMessage } from './message.ts'
import { answers, busy, Receiver } from './receiver.test-support.ts'
import { retryAfterSeconds, retryMilliseconds } from './retry.ts'
import { Webhook } from './webhook.ts'

const secret = new Uint8Array(32).map((_, i) => i * 7)
const given = `whsec_${Buffer.from(secret).toString('base64')}`
const never = new AbortController().signal
const certificate = selfSigned('localhost', [127, 0, 0, 1])
beforeAll(() => setDefaultCACertificates([certificate.cert]))

const messageAt = (seq: number): RecordMessage => {
  const record: TrailRecord = {
    v: 1,
    trail: 'lab.example/t/ws-1/20260302-7f3a',
    seq,
    time: '2026-03-02T08:00:00.000Z',
    kind: 'account.locked',
    actor: { id: 'ws-1', name: 'relay ws-1', via: 'relay' },
    kid: '0'.repeat(16),
    prev: '0'.repeat(64),
    body: { account: 'jdoe', failures: 10, note: 'é 💡 "\\' },
  }
  return { record, recordText: JSON.stringify(record), leaf: 'ab'.repeat(32), alert: alertOf(record) }
}

let receiver: Receiver
let webhook: Webhook
beforeEach(async () => {
  receiver = new Receiver()
  webhook = await to(receiver)
})

async function to(receiver: Receiver, scheme = 'http', own = secret): Promise<Webhook> {
  const port = await receiver.listen()
  const made = new Webhook({
    url: `${scheme}://127.0.0.1:${port}/hook`,
    subscription: 's1',
    secret: own,
    version: '0.1.0',
    wall: Date.now,
    answerMilliseconds: 300,
  })
  onTestFinished(async () => {
    made.close()
    await receiver.close()
  })
  return made
}

describe('a delivery', () => {
  test('is what Standard Webhooks verifies, by its own library', { tags: ['req/P11-300d-1'] }, async () => {
    expect(await webhook.send(messageAt(7), never)).toMatchObject({ state: 'delivered' })
    const [got] = receiver.taken
    if (got === undefined) throw new Error('nothing arrived')
    const payload = new Standard(given).verify(got.body, { ...got.headers })
    expect(payload).toEqual({
      type: 'account.locked',
      timestamp: '2026-03-02T08:00:00.000Z',
      data: {
        trail: 'lab.example/t/ws-1/20260302-7f3a',
        seq: 7,
        leaf: 'ab'.repeat(32),
        alert: {
          severity: 'error',
          says: 'the account jdoe is locked after 10 wrong passwords within a day',
        },
        record: messageAt(7).record,
      },
    })
    expect(got.body).toContain(messageAt(7).recordText)
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'compliance-relay/0.1.0',
    })
  })

  test('that was changed on its way, or signed by another secret, is none', {
    tags: ['challenge'],
  }, async () => {
    await webhook.send(messageAt(7), never)
    const [got] = receiver.taken
    if (got === undefined) throw new Error('nothing arrived')
    const verify =
      (body: string, headers: Record<string, string>, by = given) =>
      () =>
        new Standard(by).verify(body, headers)
    expect(verify(got.body.replace('jdoe', 'eve'), { ...got.headers })).toThrow()
    expect(verify(got.body, { ...got.headers, 'webhook-id': 'rec_0' })).toThrow()
    expect(
      verify(got.body, { ...got.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1e3) + 1) }),
    ).toThrow()
    expect(verify(got.body, { ...got.headers }, `whsec_${Buffer.alloc(32).toString('base64')}`)).toThrow()
  })

  test('of one record has one id, and of another record, trail or subscription another', async () => {
    await webhook.send(messageAt(7), never)
    await webhook.send(messageAt(7), never)
    await webhook.send(messageAt(8), never)
    const ids = receiver.taken.map(({ headers }) => headers['webhook-id'])
    expect(ids[0]).toMatch(/^rec_[0-9a-f]{32}$/)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  test('goes over one connection, which may be closed between two', async () => {
    receiver.plan = [(response) => response.writeHead(200, { connection: 'keep-alive' }).end('ok')]
    for (let i = 0; i < 3; i++) {
      expect(await webhook.send(messageAt(i), never)).toMatchObject({ state: 'delivered' })
      // The other side closes what is kept open: the next is sent all the same.
      if (i === 1) receiver.closeKept()
    }
    expect(receiver.all.map(({ seq }) => seq)).toEqual([0, 1, 2])
  })
})

describe('an answer', () => {
  test.each([
    ['broken', answers.broken, 'it answers with status 500'],
    ['cut before', answers.cutBefore, 'the connection was cut'],
    ['cut in its body', answers.cutBody, 'it answers with status 500'],
    ['of another protocol', answers.noise, 'the connection failed'],
    ['without an end', answers.endless, 'it answers with status 500'],
    ['that does not come', answers.hang, 'there was no answer within'],
    ['that leads elsewhere', answers.redirect, 'nothing is sent on to another address'],
  ])('%s is no delivery', { tags: ['challenge'] }, async (_, answer, says) => {
    receiver.plan = [answer, answers.well]
    expect(await webhook.send(messageAt(7), never)).toEqual({
      state: 'failed',
      says: expect.stringContaining(says),
    })
    expect(receiver.urls).toEqual(['/hook'])
    expect(await webhook.send(messageAt(7), never)).toMatchObject({ state: 'delivered' })
    expect(receiver.urls).toEqual(['/hook', '/hook'])
  })

  test('410 says that it is gone', async () => {
    receiver.plan = [answers.gone]
    expect(await webhook.send(messageAt(7), never)).toMatchObject({ state: 'gone' })
  })

  test.each([
    [busy(429, '7'), 7],
    [busy(503, '120'), 120],
    [busy(429), undefined],
    [busy(429, 'soon'), undefined],
    [busy(429, '-5'), undefined],
    [busy(429, '1e9'), undefined],
  ])(
    'busy: it says how long to wait, or it does not (%#)',
    { tags: ['challenge'] },
    async (answer, seconds) => {
      receiver.plan = [answer]
      const outcome = await webhook.send(messageAt(7), never)
      expect(outcome.state).toBe('failed')
      expect(outcome).toHaveProperty('says')
      expect('retryAfterSeconds' in outcome ? outcome.retryAfterSeconds : undefined).toBe(seconds)
    },
  )

  test('a well one of any size is a delivery, and no more of it is read', {
    tags: ['challenge'],
  }, async () => {
    receiver.plan = [
      (response) => {
        response.writeHead(200)
        const more = () => response.write('x'.repeat(10_000)) && !response.destroyed && setImmediate(more)
        more()
      },
    ]
    expect(await webhook.send(messageAt(7), never)).toMatchObject({ state: 'delivered' })
  })

  test('nobody who answers: that is said in words', async () => {
    await receiver.close()
    expect(await webhook.send(messageAt(7), never)).toEqual({
      state: 'failed',
      says: 'nobody answers at that port',
    })
  })

  test('is not waited for when the relay stops', async () => {
    receiver.plan = [answers.hang]
    const stopping = new AbortController()
    const sending = webhook.send(messageAt(7), stopping.signal)
    setTimeout(() => stopping.abort(), 20)
    expect(await sending).toEqual({ state: 'failed', says: 'it was not waited for' })
  })
})

describe('over TLS', () => {
  test('whoever an authority of the machine vouches for is told', async () => {
    const safe = new Receiver(certificate)
    expect(await (await to(safe, 'https')).send(messageAt(7), never)).toMatchObject({ state: 'delivered' })
    expect(safe.taken).toHaveLength(1)
  })

  test('nobody else is, whatever the environment says', { tags: ['challenge'] }, async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    onTestFinished(() => void delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
    const other = new Receiver(selfSigned('localhost', [127, 0, 0, 1]))
    expect(await (await to(other, 'https')).send(messageAt(7), never)).toEqual({
      state: 'failed',
      says: expect.stringContaining('certificate is not trusted'),
    })
    expect(other.all).toEqual([])
  })
})

describe('how long is waited', () => {
  test('five seconds, doubled each time, to a quarter of an hour, half of it by chance', () => {
    expect([1, 2, 3, 8, 9, 1_000].map((tries) => retryMilliseconds(tries, undefined, 1) / 1_000)).toEqual([
      5, 10, 20, 640, 900, 900,
    ])
    expect(retryMilliseconds(1, undefined, 0)).toBe(2_500)
  })

  test('as long as is asked for, a second at least and an hour at most', { tags: ['challenge'] }, () => {
    expect([0, 7, 1e9].map((asked) => retryMilliseconds(1, asked, 1) / 1_000)).toEqual([1, 7, 3_600])
  })

  test('a date is read as well, and nothing else', () => {
    const wall = Date.parse('2026-03-02T08:00:00.000Z')
    expect(retryAfterSeconds('Mon, 02 Mar 2026 08:00:30 GMT', wall)).toBe(30)
    expect(retryAfterSeconds('Mon, 02 Mar 2026 07:00:00 GMT', wall)).toBe(0)
    for (const odd of [undefined, '', 'x', '1.5', '2026-03-02', 'Xyz, nonsense'])
      expect(retryAfterSeconds(odd, wall)).toBeUndefined()
  })
})
