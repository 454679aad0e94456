import { setDefaultCACertificates } from 'node:tls'
import { alertOf } from '@compliance-relay/shared/relay'
import type { Body, TrailRecord } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { selfSigned } from './certificate.test-support.ts'
import type { RecordMessage } from './message.ts'
import { readSyslog } from './read-syslog.test-support.ts'
import { Collector } from './receiver.test-support.ts'
import { Syslog } from './syslog.ts'
import { SYSLOG_BYTES_MAX, syslogMessage } from './syslog-message.ts'

/** Prints its seed; `SEED=n` runs it again. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
process.stdout.write(`SEED=${seed} syslog\n`)

function messageOf(kind: string, body: Body, actor = 'jdoe', name = 'Jane Doe'): RecordMessage {
  const record: TrailRecord = {
    v: 1,
    trail: 'lab.example/t/ws-1/20260302-7f3a',
    seq: 7,
    time: '2026-03-02T08:00:00.000Z',
    kind,
    actor: { id: actor, name, via: 'session' },
    kid: '0'.repeat(16),
    prev: '0'.repeat(64),
    body,
  }
  return { record, recordText: JSON.stringify(record), leaf: 'ab'.repeat(32), alert: alertOf(record) }
}
const locked = messageOf('account.locked', { account: 'jdoe', failures: 10 })
const text = (message: RecordMessage, host = 'ws-1') =>
  Buffer.from(syslogMessage(message, host)).toString('utf8')
const never = new AbortController().signal

describe('a message of syslog', () => {
  test('says what and how grave it is, and where in the trail', { tags: ['req/P11-300d-1'] }, () => {
    const read = readSyslog(text(locked))
    expect(read).toMatchObject({
      facility: 13,
      severity: 3,
      time: '2026-03-02T08:00:00.000Z',
      host: 'ws-1',
      application: 'compliance-relay',
      kind: 'account.locked',
      says: 'the account jdoe is locked after 10 wrong passwords within a day',
    })
    expect(Object.fromEntries(read.data)).toEqual({
      trail: 'lab.example/t/ws-1/20260302-7f3a',
      seq: '7',
      kind: 'account.locked',
      leaf: 'ab'.repeat(32),
      actor: 'jdoe',
    })
  })

  test('is one message, and its values are what they were, whatever stands in a record', {
    tags: ['challenge', 'req/P11-300d-1'],
  }, () => {
    const nasty = fc.constantFrom(
      '\r\n<8>1 - - - - - - forged',
      '\n',
      '\r',
      '\u0000',
      '\u001b[2J\u001b[31m',
      ']',
      '"',
      '\\',
      '\\"]',
      '\ud800',
      '\udfff',
      '\u202e',
      '\u2028',
      '\u0085',
      '\ufeff',
      'é',
      '💡',
      ' ',
      '="',
    )
    const some = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 12 })
    const made = some.map((parts) => parts.join(''))
    const property = fc.property(made, made, made, made, (path, actor, name, host) => {
      for (const message of [
        messageOf('file.created', { path, project: name }, actor, name),
        messageOf('account.locked', { account: path, failures: 10 }, actor, name),
        messageOf('watch.unavailable', { watch: path }, actor),
      ]) {
        const bytes = syslogMessage(message, host)
        expect(bytes.length).toBeLessThanOrEqual(SYSLOG_BYTES_MAX)
        const read = readSyslog(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
        expect(read.data.get('seq')).toBe('7')
        const plain = /^[ -~]{0,120}$/
        if (plain.test(actor)) expect(read.data.get('actor')).toBe(actor)
        if (plain.test(path) && read.data.has('path')) expect(read.data.get('path')).toBe(path)
      }
    })
    fc.assert(property, { numRuns: 2_000, seed })
  })

  test('with values that are longer, as they are written, than a message may be, is one all the same', {
    tags: ['challenge'],
  }, () => {
    for (const one of ['\udfff', '"', '💡', 'x']) {
      const long = one.repeat(20_000)
      const bytes = syslogMessage(messageOf('file.created', { path: long, project: long }, long, long), long)
      const read = readSyslog(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
      expect(read.data.get('path')).toMatch(/…$/)
      expect(read.data.get('seq')).toBe('7')
    }
  })

  test('that would be too long is cut at its end, and no character in two', { tags: ['challenge'] }, () => {
    for (let more = 0; more < 8; more++) {
      const message = messageOf(
        'file.created',
        { path: 'x' },
        'jdoe',
        `${'x'.repeat(more)}${'é'.repeat(3_000)}`,
      )
      const bytes = syslogMessage(message, 'ws-1')
      expect(bytes.length).toBeGreaterThan(SYSLOG_BYTES_MAX - 4)
      expect(
        readSyslog(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)).says,
      ).toMatch(/é$/)
    }
  })
})

const certificate = selfSigned('localhost', [127, 0, 0, 1])
beforeAll(() => setDefaultCACertificates([certificate.cert]))

async function collecting(transport: 'udp' | 'tcp' | 'tls', own = certificate, port = 0) {
  const collector = new Collector(transport, own)
  const bound = await collector.listen(port)
  onTestFinished(() => collector.close())
  return { collector, to: { host: '127.0.0.1', port: bound, transport } as const }
}

describe('a collector', () => {
  test.each(['udp', 'tcp', 'tls'] as const)(
    'is brought messages by %s, each framed as its own',
    async (transport) => {
      const { collector, to } = await collecting(transport)
      const syslog = new Syslog({ to, host: 'ws-1' })
      for (let i = 0; i < 3; i++)
        expect(await syslog.send(locked, never)).toMatchObject({ state: 'delivered' })
      await syslog.send({ test: 'a-name', subscription: 's2', time: locked.record.time }, never)
      expect(collector.messages.map((one) => readSyslog(one).kind)).toEqual([
        ...Array.from({ length: 3 }, () => 'account.locked'),
        'relay.test',
      ])
      expect(collector.leftOver).toBe(0)
    },
  )

  test.each(['udp', 'tcp', 'tls'] as const)(
    'that is not there: by %s that is said',
    { tags: ['challenge'] },
    async (transport) => {
      const { collector, to } = await collecting('tcp')
      await collector.close()
      const outcome = await new Syslog({ to: { ...to, transport }, host: 'ws-1' }).send(locked, never)
      expect(outcome).toEqual({ state: 'failed', says: 'nobody answers at that port' })
    },
  )

  test('that cuts the connection has not taken the message, though it left', {
    tags: ['challenge'],
  }, async () => {
    const { collector, to } = await collecting('tcp')
    collector.cuts = 1
    const syslog = new Syslog({ to, host: 'ws-1' })
    expect(await syslog.send(locked, never)).toMatchObject({
      state: 'failed',
      says: 'the connection was cut',
    })
    expect(await syslog.send(locked, never)).toMatchObject({ state: 'delivered' })
    expect(collector.messages).toHaveLength(1)
  })

  test('that no authority vouches for is told nothing', { tags: ['challenge'] }, async () => {
    const { collector, to } = await collecting('tls', selfSigned('localhost', [127, 0, 0, 1]))
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    onTestFinished(() => void delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
    const outcome = await new Syslog({ to, host: 'ws-1' }).send(locked, never)
    expect(outcome).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('certificate is not trusted'),
    })
    expect(collector.messages).toEqual([])
  })

  test('whose certificate names somebody else is told nothing', { tags: ['challenge'] }, async () => {
    // Trusted, and of another address.
    const other = selfSigned('elsewhere.example')
    setDefaultCACertificates([certificate.cert, other.cert])
    const { collector, to } = await collecting('tls', other)
    const outcome = await new Syslog({ to, host: 'ws-1' }).send(locked, never)
    expect(outcome).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('certificate is not trusted'),
    })
    expect(collector.messages).toEqual([])
  })

  test.each(['tcp', 'tls'] as const)(
    'that says nothing by %s is not waited for for ever',
    { tags: ['challenge'] },
    async (transport) => {
      const { createServer } = await import('node:net')
      const sockets: { destroy(): void }[] = []
      const silent = createServer({ allowHalfOpen: true }, (socket) => {
        sockets.push(socket)
        socket.on('error', () => {})
      })
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy()
        silent.close()
      })
      const { port } = silent.address() as { port: number }
      const syslog = new Syslog({
        to: { host: '127.0.0.1', port, transport },
        host: 'ws-1',
        answerMilliseconds: 100,
      })
      expect(await syslog.send(locked, never)).toMatchObject({
        state: 'failed',
        says: expect.stringContaining('no answer'),
      })
      const stopping = new AbortController()
      const sending = new Syslog({ to: { host: '127.0.0.1', port, transport }, host: 'ws-1' }).send(
        locked,
        stopping.signal,
      )
      stopping.abort()
      expect(await sending).toMatchObject({ state: 'failed' })
    },
  )
})
