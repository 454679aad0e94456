import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { mayDo, problemsOf, type RouteName, routeNames, routeOf } from '../../api/index.ts'
import { seedOf } from '../../seed.test-support.ts'
import { good, reason } from '../people-site.test-support.ts'
import { ApiSite, codeOf, pathFor, requestOf } from './api-site.test-support.ts'

/** `BODIES=100000` for the long run. Prints its seed; `SEED=n` runs it again. */
const bodies = Number(process.env['BODIES'] ?? 3_000)

const api = new ApiSite()
let administrator: string
let qa: string

beforeAll(async () => {
  const first = await api.site.first()
  await api.site.person(first, 'jdoe', ['qa'])
  administrator = await api.token('first')
  qa = await api.token('jdoe')
})

/** Of somebody who may ask it. */
function tokenFor(name: RouteName): string {
  const { action } = routeOf(name)
  return action === undefined || mayDo(['administrator'], action) ? administrator : qa
}

const taking = routeNames.filter((name) => routeOf(name).body !== undefined)

/** A body each route takes, so that what is broken in it is the one thing wrong. */
const fields: { readonly [field: string]: unknown } = {
  user: 'asmith',
  password: good,
  newPassword: 'nickel otter canvas 17',
  code: 'A'.repeat(22),
  ticket: 'A'.repeat(43),
  recoveryFile: '{}',
  digest: 'a'.repeat(64),
  passphrase: 'gravel spoon tundra 41',
  reason,
  name: 'Ann Smith',
  roles: ['qa'],
  identityCheck: 'passport seen by the head of QA',
  // What somebody answers for, not where that is recorded.
  device: 'tablet-1',
  proof: 'compliance-relay/enrol/v1',
  key: 'lab.example/u/jdoe/tablet-1+00000000+AAAA',
  items: ['compliance-relay/esign/v1'],
  change: { fourEyes: false },
  statement: '0'.repeat(64),
  decision: 'accepted',
  lostBefore: true,
  lasts: 'P90D',
  kinds: ['file.*'],
  projects: ['P-17'],
  issuer: 'https://login.lab.example',
  subject: '248289761001',
  binding: 'A'.repeat(43),
  state: 'A'.repeat(43),
  mark: `${'A'.repeat(80)}.${'A'.repeat(43)}`,
  iss: 'https://login.lab.example',
  token: '0123456789abcdef',
  captures: [{ trail: 'lab.example/t/ws-nmr-01/20260302-7f3a', seq: 3 }],
  subscription: 's1',
  what: 'records',
  to: { webhook: 'https://lims.lab.example/hook' },
  // Whose records are asked for, and of when: nothing of who asks, or when.
  filter: { projects: ['P-17'], persons: ['asmith'], from: '2026-03-02' },
  folder: '/data/nmr',
  project: 'P-17',
  profile: 'any',
  quietSeconds: 9,
  hints: false,
  watch: 'w1',
  // Whom it stands for is said here, not who asks.
  osAccount: 'jdoe',
  // From where on is sent again, not where anything is recorded.
  from: { trail: 'lab.example/t/ws-nmr-01/20260302-7f3a', seq: 3 },
}
function rightBody(name: RouteName): Record<string, unknown> {
  const body = Object.fromEntries(Object.entries(fields).filter(([field]) => shapeOf(name).includes(field)))
  if (routeOf(name).body?.safeParse(body).success !== true) throw new Error(`${name} takes another body`)
  return body
}

function shapeOf(name: RouteName): readonly string[] {
  const read = routeOf(name).body as unknown as { readonly shape: object }
  return Object.keys(read.shape)
}

const encoder = new TextEncoder()

/** Ways to break a body's text, each of which must show. */
const odd = fc.oneof(
  fc.constantFrom(null, true, -0.5, 1e21, 12, {}, [[]], [null], ['root', 1], { length: 1 }),
  fc.jsonValue({ maxDepth: 3 }).filter((value) => typeof value !== 'string' && !Array.isArray(value)),
)
const strangeKey = fc
  .oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'actor',
      'time',
      'seq',
      'account',
      'id',
      'Password',
      'password ',
      '',
      '\u0000',
    ),
    fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
  )
  .filter((key) => !Object.hasOwn(fields, key))
const number = fc.constantFrom(
  '1.5',
  '-0',
  '01',
  '1e400',
  '9'.repeat(400),
  '9007199254740993',
  'NaN',
  '-Infinity',
  '0x10',
)
const space = fc.constantFrom('', ' ', ' '.repeat(70), '\n\t')

type Breaking = (body: Record<string, unknown>, field: string) => string | Uint8Array<ArrayBuffer>
const textOf = (body: Record<string, unknown>) => JSON.stringify(body)
/** The body with one more member, written out: `JSON.stringify` could not say it. */
const withMember = (body: Record<string, unknown>, member: string) =>
  `${textOf(body).slice(0, -1)},${member}}`

