import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createClient, openApiDocument, Problem, problemJson, roles } from '../../api/index.ts'
import { good, other, reason } from '../people-site.test-support.ts'
import { ApiSite, origin } from './api-site.test-support.ts'

const api = new ApiSite()

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

beforeAll(async () => {
  const first = await api.site.first()
  await api.site.person(first, 'second', ['administrator'])
})

async function signedIn(user: string, password = good) {
  const { token } = await api.client().call('signIn', { body: { user, password } })
  return api.client(token)
}

test('people are added, set their password, are given the right to sign and lose it, all through the client', async () => {
  const [first, second] = [await signedIn('first'), await signedIn('second')]
  expect(await api.client().call('hello', {})).toEqual({
    version: '0.1.0',
    trail: 'lab.example/ws-nmr-01',
    provider: false,
    isNew: false,
  })
  const asked = { password: good, reason }
  const added = await first.call('addAccount', {
    body: { ...asked, user: 'JDoe', name: 'Jane  Doe', roles: ['reviewer'] },
  })
  expect(added.account).toMatchObject({
    id: 'jdoe',
    name: 'Jane Doe',
    state: 'invited',
    signer: { state: 'none' },
  })
  await api
    .client()
    .call('setPasswordByCode', { body: { user: 'jdoe', code: added.code, newPassword: good } })
  const jdoe = await signedIn('jdoe')
  expect(await jdoe.call('whoAmI', {})).toEqual({
    account: {
      id: 'jdoe',
      name: 'Jane Doe',
      roles: ['reviewer'],
      mustChange: false,
      passwordChange: null,
      passwordEnds: null,
    },
  })

  const identityCheck = 'passport seen by the head of QA'
  const proposed = await first.call('proposeSigner', { id: 'jdoe', body: { ...asked, identityCheck } })
  expect(proposed.account.signer).toEqual({ state: 'proposed', by: 'first', identityCheck })
  const alone = await problemOf(first.call('grantSigner', { id: 'jdoe', body: asked }))
  expect(alone.code).toBe('second-person-needed')
  const granted = await second.call('grantSigner', { id: 'jdoe', body: asked })
  expect(granted.account.signer).toMatchObject({ state: 'granted', identityCheck })
  expect((await first.call('resetAccount', { id: 'jdoe', body: asked })).code).toBeNull()
  expect((await second.call('resetAccount', { id: 'jdoe', body: asked })).code).toMatch(
    /^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){6}$/,
  )
  expect((await problemOf(jdoe.call('whoAmI', {}))).code).toBe('unauthenticated')

  const disabled = await first.call('disableAccount', { id: 'jdoe', body: asked })
  expect(disabled.account.state).toBe('disabled')
  await first.call('enableAccount', { id: 'jdoe', body: asked })
  await first.call('changeAccount', { id: 'jdoe', body: { ...asked, roles: ['qa'] } })
  await first.call('retireAccount', { id: 'jdoe', body: asked })
  const { accounts } = await second.call('listAccounts', {})
  expect(accounts.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'first active',
    'second active',
    'jdoe retired',
  ])
  await first.call('signOut', {})
  expect((await problemOf(first.call('whoAmI', {}))).code).toBe('unauthenticated')
})

test('a refusal arrives with its field and its wait', async () => {
  const first = await signedIn('first')
  const boss = 'boss' as 'qa'
  const body = { password: good, reason, roles: [boss] }
  const refused = first.call('changeAccount', { id: 'first', body })
  expect(await problemOf(refused)).toMatchObject({ code: 'bad-request', details: { pointer: '/roles/0' } })
  const guess = () => api.client().call('signIn', { body: { user: 'nobody-here', password: other } })
  for (let i = 0; i < 5; i++) expect((await problemOf(guess())).code).toBe('sign-in-refused')
  expect(await problemOf(guess())).toMatchObject({ code: 'throttled', details: { retryAfterSeconds: 60 } })
})

test('a password is changed by its owner, who types the one before', async () => {
  const second = await signedIn('second')
  const changed = (password: string, newPassword: string) =>
    second.call('changePassword', { body: { password, newPassword } })
  expect((await problemOf(changed(other, 'nickel otter canvas 18'))).code).toBe('password-wrong')
  expect((await problemOf(changed(good, `${good}!`))).code).toBe('password-similar')
  await changed(good, other)
  expect((await problemOf(second.call('whoAmI', {}))).code).toBe('unauthenticated')
  expect((await (await signedIn('second', other)).call('whoAmI', {})).account.id).toBe('second')
})

test('the policy and the document are what the relay goes by', async () => {
  const first = await signedIn('first')
  const policy = await first.call('readPolicy', {})
  expect(policy.roles).toEqual(roles)
  expect(policy.actions).toContainEqual({ action: 'held.decide', roles: ['qa'] })
  expect(await first.call('readOpenApi', {})).toEqual(openApiDocument('0.1.0'))
})

test.each([
  ['another status', 201, '{"version":"1","trail":"t"}'],
  ['a field too many', 200, '{"version":"1","trail":"t","more":1}'],
  ['a field too few', 200, '{"version":"1"}'],
  ['a field twice', 200, '{"version":"1","version":"2","trail":"t"}'],
  ['nothing', 204, ''],
  ['a page of somebody else', 200, '<html>'],
  ['a refusal nobody knows', 403, '{"code":"unheard-of"}'],
])('an answer with %s is not taken', async (_, status, text) => {
  const client = createClient(origin, async () => new Response(text === '' ? null : text, { status }))
  await expect(client.call('hello', {})).rejects.toThrow()
})

test('sends no cookies, follows nowhere, and keeps nothing', async () => {
  const sent: unknown[] = []
  const client = createClient(
    origin,
    async (url, init) => {
      sent.push({ url, ...init })
      return new Response(JSON.stringify(problemJson(new Problem('unauthenticated'))), { status: 401 })
    },
    () => 'token',
  )
  expect((await problemOf(client.call('signOut', {}))).code).toBe('unauthenticated')
  expect(sent).toEqual([
    {
      url: `${origin}/v1/session`,
      method: 'DELETE',
      headers: {
        accept: 'application/json, application/problem+json',
        authorization: 'Bearer token',
        'content-type': 'application/json',
        'x-relay': '1',
      },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    },
  ])
})

test('a stream that waits to be read stays open while memory is cleared', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let ended = false
  const server = createServer((_, response) => {
    response.on('close', () => {
      ended = true
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const client = createClient(`http://127.0.0.1:${port}`, fetch)
  const stop = new AbortController()
  const stream = await client.listen('listenToTrail', { trail: '0123456789abcdef' }, stop.signal)
  for (let turn = 0; turn < 10; turn++) {
    await pause(10)
    collect()
  }
  expect(ended).toBe(false)
  const first = await stream.getReader().read()
  expect(new TextDecoder().decode(first.value)).toBe('data: 1\n\n')
  stop.abort()
})
