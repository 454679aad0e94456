import { canonical } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameAccount } from './account-rules.ts'
import { type Known, resolveActor } from './resolve-actor.ts'
import { type Account, type Person, refusals, type Session, type WriteEvidence, ways } from './types.ts'

const NAMES = ['jdoe', 'LAB\\jdoe', 'lab\\JDoe', 'nmr', 'root', 'svc$', 'x\ud800y', '', '__proto__'] as const
const MOMENTS = [0, 1, 999.5, -1, 8.64e15 + 1, Number.NaN] as const

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('jdoe', 'LAB\\jdoe') },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
)
/** Mostly few, so that somebody can be meant; sometimes more than a record lists. */
const few = <T>(one: fc.Arbitrary<T>, max: number): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 5, arbitrary: fc.array(one, { maxLength: 2 }) }, fc.array(one, { maxLength: max }))
const moment = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(1_000, 2_000, 3_000, 4_000) },
  { weight: 2, arbitrary: fc.constantFrom(...MOMENTS) },
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  fc.double(),
)
const ownerId = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('uid:0', 'uid:1', 'sid:S-1-5-18') },
  { weight: 1, arbitrary: name },
)
const owner = fc.record({ id: ownerId })
const option = { requiredKeys: [] as never[] }

const person: fc.Arbitrary<Person> = fc
  .tuple(
    fc.record({ id: name, name }),
    fc.record(
      {
        disabled: fc.boolean(),
        since: fc.constantFrom('1970-01-01T00:00:02.000Z', '2999-01-01T00:00:00.000Z', 'no time'),
      },
      option,
    ),
  )
  .map(([one, more]) => ({ ...one, ...more }))

const account: fc.Arbitrary<Account> = fc
  .tuple(
    fc.record({ id: ownerId, name }),
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ localName: name }, option) },
      fc.record({ localName: name, service: name, byNumber: fc.boolean() }, option),
    ),
  )
  .map(([one, more]) => ({ ...one, ...more }))

const evidence: fc.Arbitrary<WriteEvidence> = fc
  .tuple(
    fc.record({ owners: few(owner, 30), from: moment, to: moment }),
    fc.record({ vendorUser: name, clockStepped: fc.boolean(), unwatched: fc.boolean() }, option),
  )
  .map(([one, more]) => ({ ...one, ...more }))

const session: fc.Arbitrary<Session> = fc
  .tuple(
    fc.record({
      id: name,
      account: name,
      from: moment,
      kind: fc.constantFrom('console' as const, 'remote' as const, 'other' as const),
      state: fc.constantFrom(
        'active' as const,
        'disconnected' as const,
        'locked' as const,
        'closing' as const,
      ),
    }),
    fc.record({ accountId: ownerId, to: moment, logon: moment }, option),
  )
  .map(([one, more]) => ({ ...one, ...more }))

const badge = fc
  .tuple(fc.record({ person: name, ref: name, from: moment }), fc.record({ to: moment }, option))
  .map(([one, more]) => ({ ...one, ...more }))

const known: fc.Arbitrary<Known> = fc
  .record({
    persons: fc.uniqueArray(person, { minLength: 1, maxLength: 6, selector: ({ id }) => id }),
    shared: fc.array(fc.constantFrom(...NAMES), { maxLength: 1 }),
    order: fc.oneof(
      fc.shuffledSubarray([...ways], { minLength: 2 }),
      fc.array(fc.constantFrom(...ways), { maxLength: 4 }),
    ),
    sessions: few(session, 30),
    badges: few(badge, 6),
    accounts: fc.array(account, { minLength: 2, maxLength: 8 }),
    watched: fc.constantFrom(undefined, true, false),
  })
  .map(({ persons, shared, order, sessions, badges, accounts, watched }) => ({
    rules: { persons, shared, order },
    sessions,
    badges,
    accountOf: ({ id }) => accounts.find((one) => one.id === id),
    ...(watched === undefined ? {} : { sessionsWatched: () => watched }),
  }))

test('whatever is seen, the actor is an enrolled person who is neither disabled nor shared, or there is none and a reason', {
  tags: ['req/P11-10e-7', 'challenge'],
}, () => {
  let actors = 0
  const property = fc.property(evidence, known, (seen, all) => {
    const resolution = resolveActor(seen, all)
    expect(typeof canonical(resolution.evidence)).toBe('string')
    if ('refused' in resolution) {
      expect(resolution.sentence).toBe(refusals[resolution.refused])
      return
    }
    actors += 1
    const { actor } = resolution
    const enrolled = all.rules.persons.find(({ id }) => id === actor.id)
    expect(enrolled).toBeDefined()
    expect(actor.name).toBe(enrolled?.name)
    expect(enrolled?.disabled).not.toBe(true)
    expect(all.rules.shared.some((one) => sameAccount(one, actor.id))).toBe(false)
    expect(all.rules.order).toContain(actor.via)
    const since = enrolled?.since
    if (since !== undefined) expect(Date.parse(since)).toBeLessThanOrEqual(seen.from)
  })
  fc.assert(property, { numRuns: 6_000, seed: seedOf('actors') })
  // The inputs are not so odd that nobody is ever named.
  expect(actors).toBeGreaterThan(100)
})

test('the order in which owners, sessions and badges are listed does not change who is named', {
  tags: ['req/P11-10e-7'],
}, () => {
  const property = fc.property(evidence, known, (seen, all) => {
    const turned = resolveActor(
      { ...seen, owners: seen.owners.toReversed() },
      { ...all, sessions: all.sessions.toReversed(), badges: all.badges.toReversed() },
    )
    const straight = resolveActor(seen, all)
    const who = (one: typeof straight): unknown => ('actor' in one ? one.actor : 'refused')
    expect(who(turned)).toEqual(who(straight))
  })
  fc.assert(property, { numRuns: 2_000, seed: seedOf('order of what is seen') })
})

/** A number printed with every random test, so that a failure can be run again. */
function seedOf(what: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${what}\n`)
  return seed
}
