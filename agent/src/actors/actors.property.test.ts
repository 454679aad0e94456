import { canonical, type Value } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cover, meet, overlaps } from './intervals.ts'
import { resolveActor } from './resolve-actor.ts'
import { SessionTimeline } from './session-timeline.ts'
import { type Account, type Person, refusals, type Session, ways } from './types.ts'

/** Prints its seed; `SEED=n` runs it again. */
function seedOf(name: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${name}\n`)
  return seed
}

const tags = ['req/P11-10e-7', 'challenge']
const START = Date.parse('2026-03-02T08:00:00.000Z')
// Few names and few moments: what happens by chance must meet.
const names = ['jdoe', 'asmith', 'nmr', 'root', 'www-data', 'LAB\\jdoe', 'lab\\JDOE', 'visitor']
const name = fc.constantFrom(...names)
const time = fc.oneof(
  { weight: 30, arbitrary: fc.nat(12).map((n) => START + n * 60_000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -1.5),
  },
)
/** True now and then. */
const rarely = fc.nat(5).map((n) => n === 0)
const number = fc.nat(names.length + 1)
const person: fc.Arbitrary<Person> = fc.record(
  {
    id: name,
    name: fc.nat(99).map((n) => `Person ${n}`),
    disabled: rarely,
    since: fc.oneof(
      time.filter((t) => Math.abs(t) < 8e15).map((t) => new Date(t).toISOString()),
      fc.constant('no time'),
    ),
  },
  { requiredKeys: ['id', 'name'] },
)
const account = (n: number): fc.Arbitrary<Account> =>
  fc
    .record({
      usual: fc.nat(3),
      other: name,
      service: fc.constantFrom({}, {}, { service: 'a service' }, { service: 'a number', byNumber: true }),
    })
    .map(({ usual, other, service }) => ({
      id: `uid:${n}`,
      name: usual > 0 ? (names[n] ?? other) : other,
      ...service,
    }))

const session: fc.Arbitrary<Session> = fc.record(
  {
    id: fc.nat(3).map(String),
    account: name,
    accountId: number.map((n) => `uid:${n}`),
    from: time,
    to: time,
    logon: time,
    kind: fc.constantFrom('console', 'remote', 'other'),
    state: fc.constantFrom('active', 'disconnected', 'locked', 'closing'),
  },
  { requiredKeys: ['id', 'account', 'from', 'kind', 'state'] },
)
const badge = fc.record(
  { person: fc.oneof(name, fc.constant('FOREIGN')), from: time, to: time, ref: fc.uuid() },
  { requiredKeys: ['person', 'from', 'ref'] },
)
const evidence = fc.record(
  {
    owners: fc.array(
      number.map((n) => ({ id: `uid:${n}` })),
      { maxLength: 3 },
    ),
    from: time,
    to: time,
    vendorUser: fc.oneof(name, fc.constant('FOREIGN')),
    clockStepped: rarely,
    unwatched: rarely,
  },
  { requiredKeys: ['owners', 'from', 'to'] },
)
const world = fc.record({
  persons: fc.array(person, { minLength: 4, maxLength: 8 }),
  shared: fc.oneof(fc.constant([]), fc.array(name, { maxLength: 2 })),
  order: fc.oneof(fc.shuffledSubarray([...ways], { minLength: 3 }), fc.shuffledSubarray([...ways])),
  sessions: fc.array(session, { maxLength: 3 }),
  badges: fc.array(badge, { maxLength: 2 }),
  accounts: fc.tuple(...names.map((_, n) => fc.option(account(n), { nil: undefined }))),
})

test('whatever is known, an actor is an enrolled person, not disabled, not shared, and enrolled before', {
  tags,
}, () => {
  const actors = new Map<string, number>()
  const property = fc.property(evidence, world, (written, { persons, shared, order, accounts, ...known }) => {
    const resolution = resolveActor(written, {
      ...known,
      rules: { persons, shared, order },
      accountOf: ({ id }) => accounts[Number(id.slice(4))],
    })
    if ('refused' in resolution) {
      expect(resolution.sentence).toBe(refusals[resolution.refused])
      return
    }
    const { id, name: full, via } = resolution.actor
    actors.set(via, (actors.get(via) ?? 0) + 1)
    const enrolled = persons.filter((one) => one.id === id && one.name === full && one.disabled !== true)
    expect(enrolled.some(({ since }) => since === undefined || Date.parse(since) <= written.from)).toBe(true)
    expect(shared).not.toContain(id)
    expect(order).toContain(via)
    // Somebody is named only by what is there to name them.
    if (via === 'file-owner') expect(written.owners.length).toBeGreaterThan(0)
    if (via === 'badge') expect(known.badges.some((one) => one.person === id)).toBe(true)
    if (via !== 'file-owner') expect(written.clockStepped === true || written.unwatched === true).toBe(false)
  })
  fc.assert(property, { numRuns: 20_000, seed: seedOf('actors') })
  // The property must not hold only because nobody is ever found. The rarest way is found some 30 times.
  for (const way of ways) expect(actors.get(way) ?? 0, way).toBeGreaterThan(5)
})

test('the evidence can always be written, and holds no name that is not of the list or the system', {
  tags,
}, () => {
  const property = fc.property(evidence, world, (written, { persons, shared, order, accounts, ...known }) => {
    const resolution = resolveActor(written, {
      ...known,
      rules: { persons, shared, order },
      accountOf: ({ id }) => accounts[Number(id.slice(4))],
    })
    expect(() => canonical(resolution.evidence)).not.toThrow()
    const vocabulary = new Set<string>([
      ...ways,
      ...Object.keys(refusals),
      ...persons.map(({ id }) => id),
      ...accounts.flatMap((one) => (one === undefined ? [] : [one.name, one.id])),
      ...written.owners.map(({ id }) => id),
      ...known.sessions.flatMap((one) => [one.account, one.id, one.kind, one.state, one.accountId ?? '']),
      ...known.badges.map(({ ref }) => ref),
      ...['A', 'A-', 'B', 'C', 'instrument', 'another', 'same-person', 'same-account'],
      'a system account that is enrolled as this person',
    ])
    for (const text of textsIn(resolution.evidence))
      expect(vocabulary.has(text) || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text), text).toBe(true)
  })
  fc.assert(property, { numRuns: 5_000, seed: seedOf('evidence') })
})

function textsIn(value: Value): string[] {
  if (typeof value === 'string') return [value]
  return value === null || typeof value !== 'object'
    ? []
    : Object.values(value).flatMap((one: Value) => textsIn(one))
}

test('intervals cover, overlap and meet as they do minute by minute', { tags }, () => {
  const interval = fc.record({ from: fc.nat(9), to: fc.nat(10) }, { requiredKeys: ['from'] })
  const holds = ({ from, to }: { from: number; to?: number }, t: number): boolean =>
    from <= t && t < (to ?? 99)
  const property = fc.property(
    fc.array(interval, { maxLength: 4 }),
    fc.nat(9),
    fc.nat(3),
    (some, from, length) => {
      const to = from + length
      // The end of a write is a moment that is still covered by what ends then.
      const moments = Array.from({ length: Math.max(1, 2 * length) }, (_, i) => from + i / 2)
      const valid = some.filter((one) => one.to === undefined || one.to > one.from)
      expect(cover(valid, from, to)).toBe(moments.every((t) => valid.some((one) => holds(one, t))))
      for (const a of valid) {
        expect(overlaps(a, from, to)).toBe([...moments, to].some((t) => holds(a, t)))
        for (const b of valid)
          expect(meet(a, b)).toBe(
            Array.from({ length: 40 }, (_, i) => i / 2).some((t) => holds(a, t) && holds(b, t)),
          )
      }
    },
  )
  fc.assert(property, { numRuns: 5_000, seed: seedOf('intervals') })
})

test('a timeline fed every moment says of each who was there', { tags }, () => {
  const day = fc.array(fc.uniqueArray(fc.nat(3), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  const property = fc.property(day, (looks) => {
    const timeline = new SessionTimeline()
    looks.forEach((present, i) => {
      timeline.observe(
        present.map((n) => ({
          id: `${n}`,
          account: `a${n}`,
          from: 0,
          kind: 'console',
          state: (i + n) % 4 === 0 ? 'locked' : 'active',
        })),
        START + i * 3_000,
      )
    })
    expect(timeline.watched(START, START + (looks.length - 1) * 3_000)).toBe(true)
    looks.forEach((present, i) => {
      const t = START + i * 3_000
      const there = timeline.sessions().filter((one) => overlaps(one, t, t))
      expect(new Set(there.map(({ account: one }) => one))).toEqual(new Set(present.map((n) => `a${n}`)))
      expect(there.length).toBe(present.length)
    })
  })
  fc.assert(property, { numRuns: 1_000, seed: seedOf('timeline') })
})
