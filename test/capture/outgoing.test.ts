import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Client } from '@compliance-relay/shared/api'
import { Webhook as Standard } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { selfSigned } from '../../agent/src/outgoing/certificate.test-support.ts'
import { readSyslog } from '../../agent/src/outgoing/read-syslog.test-support.ts'
import { answers, Collector, Receiver } from '../../agent/src/outgoing/receiver.test-support.ts'
import { problemOf as refusalOf } from '../../shared/src/relay/problem-of.test-support.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* What leaves a real relay by itself, to real receivers, over kills, stops and new trails. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'as agreed with the head of the laboratory']
const relayScript = join(import.meta.dirname, '../../agent/bin/relay.mjs')

let station: Workstation
let port: string
let receiver: Receiver
let hook: number
let certificate: ReturnType<typeof selfSigned>
let base: string

beforeEach(async () => {
  port = String(await freePort())
  certificate = selfSigned('localhost', [127, 0, 0, 1])
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  base = mkdtempSync(join(tmpdir(), 'relay-authority-'))
  const extra = join(base, 'authority.pem')
  writeFileSync(extra, certificate.cert)
  station = new Workstation({ usualPort: true, init, env: { NODE_EXTRA_CA_CERTS: extra } })
  receiver = new Receiver()
  hook = await receiver.listen()
})
afterEach(async () => {
  await receiver.close()
  await station.remove()
  rmSync(base, { recursive: true, force: true })
})

async function begin(): Promise<void> {
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  expect(await relay([code, good], 'account', 'password', 'asmith', '--code')).toMatchObject({ code: 0 })
}

/** A command of somebody at the terminal. Not waited for as a whole: receivers in this process have to answer meanwhile. */
function relay(
  typed: readonly string[],
  ...args: string[]
): Promise<{ code: number | null; out: string; error: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [relayScript, ...args, '--port', port])
    let out = ''
    let error = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      error += text
    })
    child.on('close', (code) => resolve({ code, out, error }))
    child.stdin.end(`${typed.join('\n')}\n`)
  })
}

/** Gives the secret. */
async function subscribe(...args: string[]): Promise<string> {
  const made = await relay([good], 'subscription', 'add', ...args, '--as', 'asmith', ...why, '--json')
  expect(made).toMatchObject({ code: 0, error: '' })
  return JSON.parse(made.out).secret
}

