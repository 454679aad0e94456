import { canonical } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { SYSTEM_ACCOUNT_ENROLLED } from './account-rules.ts'
import { BADGE_MILLISECONDS } from './badge.ts'
import { type Known, resolveActor } from './resolve-actor.ts'
import {
  type Account,
  type BadgeInterval,
  type RefusalCode,
  refusals,
  type Session,
  type WriteEvidence,
} from './types.ts'

const at = (minutes: number): number => Date.parse('2026-03-02T08:00:00.000Z') + minutes * 60_000

const accounts: readonly Account[] = [
  { id: 'uid:0', name: 'root', service: 'system account (uid 0)', byNumber: true },
  { id: 'uid:33', name: 'www-data', service: 'nobody can log in to it' },
  { id: 'uid:1000', name: 'jdoe' },
  { id: 'uid:1001', name: 'asmith' },
  { id: 'uid:1002', name: 'nmr' },
  { id: 'uid:1005', name: 'visitor' },
  { id: 'uid:1006', name: 'leaver' },
  { id: 'uid:1007', name: 'newcomer' },
  { id: 'sid:S-1-5-18', name: 'NT AUTHORITY\\SYSTEM', service: 'LocalSystem' },
  { id: 'sid:S-1-5-32-544', name: 'BUILTIN\\Administrators', service: 'the group Administrators' },
  { id: 'sid:S-1-5-21-1-2-3-1001', name: 'LAB\\jdoe' },
  { id: 'sid:S-1-5-21-7-8-9-1001', name: 'WS-1\\kweber', localName: 'kweber' },
]
const rules: Known['rules'] = {
  persons: [
    { id: 'jdoe', name: 'Jane Doe' },
    { id: 'asmith', name: 'Adam Smith' },
    { id: 'lab\\JDOE', name: 'Jane Doe of the domain' },
    { id: 'kweber', name: 'Karl Weber' },
    { id: 'leaver', name: 'Lea Ver', disabled: true },
    { id: 'newcomer', name: 'Nina Comer', since: '2026-03-02T08:15:00.000Z' },
  ],
  shared: ['nmr'],
  order: ['file-owner', 'badge', 'os-session'],
}

const session = (account: string, from: number, to?: number, more: Partial<Session> = {}): Session => ({
  id: `s-${account}`,
  account,
  from: at(from),
  ...(to === undefined ? {} : { to: at(to) }),
  kind: 'console',
  state: 'active',
  ...more,
})
const badge = (person: string, from: number, to?: number): BadgeInterval => ({
  person,
  from: at(from),
  ...(to === undefined ? {} : { to: at(to) }),
  ref: `b-${person}-${from}`,
})

interface Case {
  readonly owners?: readonly string[]
  readonly sessions?: readonly Session[]
  readonly badges?: readonly BadgeInterval[]
  readonly evidence?: Partial<WriteEvidence>
  readonly known?: Partial<Known>
  readonly order?: Known['rules']['order']
  readonly persons?: Known['rules']['persons']
}

/** Everything here was written from minute 10 to minute 20. */
function resolve({ owners = [], sessions = [], badges = [], evidence, known, order, persons }: Case) {
  return resolveActor(
    { owners: owners.map((id) => ({ id })), from: at(10), to: at(20), ...evidence },
    {
      rules: {
        ...rules,
        ...(order === undefined ? {} : { order }),
        ...(persons === undefined ? {} : { persons }),
      },
      sessions,
      badges,
      accountOf: ({ id }) => accounts.find((account) => account.id === id),
      ...known,
    },
  )
}

/** `jdoe by file-owner, A-`, or the reason of a refusal. */
function said(one: Case): string {
  const resolution = resolve(one)
  expect(() => canonical(resolution.evidence)).not.toThrow()
  if ('refused' in resolution) {
    expect(resolution.sentence).toBe(refusals[resolution.refused])
    expect(resolution.evidence['method']).toBe(null)
    return resolution.refused
  }
  const { actor, evidence } = resolution
  expect(evidence['method']).toBe(actor.via)
  return `${actor.id} by ${actor.via}, ${String(evidence['grade'])}`
}

const tags = ['req/P11-10e-7', 'oq']
const challenge = [...tags, 'challenge']

