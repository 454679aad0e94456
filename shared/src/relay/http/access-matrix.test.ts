import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Action,
  beforePasswordChange,
  policy,
  problemsOf,
  type Role,
  type RouteName,
  roles,
  routeNames,
  routeOf,
} from '../../api/index.ts'
import { Disk, good, reason, Site } from '../people-site.test-support.ts'
import { IDLE_MILLISECONDS } from '../sessions/sessions.ts'
import { ApiSite, codeOf, pathFor, requestOf } from './api-site.test-support.ts'

/*
 * Role × route × own or another's account × state of the session, all of them, against the policy table. Bodies are
 * empty objects: what gets as far as its body is refused for that, and nothing is done.
 */
const states = [
  'none',
  'unknown',
  'idle too long',
  'signed out',
  'account disabled',
  'must change password',
  'good',
] as const
type State = (typeof states)[number]

const weak = 'velvet copper marble 29'
const idOf: { readonly [R in Role]: string } = {
  administrator: 'first',
  operator: 'ops',
  reviewer: 'rev',
  qa: 'quinn',
  auditor: 'audrey',
}
const api = new ApiSite()
const tokens = new Map<string, string | undefined>()
const tokenOf = (role: Role, state: State) => tokens.get(`${role} ${state}`)

beforeAll(async () => {
  const { site } = api
  const first = await site.first()
  for (const role of roles) if (role !== 'administrator') await site.person(first, idOf[role], [role])
  for (const role of roles) {
    await site.person(first, `${idOf[role]}-b`, [role])
    await site.person(first, `${idOf[role]}-w`, [role], weak)
  }
  for (const role of roles) {
    tokens.set(`${role} none`, undefined)
    tokens.set(`${role} unknown`, 'A'.repeat(43))
    tokens.set(`${role} idle too long`, await api.token(idOf[role]))
  }
  site.disk.pass(IDLE_MILLISECONDS)
  site.common.add(weak)
  const again = await site.caller('first')
  for (const role of roles) {
    const ended = await api.token(idOf[role])
    await site.people.signOut(site.people.caller(ended))
    tokens.set(`${role} signed out`, ended)
    tokens.set(`${role} account disabled`, await api.token(`${idOf[role]}-b`))
    await site.people.disable(again, `${idOf[role]}-b`, reason)
    tokens.set(`${role} must change password`, await api.token(`${idOf[role]}-w`, weak))
    tokens.set(`${role} good`, await api.token(idOf[role]))
  }
})

/** What the policy table says of it; `reaches` is all that is not refused for who asks. */
function expected(name: RouteName, role: Role, state: State): string {
  const { action } = routeOf(name)
  if (action === undefined) return 'reaches'
  if (state !== 'good' && state !== 'must change password') return 'unauthenticated'
  if (state === 'must change password' && !beforePasswordChange.includes(action))
    return 'password-change-needed'
  return (policy[action] as readonly Role[]).includes(role) ? 'reaches' : 'forbidden'
}

async function found(name: RouteName, id: string, token: string | undefined): Promise<string> {
  const { method, body } = routeOf(name)
  const path = pathFor(name, id)
  const code = await codeOf(
    await api.ask(requestOf(method, path, { token, ...(body === undefined ? {} : { body: '{}' }) })),
  )
  if (code !== 'none') expect(problemsOf(name)).toContain(code)
  // The site has no provider.
  if (name === 'startExternalSignIn') return code === 'external-unavailable' ? 'reaches' : code
  // Nobody has asked for an export here.
  if (path.includes('/exports/') && code === 'export-unknown') return 'reaches'
  return code === (body === undefined ? 'none' : 'bad-request') ? 'reaches' : code
}

