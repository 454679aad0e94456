import { beforeEach, describe, expect, test } from 'vitest'
import { hex, leafHash, readEntry } from '../../trail/index.ts'
import { problemOf } from '../people-site.test-support.ts'
import { TrailReader, trailId } from '../reading/trail-reader.ts'
import { GrowingTrail, MemoryTrails, Ticking } from '../reading/trails.test-support.ts'
import { Feed, type FeedHolder, WAITING_PER_HOLDER_MAX } from './feed.ts'
import { givenOf, usualKinds } from './feed-scope.ts'

const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const id = trailId(origin)
const usual = { kinds: usualKinds, projects: undefined }
let trail: GrowingTrail
let trails: MemoryTrails
let time: Ticking
let now: number
let feed: Feed

beforeEach(() => {
  trail = new GrowingTrail(origin)
  trails = new MemoryTrails(trail)
  time = new Ticking()
  now = 0
  feed = new Feed({ trails: new TrailReader(trails), now: () => now, later: time.later })
})

function passTime(milliseconds: number): void {
  now += milliseconds
  time.pass()
}

interface Line {
  readonly cursor: string
  readonly trail?: string
  readonly seq?: number
  readonly leaf?: string
  readonly record?: { readonly body: { readonly n: number } }
  readonly before?: unknown
  readonly damaged?: unknown
}

const holder = (scope = usual as FeedHolder['scope'], stillMay = () => true): FeedHolder => ({
  id: 'lims',
  scope,
  stillMay,
})

