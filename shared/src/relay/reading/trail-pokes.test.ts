import { beforeEach, expect, test } from 'vitest'
import type { Caller } from '../people.ts'
import { good, reason, Site } from '../people-site.test-support.ts'
import { IDLE_MILLISECONDS } from '../sessions/sessions.ts'
import { STREAMS_MAX, STREAMS_PER_SESSION_MAX, TrailPokes } from './trail-pokes.ts'
import { Ticking } from './trails.test-support.ts'

const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
let site: Site
let time: Ticking
let pokes: TrailPokes
let first: Caller

beforeEach(async () => {
  site = new Site()
  first = await site.first()
  time = new Ticking()
  pokes = new TrailPokes({ people: site.people, every: time.every })
})

/** What was said until now, and whether that was all. */
class Heard {
  text = ''
  isOver = false
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
    void this.#listen()
  }

  async #listen(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) break
      this.text += Buffer.from(value)
    }
    this.isOver = true
  }

  stop(): Promise<void> {
    return this.#reader.cancel()
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('a stream says the size of now, then each new one, of its own trail only', async () => {
  const heard = new Heard(pokes.open(first, { origin, size: 5 }))
  pokes.grown(origin, 6)
  pokes.grown('lab.example/t/other', 99)
  await settle()
  pokes.grown(origin, 7)
  await settle()
  expect(heard.text).toBe('id: 5\ndata: 5\n\nid: 6\ndata: 6\n\nid: 7\ndata: 7\n\n')
})

test('whoever does not read is told the newest size, once they read', async () => {
  const stream = pokes.open(first, { origin, size: 5 })
  for (let size = 6; size < 1_000; size++) pokes.grown(origin, size)
  const heard = new Heard(stream)
  await settle()
  expect(heard.text).toBe('id: 5\ndata: 5\n\nid: 999\ndata: 999\n\n')
})

test('a comment comes every fifteen seconds, and nothing runs while nobody listens', async () => {
  expect(time.running).toBe(0)
  const heard = new Heard(pokes.open(first, { origin, size: 5 }))
  await settle()
  time.tick(14)
  await settle()
  expect(heard.text).toBe('id: 5\ndata: 5\n\n')
  time.tick()
  await settle()
  expect(heard.text).toBe('id: 5\ndata: 5\n\n:\n\n')
  expect(time.running).toBe(1)
  await heard.stop()
  expect(time.running).toBe(0)
})

const endings: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['signing out', () => site.people.signOut(first)],
  ['being idle for too long', async () => void site.disk.pass(IDLE_MILLISECONDS)],
  ['being disabled', async () => void (await site.people.disable(await other(), 'first', reason))],
  ['another password', () => site.people.changePassword(first, good, 'nickel otter canvas 17')],
]
test.each(endings)('a stream ends with its session: %s', { tags: ['challenge'] }, async (_, end) => {
  await site.person(first, 'second', ['administrator'])
  const heard = new Heard(pokes.open(first, { origin, size: 5 }))
  time.tick()
  await settle()
  expect(heard.isOver).toBe(false)
  await end()
  time.tick()
  await settle()
  expect(heard.isOver).toBe(true)
  expect(time.running).toBe(0)
})

async function other(): Promise<Caller> {
  return site.caller('second')
}

test('that a stream is open keeps no session alive', { tags: ['challenge'] }, async () => {
  const heard = new Heard(pokes.open(first, { origin, size: 5 }))
  for (let passed = 0; passed <= IDLE_MILLISECONDS; passed += 60_000) {
    site.disk.pass(60_000)
    pokes.grown(origin, 6 + passed)
    time.tick()
  }
  await settle()
  expect(heard.isOver).toBe(true)
})

test('streams are bounded, by session and in all, and one that is closed makes room', async () => {
  const open = (caller: Caller) => new Heard(pokes.open(caller, { origin, size: 5 }))
  const own = Array.from({ length: STREAMS_PER_SESSION_MAX }, () => open(first))
  expect(() => open(first)).toThrow('Too many streams')
  await own[0]?.stop()
  open(first)
  const callers: Caller[] = []
  for (const id of ['second', 'third']) {
    await site.person(first, id, ['auditor'])
    for (let i = 0; i < 8; i++) callers.push(await site.caller(id))
  }
  for (const caller of callers.slice(0, (STREAMS_MAX - STREAMS_PER_SESSION_MAX) / 2))
    for (let i = 0; i < 2; i++) open(caller)
  expect(() => open(callers.at(-1) as Caller)).toThrow('Too many streams')
})

test('a relay that stops ends all streams', async () => {
  const heard = [0, 1].map((size) => new Heard(pokes.open(first, { origin, size })))
  pokes.close()
  await settle()
  expect(heard.map(({ isOver }) => isOver)).toEqual([true, true])
  expect(time.running).toBe(0)
})