const breaking: fc.Arbitrary<Breaking> = fc.oneof(
  odd.map(
    (value): Breaking =>
      (body, field) =>
        textOf({ ...body, [field]: isOfKind(value, body[field]) ? 0 : value }),
  ),
  fc.constant<Breaking>(
    (body, field) =>
      textOf(Object.fromEntries(Object.entries(body).filter(([key]) => key !== field))).padEnd(3) +
      (isOptional(field) ? ',' : ''),
  ),
  fc.tuple(strangeKey, fc.jsonValue({ maxDepth: 2 })).map(
    ([key, value]): Breaking =>
      (body) =>
        withMember(body, `${JSON.stringify(key)}:${JSON.stringify(value)}`),
  ),
  fc.tuple(space, odd).map(
    ([gap, value]): Breaking =>
      (body, field) =>
        withMember(body, `"${field}"${gap}:${JSON.stringify(value)}`),
  ),
  space.map(
    (gap): Breaking =>
      (body, field) =>
        withMember(
          body,
          `"\\u00${field.charCodeAt(0).toString(16)}${field.slice(1)}"${gap}:${JSON.stringify(body[field])}`,
        ),
  ),
  number.map(
    (text): Breaking =>
      (body, field) =>
        withMember({ ...body, [field]: undefined }, `"${field}":${text}`),
  ),
  fc.constantFrom('\\ud800', '\\udfff\\ud800', '\\ud83d').map(
    (half): Breaking =>
      (body, field) =>
        withMember({ ...body, [field]: undefined }, `"${field}":"x${half}"`),
  ),
  fc.nat().map(
    (at): Breaking =>
      (body) =>
        textOf(body).slice(0, at % textOf(body).length),
  ),
  fc.constantFrom('\ufeff', '\u00a0', '\u2028', '/**/', ")]}',\n").map(
    (text): Breaking =>
      (body) =>
        text + textOf(body),
  ),
  fc
    .string({ minLength: 1, maxLength: 8, unit: 'binary' })
    .filter((text) => text.trim() !== '')
    .map(
      (text): Breaking =>
        (body) =>
          textOf(body) + text,
    ),
  fc.tuple(fc.nat(), fc.constantFrom(0x80, 0xc0, 0xf5, 0xff)).map(
    ([at, byte]): Breaking =>
      (body) => {
        const bytes = encoder.encode(textOf(body))
        bytes[at % bytes.length] = byte
        return bytes
      },
  ),
  fc.tuple(fc.constantFrom('[', '{"a":', '[{"password":'), fc.integer({ min: 17, max: 1_000 })).map(
    ([open, depth]): Breaking =>
      () =>
        open.repeat(depth) + 1 + (open === '[' ? ']' : open === '{"a":' ? '}' : '}]').repeat(depth),
  ),
  fc.constantFrom('name', 'reason', 'password', 'user', 'code', 'newPassword', 'identityCheck').map(
    (long): Breaking =>
      (body, field) => {
        const at = Object.hasOwn(body, long) ? long : field
        return textOf({ ...body, [at]: 'x'.repeat(at === 'recoveryFile' ? 41_000 : 9_000) })
      },
  ),
  fc
    .uint8Array({ maxLength: 64 })
    .filter((bytes) => bytes[0] !== 0x7b)
    .map(
      (bytes): Breaking =>
        () =>
          Uint8Array.from(bytes),
    ),
  fc.jsonValue({ maxDepth: 4 }).map(
    (value): Breaking =>
      () =>
        JSON.stringify(Array.isArray(value) ? value : [value]),
  ),
)

/** What may be right where a truth or an object stands: that would break nothing. */
function isOfKind(value: unknown, right: unknown): boolean {
  const isEither =
    typeof value === 'boolean' ||
    typeof value === 'number' ||
    (typeof value === 'object' && !Array.isArray(value))
  return isEither && typeof value === typeof right && !Array.isArray(right)
}

function isOptional(field: string): boolean {
  return 'name roles lostBefore kinds projects iss mark device project profile quietSeconds hints'
    .split(' ')
    .includes(field)
}

function countOf(seen: ReadonlyMap<string, number>, code: string): number {
  return [...seen].reduce((sum, [key, count]) => sum + (key.endsWith(` ${code}`) ? count : 0), 0)
}

/** How it travels: whole, or in pieces without a length, or with a length that is not its own. */
const travel = fc.constantFrom<'whole' | 'pieces' | 'lying'>('whole', 'whole', 'pieces', 'lying')

function inPieces(bytes: Uint8Array, size: number): ReadableStream {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
      return undefined
    },
  })
}

