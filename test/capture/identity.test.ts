import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { problemOf as refusalOf } from '../../shared/src/relay/problem-of.test-support.ts'
import { Flood } from '../support/flood.ts'
import { freePort } from '../support/free-port.ts'
import { IdentityProvider, SECRET } from '../support/identity-provider.ts'
import { account, Workstation } from '../support/workstation.ts'

/* A site's identity provider and a real relay: set up by the command line, used over HTTP, over kills and new trails. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'as agreed with the head of the laboratory']
const audience = 'https://relay.lab.example'

let station: Workstation
let provider: IdentityProvider
let port: string
const undo: (() => void)[] = []
const isRoot = process.getuid?.() === 0

beforeEach(async () => {
  await workstation()
  await setUp()
})

async function workstation(): Promise<void> {
  port = String(await freePort())
  provider = await IdentityProvider.start([`http://127.0.0.1:${port}/signed-in`])
  station = new Workstation({
    usualPort: true,
    person: false,
    // Several people write under this account, so only their presence tells who it was.
    init: ['--quiet', '1', '--admin', 'asmith=Anna Smith', '--shared', account, '--person', 'jdoe=Jane Doe'],
  })
}

/** Running, with an administrator, the provider, and an account that is linked to somebody there. */
async function setUp(): Promise<void> {
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  relay([code, good], 'account', 'password', 'asmith', '--code')
  const added = relay(
    [good],
    'account',
    'add',
    'jdoe=Jane Doe',
    '--role',
    'operator',
    '--as',
    'asmith',
    ...why,
    '--json',
  )
  relay([JSON.parse(added).code, good], 'account', 'password', 'jdoe', '--code')
  const identity = `${provider.issuer},relay,${audience}`
  relay([good], 'rules', 'set', 'identity', identity, '--as', 'asmith', ...why)
  relay(
    [good],
    'account',
    'link',
    'jdoe',
    '--issuer',
    provider.issuer,
    '--subject',
    'jane',
    '--as',
    'asmith',
    ...why,
  )
}

afterEach(async () => {
  await station.stop('SIGKILL')
  for (const one of undo.splice(0)) one()
  await station.remove()
  await provider.stop()
})

/** A command that is carried out, with what is typed. */
function relay(typed: readonly string[], ...args: string[]): string {
  const said = station.tryRelayWith(`${typed.join('\n')}\n`, ...args, '--port', port)
  expect(said).toMatchObject({ code: 0, error: '' })
  return said.out
}

function token(different: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  const all = {
    iss: provider.issuer,
    aud: audience,
    sub: 'jane',
    jti: randomUUID(),
    iat: now,
    exp: now + 300,
    presence: 'begin',
  }
  return provider.sign({ ...all, ...different })
}

const present = (given: string) => refusalOf(clientAt(port).call('beginPresence', { body: { token: given } }))
const left = (given: string) => refusalOf(clientAt(port).call('endPresence', { body: { token: given } }))

async function signIn(): Promise<string> {
  const { url, binding } = await clientAt(port).call('startExternalSignIn', { body: {} })
  const answer = await provider.login(url, 'jane')
  return (await clientAt(port).call('finishExternalSignIn', { body: { binding, ...answer } })).token
}

function records(kind: RegExp) {
  return station.records().filter((record) => kind.test(record.kind))
}