describe.each(states)('with a session: %s', (state) => {
  // Signing out comes last: it ends the session of its row.
  const last: readonly RouteName[] = ['signOut']
  const names = [...routeNames.filter((name) => !last.includes(name)), ...last]

  test.each(roles)(
    '%s may ask exactly for what the policy table says',
    { tags: ['req/P11-10d-1', 'req/P11-10g-1', 'challenge'] },
    async (role) => {
      const before = api.site.disk.records.length
      const cells: string[] = []
      const wanted: string[] = []
      for (const name of names) {
        const ids = routeOf(name).path.includes(':id')
          ? {
              own: state === 'must change password' ? `${idOf[role]}-w` : idOf[role],
              foreign: 'ops-b',
              nobody: 'nobody-here',
            }
          : { '-': '' }
        for (const [whose, id] of Object.entries(ids)) {
          cells.push(`${name} ${whose}: ${await found(name, id, tokenOf(role, state))}`)
          wanted.push(`${name} ${whose}: ${expected(name, role, state)}`)
        }
      }
      expect(cells).toEqual(wanted)
      const signedOut = expected('signOut', role, state) === 'reaches' ? 1 : 0
      expect(api.site.disk.records).toHaveLength(before + signedOut)
    },
  )
})

test('the table of routes names an action for all but what holds nothing secret or nobody can be signed in for', {
  tags: ['req/P11-10d-1'],
}, () => {
  const open = routeNames.filter((name) => routeOf(name).action === undefined)
  const external = ['startExternalSignIn', 'finishExternalSignIn']
  // Whose presence it is, the token says, and the provider has signed it.
  const presence = ['beginPresence', 'endPresence']
  const signIn = ['hello', 'signIn', ...external, 'setPasswordByCode', 'recoverAccount']
  expect(open).toEqual([...signIn, 'readProblemPage', 'readSignedInPage', ...presence, 'readOpenApi'])
})

test('every action on accounts, signers, own password and own session has its route', () => {
  const served = new Set(routeNames.map((name) => routeOf(name).action))
  const kinds = /^(?:account|signer|password|session)\./
  const unserved = (Object.keys(policy) as Action[]).filter(
    (action) => kinds.test(action) && !served.has(action),
  )
  expect(unserved).toEqual([])
})

/*
 * And the other half: with everything right an administrator's act is done, to another's account and to their own,
 * unless it is one of the acts that nobody does to themselves or to an account in that state.
 */
describe('what may be done is done', () => {
  const disk = new Disk()

  beforeAll(async () => {
    const site = new Site(disk)
    const first = await site.first()
    await site.person(first, 'second', ['administrator'])
    await site.person(first, 'jdoe', ['reviewer'])
  })

  const identityCheck = 'passport seen by the head of QA'
  const acts = [
    ['changeAccount', { name: 'Jane Doe' }, 'none', 'none'],
    ['disableAccount', {}, 'account-state', 'none'],
    ['enableAccount', {}, 'account-state', 'account-state'],
    ['retireAccount', {}, 'account-state', 'none'],
    ['unlockAccount', {}, 'account-state', 'account-state'],
    ['endSessions', {}, 'none', 'none'],
    ['resetAccount', {}, 'account-state', 'none'],
    ['linkAccount', { issuer: 'https://login.lab.example', subject: '248289761001' }, 'none', 'none'],
    ['unlinkAccount', {}, 'account-state', 'account-state'],
    ['proposeSigner', { identityCheck }, 'roles-conflict', 'none'],
    ['grantSigner', {}, 'account-state', 'account-state'],
    ['withdrawSigner', {}, 'account-state', 'account-state'],
  ] as const

  test.each(acts)('%s', async (name, more, own, foreign) => {
    for (const [id, code] of [
      ['first', own],
      ['jdoe', foreign],
      ['nobody-here', 'account-unknown'],
    ] as const) {
      const here = new ApiSite(new Site(disk.copy()))
      const before = here.site.disk.records.length
      const token = await here.token('first')
      const body = JSON.stringify({ password: good, reason, ...more })
      const answer = await here.ask(requestOf('POST', pathFor(name, id), { token, body }))
      expect(await codeOf(answer.clone()), id).toBe(code)
      const acted = here.site.disk.records
        .slice(before + 1)
        .filter(({ kind }) => /^(?:account|signer)\./.test(kind))
      expect(acted).toHaveLength(code === 'none' ? 1 : 0)
      if (code !== 'none') continue
      expect(acted[0]).toMatchObject({
        actor: { id: 'first', name: 'First Person', via: 'session' },
        body: { account: id },
      })
      expect(await answer.text()).not.toMatch(/[0-9a-f]{64}|argon2/)
    }
  })

  test('covers every act on one account', () => {
    const named = routeNames.filter((name) => routeOf(name).path.includes(':id'))
    expect(acts.map(([name]) => name)).toEqual(named)
  })
})
