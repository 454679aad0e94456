import { carriedAccounts, PeopleMemory } from '@compliance-relay/shared/relay'
import { type Body, emptyHead, fromUtf8, Linker, macKey, utf8 } from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { relayActor } from '../new-trail.ts'
import { formerPeople } from './former-people.ts'
import { carriedPeople } from './opened-people.ts'

/* What comes over of the people of a trail that has to be left: somebody has altered lines of it, and has no key of it. */

const origin = 'lab.example/t/ws-1/20260302-7f3a'
const mac = macKey(new Uint8Array(32).fill(7))
const time = '2026-03-02T08:00:00.000Z'
const code = { code: 'c0de', codeExpires: time }
const added = (account: string, name: string): Body => ({
  account,
  name,
  roles: ['administrator'],
  reason: 'joins the site',
  ...code,
})
const password = (account: string): Body => ({ account, how: 'code', credential: `${account}-phc`, epoch: 1 })
const history: readonly (readonly [kind: string, by: string, body: Body])[] = [
  ['people.opened', 'ws-1', { pepper: 'ab' }],
  ['account.added', 'ws-1', added('asmith', 'Anna Smith')],
  ['account.password-set', 'asmith', password('asmith')],
  ['account.added', 'asmith', added('bking', 'Bill King')],
  ['account.password-set', 'bking', password('bking')],
  ['account.retired', 'asmith', { account: 'bking', reason: 'has left the company' }],
  ['session.started', 'asmith', { account: 'asmith', session: '1', device: 'workstation' }],
]
let lines: { seq: number; line: Uint8Array }[]

beforeEach(() => {
  const linker = new Linker(mac)
  let head = emptyHead(origin)
  lines = history.map(([kind, id, body], seq) => {
    const actor = { id, name: id, via: id === 'ws-1' ? 'relay' : 'password' }
    const linked = linker.link(head, { kind, body, time, actor })
    head = linked.head
    return { seq, line: linked.line }
  })
})

function alter(seq: number, from: string, to: string): void {
  lines = lines.map((one) =>
    one.seq === seq ? { seq, line: utf8(fromUtf8(one.line).replace(from, to)) } : one,
  )
}

test.each<[string, () => void, Partial<Found>, number]>([
  ['nothing is lost', () => {}, {}, 0],
  ['a line is damaged', () => alter(3, '"account":"bking"', '"account":"bkong","b":1'), {}, 4],
  ['a line is gone', () => void lines.splice(3, 1), {}, 4],
  ['a byte of a line is another, though it can be mended', () => alter(5, 'company', 'Company'), {}, 6],
  ['the notary knows of more', () => {}, { notary: [{ ...finding('notary-ahead'), size: 9 }] }, 9],
  ['the sealed note is of more', () => {}, { notary: [{ ...finding('note-ahead'), size: 9 }] }, 9],
  ['the notary knows of others', () => {}, { notary: [finding('notary-differs')] }, Infinity],
  ['no notary is known', () => {}, { notary: [finding('notary-unknown')] }, Infinity],
  ['the key has signed others', () => {}, { findings: [finding('root-mismatch')] }, Infinity],
  [
    'the key has signed more',
    () => {},
    { findings: [{ ...finding('checkpoint-beyond-end'), checkpoint: 'checkpoint 8' }] },
    8,
  ],
])(
  'where %s, it is known from where on no record is lost',
  (_, how, { findings = [], notary = [] }, until) => {
    how()
    const check = { report: { findings }, notary }
    expect(formerPeople({ lines: () => linesNow() }, { id: 1, origin }, { mac }, check).lostUntil).toBe(until)
  },
)

type Check = Parameters<typeof formerPeople>[3]
type Found = Check['report'] & Pick<Check, 'notary'>

/** The accounts of the new trail, each with its state and whether its password came over. */
function carried({ findings = [], notary = [] }: Partial<Found> = {}) {
  const check = { report: { findings }, notary }
  const former = formerPeople({ lines: () => linesNow() }, { id: 1, origin }, { mac }, check)
  const memory = new PeopleMemory()
  for (const [seq, draft] of carriedPeople(former, undefined, relayActor('ws-1'), time).entries())
    if (draft.kind !== 'people.opened') memory.take({ ...draft, seq })
  const accounts = memory.book.all().map(({ id, state, credential }) => [id, state, credential !== undefined])
  return { isInDoubt: former.isInDoubt, accounts }
}

function* linesNow() {
  yield* lines
}

const asTheyWere = {
  isInDoubt: false,
  accounts: [
    ['asmith', 'active', true],
    ['bking', 'retired', true],
  ],
}

test('of lines that are as they were, everybody comes over as they were', () => {
  expect(carried()).toEqual(asTheyWere)
})

test('one letter of a retirement altered brings nobody back: it is read as it was sealed', {
  tags: ['req/P11-10d-1', 'challenge'],
}, () => {
  alter(5, 'company', 'Company')
  expect(carried()).toEqual(asTheyWere)
})

test.each([
  ['altered', () => alter(5, '"account":"bking"', '"account":"bkong","b":1')],
  ['made into another', () => alter(5, 'account.retired', 'account.enabled')],
  [
    'taken away',
    () => {
      lines = lines.filter(({ seq }) => seq !== 5)
    },
  ],
])(
  'a retirement that was %s leaves no way in, but for whoever has signed in since',
  { tags: ['req/P11-10d-1', 'challenge'] },
  (_, how) => {
    how()
    expect(carried()).toMatchObject({ isInDoubt: true })
    expect(carried().accounts.slice(0, 2)).toEqual([
      ['asmith', 'active', true],
      ['bking', 'invited', false],
    ])
  },
)

test('a user id stays taken whose account is lost', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  alter(3, '"roles":["administrator"]', '"roles":["qa"]')
  expect(carried()).toEqual({
    isInDoubt: true,
    accounts: [
      ['asmith', 'active', true],
      ['bking', 'retired', false],
    ],
  })
})

test.each([
  ['the key of the trail has signed more than is there', { findings: [finding('checkpoint-beyond-end')] }],
  ['the notary knows of more', { notary: [finding('notary-ahead')] }],
  ['the notary knows of others', { notary: [finding('notary-differs')] }],
  ['the notary knows of a later trail', { notary: [finding('notary-other-trail')] }],
])('nobody has a way in where %s', { tags: ['req/P11-10d-1', 'challenge'] }, (_, found) => {
  expect(carried(found)).toEqual({
    isInDoubt: true,
    accounts: [
      ['asmith', 'invited', false],
      ['bking', 'retired', false],
    ],
  })
})

test('a notary that has lost something, or is another, takes nobody’s way in', () => {
  expect(carried({ notary: [finding('notary-lost'), finding('notary-replaced')] })).toEqual(asTheyWere)
})

function finding<Code extends string>(code: Code) {
  return { code, expected: '9', found: '7' }
}

test('whoever comes over without a way in is not let in by an identity provider either', {
  tags: ['challenge'],
}, () => {
  const memory = new PeopleMemory()
  for (const [seq, [kind, id, body]] of history.slice(1, 3).entries())
    memory.take({ kind, body, time, seq, actor: { id, name: id, via: 'relay' } })
  const external = { issuer: 'https://idp.example', subject: '1', since: time }
  const linked = memory.book.all().map((one) => ({ ...one, external }))
  expect(carriedAccounts(linked)[0]?.body).toHaveProperty('issuer')
  expect(carriedAccounts(linked, () => true)[0]?.body).not.toHaveProperty('issuer')
})