const refused: readonly [RefusalCode, string, Case][] = [
  ['no-evidence', 'nothing is known at all', {}],
  ['no-evidence', 'the only session ended before', { sessions: [session('jdoe', 0, 9)] }],
  ['no-evidence', 'the only session began after', { sessions: [session('jdoe', 21)] }],
  ['no-evidence', 'a session ended just when the writing began', { sessions: [session('jdoe', 0, 10)] }],
  ['unknown-owner', 'its uid has no account', { owners: ['uid:4444'], sessions: [session('jdoe', 0)] }],
  [
    'unknown-owner',
    'its SID cannot be mapped',
    { owners: ['sid:S-1-5-21-1-2-3-1500'], badges: [badge('jdoe', 0)] },
  ],
  ['unknown-owner', 'one of its files is of nobody known', { owners: ['uid:1000', 'uid:4444'] }],
  [
    'account-not-enrolled',
    'its owner is somebody who is not enrolled, whoever sits at the screen',
    { owners: ['uid:1005'], sessions: [session('jdoe', 0)] },
  ],
  [
    'account-not-enrolled',
    'its owner is somebody who is not enrolled, whoever left a badge signed in',
    { owners: ['uid:1005'], badges: [badge('jdoe', 0)] },
  ],
  [
    'account-not-enrolled',
    'the only session is of somebody not enrolled',
    { sessions: [session('visitor', 0)] },
  ],
  [
    'account-not-enrolled',
    'the badge is of a person who is not on the list any more',
    { badges: [badge('gone', 0)] },
  ],
  ['shared-account', 'the shared login nmr owns it and nobody signed in', { owners: ['uid:1002'] }],
  [
    'shared-account',
    'the shared login nmr owns it and is logged in',
    { owners: ['uid:1002'], sessions: [session('nmr', 0)] },
  ],
  ['service-account', 'LocalSystem owns it', { owners: ['sid:S-1-5-18'] }],
  ['service-account', 'the group Administrators owns it', { owners: ['sid:S-1-5-32-544'] }],
  ['service-account', 'root owns it and is not enrolled', { owners: ['uid:0'] }],
  [
    'shared-account',
    'the shared login nmr owns it and somebody else is logged in',
    { owners: ['uid:1002'], sessions: [session('jdoe', 0)] },
  ],
  [
    'shared-account',
    'the same, whatever the order',
    { owners: ['uid:1002'], sessions: [session('jdoe', 0)], order: ['os-session', 'badge', 'file-owner'] },
  ],
  [
    'service-account',
    'only the session of a service was there',
    { owners: ['uid:33'], sessions: [session('www-data', 0, undefined, { accountId: 'uid:33' })] },
  ],
  ['several-persons', 'its files belong to two persons', { owners: ['uid:1000', 'uid:1001'] }],
  [
    'several-persons',
    'its files belong to two persons and one is signed in',
    { owners: ['uid:1000', 'uid:1001'], badges: [badge('jdoe', 0)] },
  ],
  [
    'several-persons',
    'two persons were logged in',
    { owners: ['uid:0'], sessions: [session('jdoe', 0), session('asmith', 5)] },
  ],
  [
    'several-persons',
    'one was logged in at the console and another was disconnected',
    {
      owners: ['uid:0'],
      sessions: [
        session('jdoe', 0),
        session('asmith', 0, undefined, { kind: 'remote', state: 'disconnected' }),
      ],
    },
  ],
  [
    'several-persons',
    'one was logged in and the shared login too',
    { sessions: [session('jdoe', 0), session('nmr', 0, undefined, { state: 'locked' })] },
  ],
  [
    'several-persons',
    'one was logged in and somebody not enrolled too',
    { sessions: [session('jdoe', 0), session('visitor', 0)] },
  ],
  [
    'several-persons',
    'one owns a part of it, the shared login the rest, and another is signed in',
    { owners: ['uid:1000', 'uid:1002'], badges: [badge('asmith', 0)] },
  ],
  [
    'several-persons',
    'one was signed in for a part of it and another is logged in',
    { owners: ['uid:0'], badges: [badge('jdoe', 0, 15)], sessions: [session('asmith', 0)] },
  ],
  ['person-disabled', 'its owner is disabled', { owners: ['uid:1006'], sessions: [session('jdoe', 0)] }],
  ['person-disabled', 'the only session is of a disabled person', { sessions: [session('leaver', 0)] }],
  ['person-disabled', 'the badge is of a disabled person', { badges: [badge('leaver', 0)] }],
  ['before-enrolment', 'the writing began before its owner was enrolled', { owners: ['uid:1007'] }],
  ['before-enrolment', 'the session is of somebody enrolled later', { sessions: [session('newcomer', 0)] }],
  [
    'before-enrolment',
    'the enrolment has no time that can be read',
    { owners: ['uid:1000'], persons: [{ id: 'jdoe', name: 'Jane Doe', since: 'yesterday' }] },
  ],
  [
    'session-changed',
    'sessions have one number and two names, whichever is seen first',
    {
      sessions: [
        session('asmith', 0, undefined, { accountId: 'uid:4444' }),
        session('jdoe', 0, undefined, { accountId: 'uid:4444' }),
      ],
    },
  ],
  [
    'account-not-enrolled',
    'sessions have one number and two names, of which one is enrolled',
    {
      sessions: [
        session('jdoe', 0, undefined, { accountId: 'uid:4444' }),
        session('visitor', 0, undefined, { accountId: 'uid:4444' }),
      ],
    },
  ],
  ['session-changed', 'the session ended while it was written', { sessions: [session('jdoe', 0, 15)] }],
  ['session-changed', 'the session began while it was written', { sessions: [session('jdoe', 15)] }],
  [
    'session-changed',
    'a session went from one person to the next',
    {
      owners: ['uid:0'],
      sessions: [session('jdoe', 0, 15, { id: '1' }), session('asmith', 15, undefined, { id: '1' })],
    },
  ],
  [
    'session-changed',
    'the badge went from one to the next',
    { badges: [badge('jdoe', 0, 15), badge('asmith', 15)] },
  ],
  ['session-changed', 'the badge was signed out', { owners: ['uid:1002'], badges: [badge('jdoe', 0, 15)] }],
  [
    'session-changed',
    'the badge was signed out for a moment',
    { badges: [badge('jdoe', 0, 14), badge('jdoe', 15)] },
  ],
  [
    'clock-stepped',
    'the clock was set, and a badge is all there is',
    { badges: [badge('jdoe', 0)], evidence: { clockStepped: true } },
  ],
  [
    'clock-stepped',
    'it ends before it begins',
    { sessions: [session('jdoe', 0)], evidence: { from: at(20), to: at(10) } },
  ],
  [
    'clock-stepped',
    'its time is no time',
    { sessions: [session('jdoe', 0)], evidence: { from: Number.NaN } },
  ],
  [
    'not-watched',
    'the relay was not looking, and a session is all there is',
    { owners: ['uid:0'], sessions: [session('jdoe', 0)], evidence: { unwatched: true } },
  ],
  [
    'not-watched',
    'the relay was not looking, and a badge is all there is',
    { owners: ['uid:1002'], badges: [badge('jdoe', 0)], evidence: { unwatched: true } },
  ],
  [
    'not-watched',
    'nobody looked at the sessions for a while',
    { sessions: [session('jdoe', 0)], known: { sessionsWatched: () => false } },
  ],
]