async function read(
  after?: string,
  more: { limit?: number; wait?: number; by?: FeedHolder; signal?: AbortSignal } = {},
): Promise<Line[]> {
  const { limit = 200, wait = 0, by = holder(), signal = new AbortController().signal } = more
  const bytes = await feed.read({ after, limit, waitSeconds: wait }, by, signal)
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** All there is, a page after the other. */
async function readAll(limit: number, by = holder()): Promise<Line[]> {
  const all: Line[] = []
  for (let after: string | undefined; ; after = all.at(-1)?.cursor) {
    const page = await read(after, { limit, by })
    if (page.length === 0) return all
    expect(page.length).toBeLessThanOrEqual(limit + 1)
    all.push(...page)
  }
}

describe('the feed', () => {
  test.each([1, 7, 1_000])(
    'gives every record once and in order, %d at a time, and no further than what is signed',
    async (limit) => {
      trail.grow(1_200).sign().grow(5)
      const lines = await readAll(limit)
      expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_200 }, (_, i) => i))
      for (const { seq = 0, leaf, record, trail: named } of lines) {
        expect(leaf).toBe(hex(leafHash(trail.lines[seq]?.line as Uint8Array)))
        expect([named, record?.body.n]).toEqual([origin, seq])
      }
      expect(await read(lines.at(-1)?.cursor)).toEqual([])
      trail.sign()
      expect((await read(lines.at(-1)?.cursor)).map(({ seq }) => seq)).toEqual([
        1_200, 1_201, 1_202, 1_203, 1_204,
      ])
    },
  )

  test('gives no more than a mebibyte at once', { tags: ['challenge'] }, async () => {
    trail.grow(100, (n) => ({ n, text: 'x'.repeat(50_000) })).sign()
    const page = await read(undefined, { limit: 1_000 })
    expect(page.length).toBeGreaterThan(15)
    expect(JSON.stringify(page).length).toBeLessThan(1_100_000)
    expect((await readAll(1_000)).map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('goes over to the trail that was begun anew, and says so', async () => {
    trail.grow(3).sign()
    const cursor = (await readAll(10)).at(-1)?.cursor
    const next = new GrowingTrail('lab.example/t/ws-nmr-01/20260401-0001', origin).grow(2).sign()
    trails.trails.push(next)
    expect(await read(cursor)).toMatchObject([
      { trail: next.origin, before: { trail: origin, size: 3 }, cursor: `${trailId(next.origin)}.0` },
      { trail: next.origin, seq: 0 },
      { trail: next.origin, seq: 1 },
    ])
    expect((await readAll(2)).map(({ seq }) => seq)).toEqual([0, 1, 2, undefined, 0, 1])
  })

  test('says what of a trail that was left is missing or no record, and goes on', {
    tags: ['challenge'],
  }, async () => {
    trail.grow(1_100).sign()
    trail.lines.splice(600, 100)
    Object.assign(trail.lines[3] ?? {}, { line: Uint8Array.of(123) })
    const lines = await readAll(1_000)
    expect(lines.filter(({ damaged }) => damaged !== undefined)).toMatchObject([
      { damaged: { from: 3, count: 1 }, cursor: `${id}.4` },
      { damaged: { from: 600, count: 100 }, cursor: `${id}.700` },
    ])
    expect(lines.filter(({ seq }) => seq !== undefined)).toHaveLength(999)
    trail.lines.splice(999)
    expect((await readAll(1_000)).at(-1)).toMatchObject({ damaged: { count: 1 }, cursor: `${id}.1100` })
  })

  test('takes no cursor that it did not give', { tags: ['challenge'] }, async () => {
    trail.grow(3).sign()
    for (const cursor of [
      '',
      'x',
      '0',
      `${id}.-1`,
      `${id}.01`,
      `${id}.1e3`,
      `${'0'.repeat(16)}.0`,
      `${id}.${'9'.repeat(20)}`,
    ])
      expect(await problemOf(read(cursor)), cursor).toBe('cursor-unknown')
    // One beyond the end would wait where records are still to come, and pass them over.
    expect(await problemOf(read(`${id}.4`))).toBe('cursor-unknown')
    expect(await read(`${id}.3`)).toEqual([])
  })
})

describe('a scope', () => {
  test('is held against each record, and what is left out moves the cursor', {
    tags: ['challenge'],
  }, async () => {
    trail.grow(500, (n) => ({ n, project: n % 100 === 0 ? 'P-17' : 'P-18' })).sign()
    const by = holder({ kinds: ['file.*'], projects: ['P-17'] })
    const lines = await read(undefined, { by })
    expect(lines.map(({ seq, cursor }) => [seq, cursor])).toEqual([
      ...[0, 100, 200, 300, 400].map((seq) => [seq, `${id}.${seq + 1}`]),
      [undefined, `${id}.500`],
    ])
    expect(await read(`${id}.500`, { by })).toEqual([])
    expect(await read(undefined, { by: holder({ kinds: ['signature.*'], projects: undefined }) })).toEqual([
      { cursor: `${id}.500` },
    ])
  })

  test.each([
    ['file.created', true],
    ['dataset.changed', true],
    ['capture.claimed', true],
    ['signature.applied', true],
    ['account.added', false],
    ['account.password-set', false],
    ['session.started', false],
    ['feed.token-issued', false],
    ['files.created', false],
    ['file', false],
  ])('that names no kinds has %s: %s', { tags: ['challenge'] }, (kind, has) => {
    const record = { ...readEntry(trail.grow(1).lines[0]?.line as Uint8Array).record, kind }
    expect(givenOf(usual, record, () => undefined).record !== undefined).toBe(has)
  })
})

describe('whoever waits', () => {
  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  test('is answered once something in their scope is signed', async () => {
    trail.grow(3).sign()
    const by = holder({ kinds: ['file.*'], projects: ['P-17'] })
    let lines: Line[] | undefined
    const reading = read(`${id}.3`, { wait: 30, by }).then((read) => {
      lines = read
    })
    await settle()
    trail.grow(1).sign()
    feed.grown()
    await settle()
    expect(lines).toBeUndefined()
    trail.grow(1, (n) => ({ n, project: 'P-17' })).sign()
    feed.grown()
    await reading
    expect(lines).toMatchObject([{ seq: 4 }])
    expect(time.pending.size).toBe(0)
  })

  test.each([
    ['the time is over', () => passTime(30_000)],
    ['they are gone', () => gone.abort()],
    ['the relay stops', () => feed.close()],
  ] as const)('waits no longer when %s', async (_, end) => {
    gone = new AbortController()
    trail.grow(3).sign()
    const reading = read(`${id}.3`, { wait: 30, signal: gone.signal })
    await settle()
    end()
    expect(await reading).toEqual([])
    expect(time.pending.size).toBe(0)
  })
  let gone: AbortController

  test('is refused once their token or session is none any more', { tags: ['challenge'] }, async () => {
    trail.grow(3).sign()
    let may = true
    const reading = problemOf(read(`${id}.3`, { wait: 30, by: holder(usual, () => may) }))
    await settle()
    may = false
    trail.grow(1).sign()
    feed.grown()
    expect(await reading).toBe('unauthenticated')
  })

  test('is one of few', { tags: ['challenge'] }, async () => {
    trail.grow(3).sign()
    const waiting = Array.from({ length: WAITING_PER_HOLDER_MAX }, () => read(`${id}.3`, { wait: 30 }))
    await settle()
    expect(await problemOf(read(`${id}.3`, { wait: 30 }))).toBe('streams-full')
    expect(await read(`${id}.3`)).toEqual([])
    feed.close()
    await Promise.all(waiting)
  })
})