describe('presence by token', { tags: ['req/P11-10e-7'] }, () => {
  test('makes what is written meanwhile that person’s, as a badge does, over a kill, and each token once', async () => {
    writeFileSync(join(station.folder, 'before.dat'), 'x')
    await station.until('nobody answers for it', ({ units }) => units.unclaimed === 1)
    const first = await token()
    expect(await present(first)).toBe('none')
    await station.stop('SIGKILL')
    await station.start('--port', port)
    // What was taken before is known from the trail.
    expect(await present(first)).toBe('token-refused')
    writeFileSync(join(station.folder, 'with.dat'), 'x')
    await station.until('it is hers', ({ units }) => units.recorded === 1)
    expect(await left(await token({ presence: 'end' }))).toBe('none')
    writeFileSync(join(station.folder, 'after.dat'), 'x')
    await station.until('nobody answers for it', ({ units }) => units.unclaimed === 2)
    const captures = records(/^(?:file|capture)\./)
    expect(captures.map(({ actor, body }) => [body['path'], actor.name, actor.via])).toEqual([
      ['before.dat', 'ws-test', 'relay'],
      ['with.dat', 'Jane Doe', 'badge'],
      ['after.dat', 'ws-test', 'relay'],
    ])
    expect(captures[1]?.body['evidence']).toMatchObject({ grade: 'A' })
    const subject = {
      issuer: provider.issuer,
      subject: 'jane',
      jti: expect.any(String),
      expires: expect.any(String),
    }
    expect(records(/^badge\.(?:in|out)$/)).toMatchObject([
      {
        kind: 'badge.in',
        actor: { id: 'jdoe', name: 'Jane Doe', via: 'token' },
        body: { by: { token: subject } },
      },
      { kind: 'badge.out', actor: { id: 'jdoe', via: 'token' }, body: { by: { token: subject } } },
    ])
    expect(station.verify().code).toBe(0)
  })

  test('needs no provider that can be reached, if its keys are on record: the public ones', async () => {
    const file = join(station.base, 'jwks.json')
    writeFileSync(file, JSON.stringify({ keys: [provider.privateKey] }))
    relay([good], 'rules', 'set', 'identity-keys', file, '--as', 'asmith', ...why)
    expect(JSON.stringify(station.records())).not.toContain(provider.privateKey.d)
    await provider.stop()
    await station.stop()
    await station.start('--port', port)
    expect(await present(await token())).toBe('none')
    expect((await station.status()).badge).toBe('jdoe')
    relay([good], 'rules', 'set', 'identity-keys', 'none', '--as', 'asmith', ...why)
    expect(await left(await token({ presence: 'end' }))).toBe('token-refused')
    expect((await station.status()).badge).toBe('jdoe')
  })

  test('that did nothing does nothing later either, over a kill', { tags: ['challenge'] }, async () => {
    const leave = await token({ presence: 'end' })
    expect(await left(leave)).toBe('token-refused')
    await station.stop('SIGKILL')
    await station.start('--port', port)
    expect(await present(await token())).toBe('none')
    expect(await left(leave)).toBe('token-refused')
    expect((await station.status()).badge).toBe('jdoe')
    expect(await left(await token({ presence: 'end' }))).toBe('none')
  })

  test('that is not verified is nobody’s: a record at once, and the others of the minute together', {
    tags: ['challenge'],
  }, async () => {
    expect(await present(await token({ aud: 'https://other.lab.example' }))).toBe('token-refused')
    for (let i = 0; i < 8; i++) expect(await present(await token({ sub: 'mallory' }))).toBe('token-refused')
    for (let i = 0; i < 8; i++)
      expect(await present(await token({ iss: 'https://x.example' }))).toBe('token-refused')
    const used = await token()
    const codes = await Promise.all([present(used), present(used), present(used)])
    expect(codes.toSorted()).toEqual(['none', 'token-refused', 'token-refused'])
    // Two at once are one after the other: nobody is there together with somebody else.
    expect(records(/^badge\.in$/)).toHaveLength(1)
    await station.stop()
    const bodies = records(/^badge\.refused$/).map(({ body }) => body)
    // Of one that the issuer signed there is a record by which it is known again, and nothing of whom it names.
    const digest = { digest: expect.stringMatching(/^[0-9a-f]{64}$/), expires: expect.any(String) }
    expect(bodies.slice(1, 9)).toEqual(
      Array(8).fill({ by: { via: 'token', token: digest }, person: null, reason: 'not-linked' }),
    )
    expect([bodies[0], ...bodies.slice(9)]).toMatchObject([
      { by: { via: 'token' }, person: null, reason: 'audience' },
      {
        count: 10,
        attempts: [
          { by: { via: 'token' }, person: null, reason: 'issuer', count: 8 },
          { by: { via: 'token' }, person: 'jdoe', reason: 'used', count: 2 },
        ],
      },
    ])
    expect(JSON.stringify(station.records())).not.toContain('mallory')
  })
})

