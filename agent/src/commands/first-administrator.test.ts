import { readFileSync } from 'node:fs'
import { People, PeopleMemory } from '@compliance-relay/shared/relay'
import type { Draft } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { firstCode } from './first-administrator.ts'

const relay = { id: 'ws-nmr-01', name: 'relay ws-nmr-01', via: 'relay' }
const jane = { id: 'jdoe', name: 'Jane Doe' }
const password = 'gravel spoon tundra 41'

/** People in memory: what is recorded of them, and nothing else. */
function nobody() {
  const records: (Omit<Draft, 'time'> & { readonly time: string })[] = []
  const credentials = new Map<string, string>()
  const people = new People({
    store: {
      append: async (draft, credential) => {
        const record = { ...draft, seq: records.length, time: new Date(now).toISOString() }
        records.push(record)
        if (credential !== undefined) credentials.set(credential.account, credential.phc)
        return record
      },
      credential: async (account) => credentials.get(account),
    },
    memory: new PeopleMemory(),
    relay,
    pepper: new Uint8Array(32).fill(7),
    cost: { memoryKib: 19_456, passes: 2, lanes: 1 },
    words: () => [],
    isCommon: async () => () => false,
    wall: () => now,
    now: () => now,
  })
  return { people, records }
}
const now = Date.parse('2026-03-02T08:00:00.000Z')

test('whoever runs it is the first administrator, until they have set a password', async () => {
  const { people, records } = nobody()
  const first = await firstCode(people, relay, jane)
  expect(first?.user).toBe('jdoe')
  expect(records.map(({ kind, actor }) => [kind, actor])).toEqual([['account.added', relay]])
  expect(people.account('jdoe')).toMatchObject({ name: 'Jane Doe', roles: ['administrator'] })
  // At the next start there is another: the one before opens nothing any more.
  const again = await firstCode(people, relay, jane)
  await expect(people.setPasswordByCode('jdoe', first?.code ?? '', password, 'local')).rejects.toThrow()
  await people.setPasswordByCode('jdoe', again?.code ?? '', password, 'local')
  const before = records.length
  expect(await firstCode(people, relay, jane)).toBeUndefined()
  expect(await firstCode(people, relay, { id: 'somebody-else', name: 'Somebody Else' })).toBeUndefined()
  expect(records).toHaveLength(before)
})

test('whoever was named at the set-up is, whoever runs it', async () => {
  const { people } = nobody()
  await people.addFirst(relay, { id: 'asmith', name: 'Anna Smith' })
  expect((await firstCode(people, relay, jane))?.user).toBe('asmith')
  expect(people.accounts()).toHaveLength(1)
})

test.each(['root', 'lab', 'LAB\\jdoe', 'x'])(
  'an account of the machine that is no person’s name gives none to a person: %s',
  async (id) => {
    const { people } = nobody()
    expect((await firstCode(people, relay, { id, name: 'Jane Doe' }))?.user).toBe('first-admin')
    const name = people.account('first-admin')?.name
    const guide = readFileSync(new URL('../../PEOPLE.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    expect(guide).toContain(`it is \`first-admin\`, "${name}"`)
  },
)