describe('no person answers for it', { tags: challenge }, () => {
  test.each(refused)('%s: %s', (code, _, one) => {
    expect(said(one)).toBe(code)
  })

  test('every reason there is has a case here', () => {
    expect(new Set(refused.map(([code]) => code))).toEqual(new Set(Object.keys(refusals)))
  })
})

describe('one person answers for it', { tags }, () => {
  test.each<[string, string, Case]>([
    ['jdoe by file-owner, A-', 'the owner is enrolled', { owners: ['uid:1000'] }],
    [
      'jdoe by file-owner, A-',
      'the owner wins over a session',
      { owners: ['uid:1000'], sessions: [session('asmith', 0)] },
    ],
    [
      'jdoe by file-owner, A-',
      'the owner wins over a badge',
      { owners: ['uid:1000'], badges: [badge('asmith', 0)] },
    ],
    [
      'jdoe by file-owner, A-',
      'the owner needs no clock',
      { owners: ['uid:1000'], evidence: { clockStepped: true } },
    ],
    [
      'jdoe by file-owner, A-',
      'the owner needs nobody looking',
      { owners: ['uid:1000'], evidence: { unwatched: true } },
    ],
    ['jdoe by file-owner, B', 'some files are of a service', { owners: ['uid:1000', 'uid:33'] }],
    ['lab\\JDOE by file-owner, A-', 'Windows knows no case', { owners: ['sid:S-1-5-21-1-2-3-1001'] }],
    [
      'kweber by file-owner, A-',
      "an account of this machine, without the machine's name",
      { owners: ['sid:S-1-5-21-7-8-9-1001'] },
    ],
    [
      'jdoe by badge, A',
      'a shared login and a badge',
      { owners: ['uid:1002'], badges: [badge('jdoe', 0)], sessions: [session('nmr', 0)] },
    ],
    ['jdoe by badge, A', 'a service and a badge', { owners: ['sid:S-1-5-18'], badges: [badge('jdoe', 0)] }],
    [
      'jdoe by badge, A',
      'a badge read again meanwhile',
      { badges: [badge('jdoe', 0, 15), badge('jdoe', 15)] },
    ],
    [
      'jdoe by badge, A',
      'a badge before others signed in',
      { badges: [badge('asmith', 0, 10), badge('jdoe', 10, 25), badge('asmith', 25)] },
    ],
    [
      'jdoe by badge, A',
      'they own a part, the shared login the rest',
      { owners: ['uid:1000', 'uid:1002'], badges: [badge('jdoe', 0)] },
    ],
    [
      'jdoe by badge, A',
      'badge first: it wins over the owner',
      { owners: ['uid:1001'], badges: [badge('jdoe', 0)], order: ['badge', 'file-owner'] },
    ],
    [
      'jdoe by os-session, B',
      'a service wrote, one was logged in',
      { owners: ['uid:0'], sessions: [session('jdoe', 0)] },
    ],
    ['jdoe by os-session, B', 'nothing else, as for a deletion', { sessions: [session('jdoe', 0)] }],
    [
      'jdoe by os-session, B',
      'logged in twice',
      { sessions: [session('jdoe', 0), session('jdoe', 12, 14, { id: 's2', kind: 'remote' })] },
    ],
    [
      'jdoe by os-session, B',
      'one session takes over from another',
      { sessions: [session('jdoe', 0, 15), session('jdoe', 14)] },
    ],
    [
      'jdoe by os-session, B',
      'locked for a part of it',
      { sessions: [session('jdoe', 0, 15), session('jdoe', 15, undefined, { state: 'locked' })] },
    ],
    [
      'jdoe by os-session, C',
      'disconnected all the time',
      { sessions: [session('jdoe', 0, undefined, { state: 'disconnected' })] },
    ],
    [
      'jdoe by os-session, B',
      'sessions of services are not counted',
      { sessions: [session('jdoe', 0), session('www-data', 0, undefined, { accountId: 'uid:33' })] },
    ],
    [
      'jdoe by file-owner, A-',
      'sessions first, but there are two',
      {
        owners: ['uid:1000'],
        sessions: [session('jdoe', 0), session('asmith', 0)],
        order: ['os-session', 'file-owner'],
      },
    ],
  ])('%s: %s', (expected, _, one) => {
    expect(said(one)).toBe(expected)
  })

  test('a badge counts for eight hours and not a moment longer', () => {
    const long = { from: at(0), to: at(0) + BADGE_MILLISECONDS }
    expect(said({ badges: [badge('jdoe', 0)], evidence: long })).toBe('jdoe by badge, A')
    expect(said({ badges: [badge('jdoe', 0)], evidence: { ...long, to: long.to + 1 } })).toBe(
      'session-changed',
    )
    expect(said({ badges: [badge('jdoe', 0)], evidence: { from: long.to, to: long.to } })).toBe('no-evidence')
  })

  test('root stands for a person if it is enrolled for one, and the evidence says so', () => {
    const resolution = resolve({ owners: ['uid:0'], persons: [{ id: 'root', name: 'Rosa Oots' }] })
    expect(resolution).toMatchObject({ actor: { id: 'root', name: 'Rosa Oots', via: 'file-owner' } })
    expect(resolution.evidence['note']).toBe(SYSTEM_ACCOUNT_ENROLLED)
  })

  test('an account nobody can log in to stands for nobody, enrolled or not', () => {
    expect(said({ owners: ['uid:33'], persons: [{ id: 'www-data', name: 'Will Ward' }] })).toBe(
      'service-account',
    )
    const administrators = [{ id: 'BUILTIN\\Administrators', name: 'Ada Min' }]
    expect(said({ owners: ['sid:S-1-5-32-544'], persons: administrators })).toBe('service-account')
  })

  test('an account that is shared stands for nobody, enrolled or not', () => {
    const persons = [{ id: 'nmr', name: 'Nora Mary Rey' }]
    expect(said({ owners: ['uid:1002'], persons })).toBe('shared-account')
    expect(said({ sessions: [session('nmr', 0)], persons })).toBe('shared-account')
    expect(said({ badges: [badge('nmr', 0)], persons })).toBe('shared-account')
  })
})