test(`on a full disk nobody is present by a token, nor later${isRoot ? '' : ' (not executed: needs root for a small disk)'}`, {
  tags: ['req/DI-2', 'challenge', 'fault'],
}, async () => {
  if (!isRoot) return
  await station.remove()
  await provider.stop()
  await workstation()
  mkdirSync(station.data, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', station.data])
  undo.push(() => execFileSync('umount', ['-l', station.data]))
  await setUp()
  const ballast = join(station.data, 'ballast')
  execFileSync('bash', ['-c', 'head -c 10m /dev/zero > "$1" 2>/dev/null || true', '-', ballast])
  const codes: string[] = []
  // Each is another token; one more record at a time, until there is no room for it.
  for (let i = 0; codes.at(-1) !== 'held' && i < 55; i++) codes.push(await present(await token()))
  expect(codes.at(-1)).toBe('held')
  const session = await refusalOf(signIn())
  expect(session).toBe('held')
  rmSync(ballast)
  await station.until('it records again', ({ held }) => held === null)
  await station.stop()
  expect(records(/^badge\.in$/)).toHaveLength(codes.length - 1)
  expect(station.verify().code).toBe(0)
})

test('a thousand bogus requests in flight keep out nobody who was here before, and no token of the issuer', {
  tags: ['req/P11-300d-2', 'challenge'],
}, async () => {
  const signedIn = async (user: string, mark?: string) =>
    clientAt(port).call('signIn', { body: { user, password: good, ...(mark === undefined ? {} : { mark }) } })
  const [admin, jane] = [await signedIn('asmith'), await signedIn('jdoe')]
  const flood = new Flood(Number(port), await token({ aud: 'https://other.lab.example' }))
  await flood.begun
  expect((await signedIn('asmith', admin.mark)).account.id).toBe('asmith')
  expect(await present(await token())).toBe('none')
  const { url, binding } = await clientAt(port).call('startExternalSignIn', { body: { mark: jane.mark } })
  const answer = await provider.login(url, 'jane')
  expect(
    (await clientAt(port).call('finishExternalSignIn', { body: { binding, ...answer } })).account.id,
  ).toBe('jdoe')
  // Who is signed in does what asks for a password.
  const body = { password: good, newPassword: 'nickel otter canvas 17' }
  expect(await refusalOf(clientAt(port, () => jane.token).call('changePassword', { body }))).toBe('none')
  const said = await flood.end()
  process.stdout.write(`in flight all the time: ${JSON.stringify(said)}\n`)
  expect(said['none'] ?? 0).toBe(0)
  await station.stop()
  expect(station.verify().code).toBe(0)
  // What it leaves in the trail is a few dozen records, not one for each.
  expect(station.records().length).toBeLessThan(200)
})

describe('signing in by the provider', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  test('is set up, used and taken back by the command line, and a provider that is away hinders nobody', async () => {
    expect(relay([good], 'account', 'list', '--as', 'asmith')).toContain(`jane at ${provider.issuer}`)
    expect(relay([good], 'rules', '--as', 'asmith')).toContain(provider.issuer)
    const secret = (typed: string) =>
      station.tryRelayWith(`${typed}\n`, 'identity', 'secret', '--data', station.data, ...why)
    const wrong = `${SECRET}-of-another-relay`
    expect(secret(wrong)).toMatchObject({ code: 0, error: '', out: expect.stringContaining('is kept') })
    relay(
      [good],
      'rules',
      'set',
      'identity',
      `${provider.issuer},relay-with-secret,${audience}`,
      '--as',
      'asmith',
      ...why,
    )
    // The provider takes nobody's sign-in from a relay that does not have its secret.
    expect(await refusalOf(signIn())).toBe('sign-in-refused')
    expect(secret('')).toMatchObject({ code: 0, out: expect.stringContaining('There is no client secret') })
    expect(secret(SECRET)).toMatchObject({ code: 0, error: '' })
    expect(records(/^identity\.secret$/).map(({ body }) => body['set'])).toEqual([true, false, true])
    for (const one of [SECRET, wrong]) expect(JSON.stringify(station.records())).not.toContain(one)
    // A relay that runs asks the provider about itself within the hour, one that starts at once.
    await station.stop()
    await station.start('--port', port)
    const session = await signIn()
    const who = () => refusalOf(clientAt(port, () => session).call('whoAmI', {}))
    expect(await who()).toBe('none')
    relay([good], 'account', 'unlink', 'jdoe', '--as', 'asmith', ...why)
    expect(await who()).toBe('unauthenticated')
    expect(await refusalOf(signIn())).toBe('sign-in-refused')
    expect(await present(await token())).toBe('token-refused')
    expect(records(/^account\.(?:un)?linked$/)).toMatchObject([
      { kind: 'account.linked', actor: { id: 'asmith' }, body: { issuer: provider.issuer, subject: 'jane' } },
      { kind: 'account.unlinked', actor: { id: 'asmith' }, body: { account: 'jdoe', subject: 'jane' } },
    ])
    await provider.stop()
    await station.stop()
    await station.start('--port', port)
    expect(await refusalOf(clientAt(port).call('startExternalSignIn', { body: {} }))).toBe(
      'external-unavailable',
    )
    expect(station.tryRelay('status', '--data', station.data)).toMatchObject({
      code: 3,
      out: expect.stringContaining('NEEDS    the identity provider cannot be asked'),
    })
    expect(await refusalOf(clientAt(port).call('signIn', { body: { user: 'jdoe', password: good } }))).toBe(
      'none',
    )
  })
})