test(`${bodies} malformed bodies over every route that takes one: refused by name, nothing recorded, nothing fails`, {
  tags: ['challenge'],
}, async () => {
  const { disk } = api.site
  const before = disk.records.length
  const seen = new Map<string, number>()
  const property = fc.asyncProperty(
    fc.constantFrom(...taking),
    fc.nat(),
    breaking,
    travel,
    fc.integer({ min: 1, max: 40 }),
    async (name, at, broken, how, piece) => {
      // A second for ten of them: one session may ask no faster for long.
      disk.now += 100
      const right = rightBody(name)
      const field = Object.keys(right)[at % Object.keys(right).length] as string
      const text = broken(right, field)
      const bytes = typeof text === 'string' ? encoder.encode(text) : text
      const headers = how === 'lying' ? { 'content-length': String(piece) } : {}
      const body = how === 'whole' ? bytes : inPieces(bytes, piece * 50)
      const answer = await api.ask(requestOf('POST', pathFor(name), { token: tokenFor(name), headers, body }))
      const said = await answer.text()
      const { code } = JSON.parse(said) as { code: string }
      expect(['bad-request', 'body-unreadable']).toContain(code)
      expect(problemsOf(name)).toContain(code)
      expect(answer.status).toBe(400)
      expect(said.length).toBeLessThan(300)
      expect(said).not.toContain(good)
      expect(disk.records).toHaveLength(before)
      seen.set(`${name} ${code}`, (seen.get(`${name} ${code}`) ?? 0) + 1)
    },
  )
  const began = performance.now()
  await fc.assert(property, { numRuns: bodies, seed: seedOf('malformed bodies') })
  process.stdout.write(
    `${bodies} malformed bodies, all answered 400: ${countOf(seen, 'bad-request')} bad-request, ` +
      `${countOf(seen, 'body-unreadable')} body-unreadable; ${Math.round((performance.now() - began) / 1_000)} s\n`,
  )
  expect(api.errors).toEqual([])
  // Each route met both: text that is none, and fields that are not its own.
  if (bodies >= 2_000) expect(seen.size).toBe(2 * taking.length)
})

test.each(taking)(
  '%s refuses two megabytes, in one piece and in many',
  { tags: ['challenge'] },
  async (name) => {
    const { disk } = api.site
    const before = disk.records.length
    const right = rightBody(name)
    const text = JSON.stringify({ ...right, [Object.keys(right)[0] as string]: 'x'.repeat(2_097_152) })
    for (const body of [text, inPieces(encoder.encode(text), 16_384)])
      expect(
        await codeOf(await api.ask(requestOf('POST', pathFor(name), { token: tokenFor(name), body }))),
      ).toBe('body-too-large')
    expect(disk.records).toHaveLength(before)
  },
)

/*
 * What costs most to refuse within a mebibyte. Each was a way to keep a relay from its captures, or would be.
 */
test.each([
  ['escaped quotes', (field: string) => `{"${field}":"${'\\"'.repeat(500_000)}"}`],
  ['keys nobody named', () => `{${Array.from({ length: 90_000 }, (_, i) => `"k${i}":0`).join(',')}}`],
  ['roles nobody has', () => `{"roles":[${Array.from({ length: 200_000 }, () => '"x"').join(',')}]}`],
  ['levels', () => '['.repeat(1_000_000)],
])('a megabyte of %s is refused in a moment', { tags: ['challenge'] }, async (_, bodyOf) => {
  const body = bodyOf(shapeOf('addAccount')[0] as string)
  const began = performance.now()
  const answer = await api.ask(requestOf('POST', pathFor('addAccount'), { token: administrator, body }))
  expect(answer.status).toBe(400)
  expect(performance.now() - began).toBeLessThan(10_000)
  // And who is not signed in makes the relay read no megabyte at all.
  expect((await api.ask(requestOf('POST', pathFor('signIn'), { body }))).status).toBe(413)
})

test.each(['signIn', 'setPasswordByCode'] as const)('%s takes the longest that people type', async (name) => {
  const all = '\\ud83d\\ude00'.repeat(500)
  const text = JSON.stringify(rightBody(name)).replace(
    /"(?:password|newPassword)":"[^"]*"/,
    `"${shapeOf(name).at(-1)}":"${all}"`,
  )
  const answer = await api.ask(requestOf('POST', pathFor(name), { body: text }))
  expect(answer.status).toBe(401)
})

test('no field of any body names an actor, a time or a place in the trail', {
  tags: ['challenge'],
}, async () => {
  const taken = new Set(taking.flatMap(shapeOf))
  expect([...taken].sort()).toEqual(Object.keys(fields).sort())
  for (const name of taking)
    for (const key of ['actor', 'by', 'time', 'seq', 'account', 'session', 'kind', 'checksum']) {
      const body = JSON.stringify({ ...rightBody(name), [key]: 'first' })
      const answer = await api.ask(requestOf('POST', pathFor(name), { token: tokenFor(name), body }))
      expect(await codeOf(answer), `${name} ${key}`).toBe('bad-request')
    }
})