describe('what the evidence says', { tags }, () => {
  test('owner: account ids, names and the interval', () => {
    expect(resolve({ owners: ['uid:1000'] }).evidence).toEqual({
      method: 'file-owner',
      grade: 'A-',
      from: '2026-03-02T08:10:00.000Z',
      to: '2026-03-02T08:20:00.000Z',
      owners: [{ id: 'uid:1000', account: 'jdoe', stands: 'jdoe' }],
    })
  })

  test('session: id, logon, state', () => {
    const one = session('jdoe', 5, undefined, {
      id: 'c2',
      accountId: 'uid:1000',
      logon: at(-60),
      state: 'locked',
    })
    expect(resolve({ sessions: [one] }).evidence['sessions']).toEqual([
      {
        id: 'c2',
        account: 'jdoe',
        accountId: 'uid:1000',
        logon: '2026-03-02T07:00:00.000Z',
        from: '2026-03-02T08:05:00.000Z',
        to: null,
        kind: 'console',
        state: 'locked',
        stands: 'jdoe',
      },
    ])
  })

  test('badge: its reference and interval', () => {
    expect(resolve({ badges: [badge('jdoe', 0, 30)] }).evidence['badges']).toEqual([
      { ref: 'b-jdoe-0', from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T08:30:00.000Z', stands: 'jdoe' },
    ])
  })

  test('a contradiction is flagged, with what the other way says', { tags: challenge }, () => {
    const { evidence } = resolve({ owners: ['uid:1000'], badges: [badge('asmith', 0)] })
    expect(evidence['discrepancies']).toMatchObject([{ way: 'badge', says: 'asmith' }])
    const { evidence: other } = resolve({ owners: ['uid:1000'], sessions: [session('asmith', 0)] })
    expect(other['discrepancies']).toMatchObject([{ way: 'os-session', says: 'asmith' }])
    const first = resolve({
      owners: ['uid:4444'],
      badges: [badge('jdoe', 0)],
      order: ['badge', 'file-owner'],
    })
    expect(first.evidence['discrepancies']).toMatchObject([{ way: 'file-owner', says: 'unknown-owner' }])
  })

  test('ways that agree are no contradiction', () => {
    const one = {
      owners: ['uid:1000'],
      badges: [badge('jdoe', 0)],
      sessions: [session('jdoe', 0), session('asmith', 0)],
    }
    expect(resolve(one).evidence).not.toHaveProperty('discrepancies')
  })

  test.each([
    ['jdoe', 'same-person'],
    [' JANE DOE ', 'same-person'],
    ['nmr', 'same-account'],
    ['Bruker', 'another'],
  ])('the user the instrument names, %j, bears witness only: %s', (vendorUser, verdict) => {
    const { evidence, ...resolution } = resolve({
      owners: ['uid:1002'],
      badges: [badge('jdoe', 0)],
      evidence: { vendorUser },
    })
    expect(resolution).toMatchObject({ actor: { id: 'jdoe' } })
    expect(evidence['instrumentUser']).toBe(verdict)
    expect('discrepancies' in evidence).toBe(verdict === 'another')
    expect(JSON.stringify(evidence)).not.toContain('Bruker')
    expect(said({ evidence: { vendorUser } })).toBe('no-evidence')
  })

  test('a refusal says what every way said', () => {
    const { evidence } = resolve({
      owners: ['uid:1002'],
      sessions: [session('nmr', 0)],
      badges: [badge('jdoe', 0, 15)],
    })
    expect(evidence['asked']).toMatchObject([
      { way: 'file-owner', says: 'shared-account', owners: [{ account: 'nmr' }] },
      { way: 'badge', says: 'session-changed', badges: [{ stands: 'jdoe' }] },
      { way: 'os-session', says: 'shared-account', sessions: [{ account: 'nmr' }] },
    ])
  })

  test('thousands of owners and sessions make no large record, and none is overlooked', {
    tags: challenge,
  }, () => {
    const owners = Array.from({ length: 3_000 }, (_, i) => ({ id: `uid:${10_000 + i}` }))
    const resolution = resolve({
      sessions: Array.from({ length: 3_000 }, (_, i) => session('jdoe', 0, undefined, { id: `${i}` })),
      evidence: { owners },
      known: { accountOf: ({ id }) => ({ id, name: id === 'uid:12999' ? 'asmith' : 'jdoe' }) },
    })
    expect(resolution).toMatchObject({ refused: 'several-persons' })
    expect(canonical(resolution.evidence).length).toBeLessThan(10_000)
  })

  test('names of the system that no record could hold are written as far as they can be', {
    tags: challenge,
  }, () => {
    const name = `\ud800${'x'.repeat(5_000)}`
    const one = session(name, 0, 8e12, { accountId: 'sid:S-1-5-21-9', from: -1 })
    const { evidence } = resolve({
      owners: ['sid:S-1-5-21-9'],
      sessions: [one],
      known: { accountOf: ({ id }) => ({ id, name }) },
    })
    expect(canonical(evidence).length).toBeLessThan(3_000)
  })
})