function client(token?: string): Client {
  return clientAt(port, () => token)
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 120_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within two minutes: ${what}\n${station.log}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const address = () => `http://127.0.0.1:${hook}/hook`
const seqs = () => receiver.taken.map(({ seq }) => seq)

/** Each at least once and none before the one before it; `all` is what has to be there. */
function expectInOrder(found: readonly number[], all: readonly number[]): void {
  let next = 0
  for (const seq of found) {
    expect(all.indexOf(seq)).toBeLessThanOrEqual(next)
    if (seq === all[next]) next++
  }
  expect(next).toBe(all.length)
}

describe('five wrong passwords', { tags: ['req/P11-300d-1', 'challenge'] }, () => {
  test('have the sixth try refused, though it is right; the sinks know within a minute, and so does the trail', async () => {
    await begin()
    const collector = new Collector('udp')
    const syslog = await collector.listen()
    const secret = await subscribe('--alerts', '--webhook', address())
    await subscribe('--alerts', '--syslog', `udp://127.0.0.1:${syslog}`)
    const tryIt = (password: string) =>
      refusalOf(client().call('signIn', { body: { user: 'asmith', password } }))
    for (let i = 0; i < 5; i++) expect(await tryIt(`nickel otter canvas ${i}`)).toBe('sign-in-refused')
    const fifth = Date.now()
    expect(await tryIt(good)).toBe('throttled')
    const isTold = (kind: string) => receiver.taken.some(({ type }) => type === kind)
    await until('the webhook is told', () => isTold('session.refused'))
    await until('the collector is told', () =>
      collector.messages.some((one) => readSyslog(one).kind === 'session.refused'),
    )
    const tookSeconds = (Date.now() - fifth) / 1_000
    expect(tookSeconds).toBeLessThan(60)
    process.stdout.write(`told within ${tookSeconds} s of the fifth\n`)
    const told = receiver.taken.filter(({ type }) => type === 'session.refused')
    expect(told).toHaveLength(1)
    const verified = new Standard(secret).verify(told[0]?.body ?? '', { ...told[0]?.headers }) as {
      data: { seq: number; alert: unknown; record: unknown }
    }
    expect(verified.data.alert).toEqual({
      severity: 'warning',
      says: '5 wrong passwords one after the other for asmith on workstation',
    })
    const records = station.records()
    expect(records[verified.data.seq]).toEqual(verified.data.record)
    expect(
      records.filter(({ kind }) => kind === 'session.refused').map(({ body }) => body['failures']),
    ).toEqual([1, 2, 3, 4, 5])
    // The sixth, too: it is summed up, and told.
    await until('the sixth is told', () => isTold('session.throttled'))
    const { severity, data, says } = readSyslog(
      collector.messages.find((one) => one.includes('session.refused')) ?? '',
    )
    expect({ severity, seq: Number(data.get('seq')), says }).toEqual({
      severity: 4,
      seq: verified.data.seq,
      says: '5 wrong passwords one after the other for asmith on workstation',
    })
    await collector.close()
    expect(station.verify().code).toBe(0)
  })
})

describe('records', { tags: ['challenge', 'fault'] }, () => {
  test('arrive each at least once and in order, over kills in the middle and a receiver that fails', async () => {
    await begin()
    await subscribe('--records', '--kind', 'file.*', '--webhook', address())
    const slow = (response: Parameters<typeof answers.well>[0]) =>
      setTimeout(() => response.writeHead(204).end(), 15)
    for (let round = 0; round < 4; round++) {
      const before = receiver.all.length
      receiver.plan = [
        answers.well,
        answers.well,
        answers.cutBefore,
        answers.well,
        slow,
        answers.broken,
        answers.well,
      ]
      for (let i = 0; i < 60; i++) station.write(`round${round}/run${i}.dat`, `${round} ${i}`)
      await until('some of it has arrived', () => receiver.all.length >= before + 5)
      await station.stop('SIGKILL')
      await station.start('--port', port)
    }
    await station.settled()
    const all = station.records().filter(({ kind }) => kind.startsWith('file.'))
    expect(all.length).toBeGreaterThanOrEqual(240)
    await until('the last one has arrived', () => seqs().includes(all.at(-1)?.seq ?? -1))
    expectInOrder(
      seqs(),
      all.map(({ seq }) => seq),
    )
    expectInOrder(
      receiver.all.map(({ seq }) => seq),
      all.map(({ seq }) => seq),
    )
    expect(receiver.atMost).toBe(1)
    process.stdout.write(`${all.length} records, ${receiver.all.length} requests\n`)
    expect(station.verify().code).toBe(0)
    expect((await station.status()).capture.pending).toBe(0)
  })

  test('of a cursor that somebody moved on in the database arrive all the same, and that is told', async () => {
    await begin()
    // Every kind there will be, so that no seq may be missing.
    const kinds = ['file.*', 'relay.*', 'session.*', 'account.*', 'subscription.*']
    await subscribe('--records', ...kinds.flatMap((kind) => ['--kind', kind]), '--webhook', address())
    await until('it has begun', () => receiver.taken.length > 0)
    const from = receiver.taken[0]?.seq ?? 0
    await receiver.close()
    for (let i = 0; i < 5; i++) station.write(`run${i}.dat`, String(i))
    await station.settled()
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    database.exec('UPDATE cursor SET next = (SELECT MAX(seq) + 1 FROM entry)')
    database.close()
    receiver = new Receiver()
    await receiver.listen(hook)
    await station.start('--port', port)
    await until('that is told', () => receiver.taken.some(({ type }) => type === 'subscription.mended'))
    const { length } = station.records()
    await until('all of it arrives', () => seqs().includes(length - 1))
    expectInOrder(
      seqs(),
      Array.from({ length: length - from }, (_, i) => from + i),
    )
    expect(station.verify().code).toBe(0)
  })

  test('go on from a new trail, which its first record says', async () => {
    await begin()
    await subscribe('--alerts', '--webhook', address())
    const { trail } = await station.status()
    await station.stop()
    await until('the stop is told', () => receiver.taken.some(({ type }) => type === 'relay.stopped'))
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    database.exec('DROP TRIGGER entry_stays')
    const last = database.prepare('SELECT MAX(seq) AS seq FROM entry').get() as { seq: number }
    const { line } = database.prepare('SELECT line FROM entry WHERE seq = ?').get(last.seq) as {
      line: Uint8Array
    }
    const forged = Buffer.from(line).toString().replace('SIGTERM', 'SIGKILL')
    database.prepare('UPDATE entry SET line = ? WHERE seq = ?').run(Buffer.from(forged), last.seq)
    database.close()
    await station.start('--port', port)
    const status = await station.status()
    expect(status.left).toBe(trail)
    await until('it is told', () => receiver.taken.some(({ type }) => type === 'trail.opened'))
    const opened = JSON.parse(receiver.taken.find(({ type }) => type === 'trail.opened')?.body ?? '')
    expect(opened.data).toMatchObject({ trail: status.trail, seq: 0, alert: { severity: 'alert' } })
    expect(opened.data.record.body.previous.trail).toBe(trail)
  })
})

describe('a subscription', { tags: ['challenge'] }, () => {
  test('has no secret in the trail, the log, the list or the database', async () => {
    await begin()
    const secret = (await subscribe('--records', '--webhook', address())).slice('whsec_'.length)
    const list = await relay([good], 'subscription', 'list', '--as', 'asmith', '--json')
    await station.stop()
    const bytes = Buffer.from(secret, 'base64')
    const places = [
      JSON.stringify(station.records()),
      station.log,
      list.out,
      readFileSync(join(station.data, 'relay.db')).toString('latin1'),
    ]
    expect(places[0]).toContain('subscription.added')
    for (const place of places)
      for (const form of [secret, bytes.toString('hex'), bytes.toString('latin1')])
        expect(place).not.toContain(form)
  })

  test('is made, listed, tried, set back and ended by the command line, by an administrator only', async () => {
    await begin()
    const collector = new Collector('tls', certificate)
    const tls = await collector.listen()
    await subscribe('--records', '--kind', 'subscription.*', '--webhook', address())
    await subscribe('--alerts', '--syslog', `tls://127.0.0.1:${tls}`)
    const sub = (...args: string[]) => relay([good], 'subscription', ...args, '--as', 'asmith')
    expect(await sub('test', 's1')).toMatchObject({ code: 0, out: expect.stringContaining('It arrived') })
    expect(await sub('test', 's2')).toMatchObject({ code: 0, out: expect.stringContaining('It arrived') })
    expect(collector.messages.map((one) => readSyslog(one).kind)).toContain('relay.test')
    receiver.plan = [answers.broken]
    expect(await sub('test', 's1')).toMatchObject({ code: 1, out: expect.stringContaining('status 500') })
    receiver.plan = [answers.well]
    const before = receiver.taken.length
    expect(await sub('replay', 's1', '--from', '0', ...why)).toMatchObject({ code: 0 })
    await until('it comes again', () => receiver.taken.length >= before + 3)
    expect((await sub('list')).out).toMatch(
      /^s1 +records to http:.*\n +only subscription\.\*\n(?: +.*\n)+s2 +alerts to tls:/,
    )
    expect(await sub('end', 's1', ...why)).toMatchObject({ code: 0 })
    await until('its end is told', () => receiver.taken.at(-1)?.type === 'subscription.ended')
    expect(await sub('end', 's1', ...why)).toMatchObject({
      code: 2,
      error: expect.stringContaining('has ended'),
    })
    expect(await sub('add', '--records', '--webhook', 'http://lims.lab.example/', ...why)).toMatchObject({
      code: 2,
      error: expect.stringContaining('https addresses'),
    })
    expect(await sub('add', '--records', '--alerts', '--webhook', address(), ...why)).toMatchObject({
      code: 2,
    })
    expect((await sub('list')).out).toContain('ENDED')
    await collector.close()
  })
})
