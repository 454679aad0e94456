import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Client } from '@compliance-relay/shared/api'
import { signProof } from '@compliance-relay/shared/relay'
import {
  leafHash,
  parseCheckpoint,
  printStatementNote,
  type Signer,
  type Statement,
  signerOf,
  signStatement,
} from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { problemOf as refusalOf } from '../../shared/src/relay/problem-of.test-support.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* Accounts in a real relay: by the command line and by HTTP, over stops, kills, full disks and new trails. */

const good = 'gravel spoon tundra 41'
const other = 'nickel otter canvas 17'
const why = ['--reason', 'as agreed with the head of the laboratory']
const isRoot = process.getuid?.() === 0

let station: Workstation
let port: string
let code: string
const undo: (() => void)[] = []

beforeEach(async () => {
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
})
afterEach(async () => {
  await station.stop('SIGKILL')
  for (const one of undo.splice(0).reverse()) one()
  await station.remove()
})

/** Set up, running, and its first administrator has a password. */
async function begin(): Promise<void> {
  code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  expect(account([code, good], 'password', 'asmith', '--code')).toMatchObject({ code: 0 })
}

function account(typed: readonly string[], ...args: string[]) {
  return station.tryRelayWith(`${typed.join('\n')}\n`, 'account', ...args, '--port', port)
}

/** An account with a password of its own. */
function person(id: string, role: string): void {
  const added = account(
    [good],
    'add',
    `${id}=Person ${id}`,
    '--role',
    role,
    '--as',
    'asmith',
    ...why,
    '--json',
  )
  expect(added).toMatchObject({ code: 0, error: '' })
  const given = JSON.parse(added.out).code
  expect(account([given, good], 'password', id, '--code')).toMatchObject({ code: 0, error: '' })
}

function client(token?: string): Client {
  return clientAt(port, () => token)
}

async function signIn(user: string, password = good): Promise<string> {
  return (await client().call('signIn', { body: { user, password } })).token
}

function records(prefix: RegExp) {
  return station.records().filter(({ kind }) => prefix.test(kind))
}

describe('an account', { tags: ['req/P11-100a-1', 'req/P11-10d-1', 'challenge'] }, () => {
  test('is made by the command line, with a one-time code that is good once, and outlives a stop', async () => {
    await begin()
    // Used up.
    expect(account([code, other], 'password', 'asmith', '--code')).toMatchObject({ code: 2 })
    person('jdoe', 'reviewer')
    const again = account([good], 'add', 'JDoe=Somebody Else', '--role', 'qa', '--as', 'asmith', ...why)
    expect(again).toMatchObject({ code: 2, error: expect.stringContaining('never used again') })
    // Whoever may not, by the table.
    expect(account([good], 'list', '--as', 'jdoe')).toMatchObject({
      code: 2,
      error: expect.stringContaining('Your account may not do this'),
    })
    await station.stop()
    await station.start('--port', port)
    expect(account([good], 'list', '--as', 'asmith').out).toMatch(
      /asmith +active +administrator.*\njdoe +active/,
    )
    expect(account(['wrong'], 'list', '--as', 'asmith')).toMatchObject({ code: 2 })
    expect(account([good], 'disable', 'jdoe', '--as', 'asmith', ...why)).toMatchObject({ code: 0 })
    expect(await refusalOf(signIn('jdoe'))).toBe('sign-in-refused')
    const kinds = records(/^(?:account|session)\./).map(({ kind, actor }) => `${kind} ${actor.id}`)
    expect(kinds).toContain('account.added asmith')
    expect(kinds).toContain('account.password-set jdoe')
    expect(kinds).toContain('session.refused ws-test')
    expect(kinds).toContain('account.disabled asmith')
    // No password, no code and no hash stands in the trail.
    const lines = JSON.stringify(station.records())
    for (const secret of [good, code, '$argon2']) expect(lines).not.toContain(secret)
    expect(station.verify().code).toBe(0)
  })

  test('of the first administrator can be asked for until there is a password, and not after', async () => {
    station = new Workstation({ usualPort: true, init: ['--quiet', '1'] })
    station.init()
    const first = () => station.tryRelay('account', 'first', 'asmith=Anna Smith', '--data', station.data)
    expect(first().code).toBe(0)
    await station.start('--port', port)
    const { out } = first()
    expect(account([out.split('\n')[0] ?? '', good], 'password', 'asmith', '--code').code).toBe(0)
    expect(first()).toMatchObject({ code: 2, error: expect.stringContaining('there are accounts already') })
    expect(station.tryRelay('account', 'first', 'eve=Eve Other', '--data', station.data).code).toBe(2)
  })
})

describe('a session', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  test('ends with the relay, orderly or killed: its token opens nothing any more, and that is a record', async () => {
    await begin()
    const token = await signIn('asmith')
    expect(await refusalOf(client(token).call('listAccounts', {}))).toBe('none')
    await station.stop()
    expect(records(/^session\.ended$/).at(-1)?.body).toMatchObject({
      account: 'asmith',
      why: 'relay-stopped',
    })
    await station.start('--port', port)
    expect(await refusalOf(client(token).call('listAccounts', {}))).toBe('unauthenticated')
    const second = await signIn('asmith')
    await station.stop('SIGKILL')
    await station.start('--port', port)
    expect(await refusalOf(client(second).call('listAccounts', {}))).toBe('unauthenticated')
    expect(station.verify().code).toBe(0)
  })

  test('wrong passwords count over a kill: the counter is the trail', async () => {
    await begin()
    person('jdoe', 'reviewer')
    for (let i = 0; i < 5; i++)
      expect(await refusalOf(signIn('jdoe', `${other} ${i}`))).toBe('sign-in-refused')
    expect(await refusalOf(signIn('jdoe'))).toBe('throttled')
    await station.stop('SIGKILL')
    await station.start('--port', port)
    expect(await refusalOf(signIn('jdoe'))).toBe('throttled')
    // Somebody else is not hindered.
    expect(await refusalOf(signIn('asmith'))).toBe('none')
  })
})

test('whoever has to set another password reads which rule it is, and whoever made the rule how many that touches', {
  tags: ['req/P11-300b-1'],
}, async () => {
  await begin()
  person('second', 'administrator')
  const asFirst = ['--as', 'asmith', '--port', port]
  const set = ['rules', 'set', 'password-length', '23', ...asFirst, ...why]
  const answer = station.tryRelayWith(`${good}\n`, ...set)
  expect(answer).toMatchObject({ code: 0, error: '' })
  expect(answer.out).toContain(
    'Nobody of 2 people has to set another password because of its age.\nOf all 2 it is seen when they sign in',
  )
  const day = station
    .records()
    .findLast(({ kind }) => kind === 'rules.changed')
    ?.time.slice(0, 10)
  const refused = account([good], 'list', '--as', 'second')
  expect(refused.code).toBe(2)
  expect(refused.error).toMatch(
    /another password first: .*The present one, of .*, has fewer than 23 characters, as this site asks since /,
  )
  expect(refused.error).toContain(`since ${day}.`)
  const short = account([good, other], 'password', 'second')
  expect(short.error).toMatch(
    /^Another password has to be set\. .* has fewer than 23 characters, .*\n.*too short\./,
  )
  const long = 'nickel otter canvas 17 and on'
  expect(account([good, long], 'password', 'second')).toMatchObject({ code: 0 })
  expect(account([long], 'list', '--as', 'second')).toMatchObject({ code: 0 })
  const unknown = account([other], 'list', '--as', 'second')
  expect(unknown.error).toMatch(/one-time code first: relay account password second --code --port \d+\./)
})

test('accounts are reviewed by somebody of quality, by the digest they were shown with', {
  tags: ['req/A11d-11-1'],
}, async () => {
  await begin()
  person('quinn', 'qa')
  const shown = account([good], 'review', '--as', 'quinn')
  expect(shown.out).toMatch(/^asmith .*; never signed in|^asmith .*; signed in 20/m)
  const digest = /--as quinn .*--digest \\\n {4}([0-9a-f]{64})\n/.exec(shown.out)?.[1] ?? ''
  expect(account([good], 'review', '--as', 'quinn', ...why)).toMatchObject({ code: 2 })
  const cut = account([], 'review', '--as', 'quinn', '--digest', digest.slice(1), ...why)
  expect(cut).toMatchObject({ code: 2, error: expect.stringContaining('this one has 63') })
  const reviewed = () => account([good], 'review', '--as', 'quinn', '--digest', digest, ...why)
  expect(reviewed()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Reviewed 20.* by quinn\.\nDue 20/),
  })
  await station.stop('SIGKILL')
  await station.start('--port', port)
  expect(account([good], 'review', '--as', 'quinn').out).toContain('by quinn.')
  person('jdoe', 'operator')
  expect(reviewed()).toMatchObject({ code: 2, error: expect.stringContaining('look at them again') })
  expect(records(/^access\.reviewed$/)).toMatchObject([
    { actor: { id: 'quinn' }, body: { accounts: 2, digest } },
  ])
})

describe('the last administrator', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  const passphrase = 'orchid-lantern-74-gravel'

  beforeEach(() => {
    const file = join(station.base, 'passphrase')
    writeFileSync(file, `${passphrase}\n`)
    station = new Workstation({
      usualPort: true,
      init: ['--quiet', '1', '--admin', 'asmith=Anna Smith', '--passphrase-file', file],
    })
  })

  function recover(typed: readonly string[], ...args: string[]) {
    const words = ['account', 'recover', 'asmith', '--data', station.data, ...why, ...args]
    return station.tryRelayWith(`${typed.join('\n')}\n`, ...words)
  }

  const codeIn = (out: string) => out.split('\n')[0] ?? ''

  test('is let in again by the recovery file, its passphrase and a second person, and by nothing less', async () => {
    await begin()
    person('quinn', 'qa')
    const second = ['--second', 'quinn']
    for (const [typed, args, says] of [
      [[`${passphrase}x`, good], second, 'the passphrase is wrong'],
      [[passphrase, other], second, 'user id or the password is wrong'],
      [[passphrase], second, 'nothing was typed'],
      [[passphrase], [], 'second person'],
      [[passphrase, good], ['--second', 'asmith'], 'second person'],
      [
        [passphrase, good],
        [...second, '--recovery', join(station.base, 'none')],
        'there is no recovery file',
      ],
    ] as const)
      expect(recover(typed, ...args)).toMatchObject({
        code: 2,
        out: '',
        error: expect.stringContaining(says),
      })
    expect(await refusalOf(signIn('asmith'))).toBe('none')
    const done = recover([passphrase, good], ...second)
    expect(done).toMatchObject({ code: 0, error: '' })
    expect(await refusalOf(signIn('asmith'))).toBe('sign-in-refused')
    const [recovered, ...more] = records(/^account\.recovered$/)
    expect(more).toEqual([])
    expect(recovered?.body).toMatchObject({
      account: 'asmith',
      second: 'quinn',
      reason: why[1],
      recoveryFile: records(/^recovery\.written$/)[0]?.body['sha256'],
      by: { account: expect.any(String), owner: expect.any(String) },
    })
    expect(records(/^account\.recovery-refused$/)).toMatchObject([
      { body: { what: 'passphrase', second: 'quinn' } },
    ])
    expect(records(/^session\.refused$/)).toMatchObject([{ body: { account: 'quinn' } }, {}])
    await station.stop('SIGKILL')
    await station.start('--port', port)
    expect(account([codeIn(done.out), other], 'password', 'asmith', '--code')).toMatchObject({ code: 0 })
    expect(await refusalOf(signIn('asmith', other))).toBe('none')
    // Neither the passphrase nor a password is anywhere in the data folder.
    for (const secret of [passphrase, good, codeIn(done.out)])
      expect(
        execFileSync('bash', ['-c', 'grep -rlaF -- "$1" "$2" || true', '-', secret, station.data]).toString(),
      ).toBe('')
    expect(station.verify().code).toBe(0)
  })

  test('has a new recovery file count at once by a confirmation, without a restart and after one', async () => {
    await begin()
    person('quinn', 'qa')
    const renewed = (...args: string[]) =>
      station.tryRelay('recovery', '--data', station.data, '--replace', ...why, ...args)
    const { sha256, passphrase: next, canBeConfirmed } = JSON.parse(renewed('--json').out)
    expect(canBeConfirmed).toBe(true)
    const status = async () => (await station.status()).people?.standing?.recoveryFilesWaiting
    expect(await status()).toBe(1)
    expect(station.tryRelay('status', '--data', station.data)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^NEEDS [^\n]*:\n? +relay account confirm-recovery --data \S+ --as ID$/m),
    })
    const confirm = (as: string, ...args: string[]) =>
      account([good], 'confirm-recovery', '--as', as, ...args)
    const opened = () => recover([next, good], '--second', 'quinn')
    expect(opened()).toMatchObject({
      code: 2,
      error: expect.stringMatching(/not the one that counts .* three days later, .* confirm-recovery/),
    })
    expect(confirm('asmith').out).toMatch(
      new RegExp(` --as asmith --reason TEXT --port ${port} --digest \\\\\\n {4}${sha256}\\n`),
    )
    expect(confirm('asmith', ...why)).toMatchObject({ code: 2, error: expect.stringContaining('--digest') })
    for (const [as, digest] of [
      ['quinn', sha256],
      ['asmith', '0'.repeat(64)],
    ])
      expect(confirm(as, '--digest', digest, ...why).code).toBe(2)
    expect(confirm('asmith', '--digest', sha256, ...why)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        new RegExp(
          `^The recovery file that counts: ${sha256}\\nReplaced, opens nothing any more: [0-9a-f]{64}\\nNone waits`,
        ),
      ),
    })
    expect(records(/^recovery\.confirmed$/)).toMatchObject([
      { actor: { id: 'asmith', via: 'password' }, body: { sha256, how: 'replaced', reason: why[1] } },
    ])
    expect(await status()).toBe(0)
    await station.stop('SIGKILL')
    await station.start('--port', port)
    const { code: done, out } = opened()
    expect(done).toBe(0)
    // Nobody is there who could confirm another, until the one who was let in has a password.
    expect(account([codeIn(out), 'copper kettle meadow 77'], 'password', 'asmith', '--code').code).toBe(0)
    const said = renewed().out
    expect(said).toMatch(
      /^ {2}counts {5}for relay account recover from 20\S+Z on; until then the one before does$/m,
    )
    expect(said).toContain(`relay account confirm-recovery --as ADMIN --reason TEXT --data ${station.data} `)
    for (const line of said.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
    expect(station.verify().code).toBe(0)
  })

  test('is not recovered by what was begun before a kill, nor while another administrator can sign in', async () => {
    await begin()
    person('quinn', 'qa')
    const asked = { id: 'asmith', second: 'quinn', reason: why[1] }
    const { ticket } = (await station.ask('account.recover', asked)) as { ticket: string }
    await station.stop('SIGKILL')
    await station.start('--port', port)
    const recoveryFile = readFileSync(join(station.data, 'recovery.json'), 'utf8')
    const finish = (given: string) =>
      refusalOf(
        client().call('recoverAccount', {
          body: { ticket: given, recoveryFile, passphrase, password: good },
        }),
      )
    expect(await finish(ticket)).toBe('recovery-over')
    const again = (await station.ask('account.recover', asked)) as { ticket: string }
    person('adm2', 'administrator')
    expect(await finish(again.ticket)).toBe('recovery-not-needed')
    expect(recover([passphrase, good], '--second', 'quinn')).toMatchObject({
      code: 2,
      error: expect.stringContaining('another administrator can sign in'),
    })
    expect(records(/^account\.recover/)).toEqual([])
  })

  test('is let in again while the relay is stopped, also after a trail that had to be begun anew', async () => {
    await begin()
    person('quinn', 'qa')
    person('eve', 'operator')
    // Whoever signs in after the record that is lost was not out by it.
    for (const id of ['asmith', 'quinn'])
      expect(account([good], 'list', '--as', id)).toMatchObject({ code: 0 })
    await station.stop()
    forge(
      ({ record }) => record.kind === 'account.added' && record.body['account'] === 'eve',
      (text) => text.replace('"roles":["operator"]', '"roles":["qa"]'),
    )
    await station.start('--port', port)
    expect((await station.status()).left).toBeDefined()
    await station.stop()
    expect(recover([`${passphrase}x`, good], '--second', 'quinn')).toMatchObject({ code: 2 })
    const done = recover([passphrase, good], '--second', 'quinn')
    expect(done).toMatchObject({ code: 0 })
    expect(records(/^account\.recover/).map(({ kind }) => kind)).toEqual([
      'account.recovery-refused',
      'account.recovered',
    ])
    await station.start('--port', port)
    expect(account([codeIn(done.out), other], 'password', 'asmith', '--code')).toMatchObject({ code: 0 })
    expect(station.verify().code).toBe(1)
  })

  test('and only one: the recovery is announced, and the passphrase alone lets nobody in today', async () => {
    await begin()
    const announced = recover([passphrase])
    expect(announced).toMatchObject({ code: 0, out: expect.stringMatching(/^Announced, .* after 20/) })
    expect(recover([passphrase])).toMatchObject({ code: 2, error: expect.stringContaining('three days') })
    expect(records(/^account\.recover/).map(({ kind, body }) => [kind, body['second']])).toEqual([
      ['account.recovery-announced', null],
    ])
    expect(await refusalOf(signIn('asmith'))).toBe('none')
  })
})

describe('what is put into the files past the relay', {
  tags: ['req/P11-10a-2', 'challenge', 'fault'],
}, () => {
  test('a hash of a password in the database is nobody’s password', async () => {
    await begin()
    person('eve', 'operator')
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    // Eve knows her own password: its hash is put in the administrator's place.
    database.exec(
      "UPDATE credential SET phc = (SELECT phc FROM credential WHERE account = 'eve') WHERE account = 'asmith'",
    )
    database.close()
    await station.start('--port', port)
    expect(await refusalOf(signIn('asmith'))).toBe('sign-in-refused')
    expect(station.log).toContain('credential.forged')
    expect(records(/^credential\.forged$/)).toHaveLength(1)
    expect(await refusalOf(signIn('eve'))).toBe('none')
  })

  test('a line that gives a right is no right: a new trail is begun, with the accounts as they were verified', async () => {
    await begin()
    person('jdoe', 'reviewer')
    person('adm2', 'administrator')
    expect(
      account([good], 'propose-signer', 'jdoe', '--identity-check', 'passport seen', '--as', 'asmith', ...why)
        .code,
    ).toBe(0)
    expect(account([good], 'grant-signer', 'jdoe', '--as', 'adm2', ...why).code).toBe(0)
    person('eve', 'operator')
    // Whoever signs in after the record that is lost was not out by it.
    expect(account([good], 'list', '--as', 'asmith')).toMatchObject({ code: 0 })
    await station.stop()
    forge(
      ({ record }) => record.kind === 'account.added' && record.body['account'] === 'eve',
      (text) => text.replace('"roles":["operator"]', '"roles":["qa"]'),
    )
    await station.start('--port', port)
    const { left } = await station.status()
    expect(left).toBeDefined()
    const list = account([good], 'list', '--as', 'asmith', '--json')
    expect(list).toMatchObject({ code: 0, error: '' })
    const listed = JSON.parse(list.out).accounts
    const known = new Map<string, { roles: string[]; state: string; signer: { state: string } }>(
      listed.map((one: { id: string }) => [one.id, one]),
    )
    // The others may have been disabled by what is lost: somebody gives them a code. What was forged is nobody's account.
    expect([...known].map(([id, { state }]) => [id, state]).sort()).toEqual([
      ['adm2', 'invited'],
      ['asmith', 'active'],
      ['eve', 'retired'],
      ['jdoe', 'invited'],
    ])
    expect(known.get('eve')?.roles).toEqual([])
    // Who may sign is to be said again by two.
    expect(known.get('jdoe')?.signer).toEqual({ state: 'none' })
    expect(await refusalOf(signIn('jdoe'))).toBe('sign-in-refused')
    expect(records(/^account\.carried$/)).toHaveLength(4)
  })

  test('an older copy of the folder, with all rights of then, lets in nobody: the notary knows of more', async () => {
    await begin()
    person('eve', 'operator')
    await station.stop()
    const copy = join(station.base, 'copy')
    cpSync(station.data, copy, { recursive: true })
    await station.start('--port', port)
    expect(account([good], 'disable', 'eve', '--as', 'asmith', ...why)).toMatchObject({ code: 0 })
    await station.settled()
    await station.stop()
    rmSync(station.data, { recursive: true })
    cpSync(copy, station.data, { recursive: true })
    await station.start('--port', port)
    expect((await station.status()).left).toBeDefined()
    for (const id of ['eve', 'asmith']) expect(await refusalOf(signIn(id))).toBe('sign-in-refused')
    expect(records(/^account\.carried$/).map(({ body }) => [body['account'], body['inDoubt']])).toEqual([
      ['asmith', true],
      ['eve', true],
    ])
    writeFileSync(join(station.folder, 'a.dat'), 'x')
    await station.until('files are noticed as before', ({ units }) => units.recorded + units.unclaimed === 1)
  })
})

describe('the secret that passwords are hashed with', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, () => {
  test.each(['missing', 'another'])(
    '%s: nobody signs in, that is said, and files are captured',
    async (what) => {
      await begin()
      await station.stop()
      const file = join(station.data, 'keys', 'passwords.pepper')
      const kept = readFileSync(file)
      rmSync(file)
      if (what === 'another') writeFileSync(file, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
      await station.start('--port', port)
      writeFileSync(join(station.folder, 'a.dat'), 'x')
      await station.until('it is recorded', ({ units }) => units.recorded === 1)
      expect(station.tryRelay('status', '--data', station.data)).toMatchObject({
        code: 3,
        out: expect.stringMatching(
          /PEOPLE {3}nobody can sign in: the key passwords\.pepper is (?:missing|another)/,
        ),
      })
      expect(await refusalOf(signIn('asmith'))).toBe('internal')
      await station.stop()
      writeFileSync(file, kept, { mode: 0o600 })
      await station.start('--port', port)
      expect(await refusalOf(signIn('asmith'))).toBe('none')
    },
  )
})

test('a capture nobody answers for is claimed by a person, once, by a record beside it; the refusal stays', {
  tags: ['req/P11-10e-7', 'challenge'],
}, async () => {
  station = new Workstation({
    person: false,
    usualPort: true,
    init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'],
  })
  await begin()
  person('jdoe', 'operator')
  for (const name of ['a.dat', 'b.dat']) writeFileSync(join(station.folder, name), name)
  await station.until('they are refused', ({ units }) => units.unclaimed === 2)
  await station.settled()
  const refused = records(/^capture\.refused$/)
  const claim = (as: string, ...seqs: string[]) =>
    station.tryRelayWith(`${good}\n`, 'claim', ...seqs, '--as', as, ...why, '--port', port)
  const [a, b] = refused.map(({ seq }) => String(seq)) as [string, string]
  expect(claim('asmith', a)).toMatchObject({ code: 2, error: expect.stringContaining('may not do this') })
  expect(claim('jdoe', a)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/: claimed: record \d+ is the claim/),
  })
  expect(claim('jdoe', a, '0')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/somebody answers for it already\n.*it is not an unclaimed capture/),
  })
  expect((await station.status()).units.unclaimed).toBe(1)
  const listed = () => JSON.parse(station.tryRelay('unclaimed', '--data', station.data, '--json').out)
  expect(listed().unclaimed.map(({ seq }: { seq: number }) => String(seq))).toEqual([b])
  const [claimed, ...more] = records(/^capture\.claimed$/)
  expect(more).toEqual([])
  expect(claimed).toMatchObject({
    actor: { id: 'jdoe', via: 'password' },
    body: { refusal: { seq: Number(a) }, path: refused[0]?.body['path'], sha256: refused[0]?.body['sha256'] },
  })
  expect(records(/^capture\.refused$/)).toEqual(refused)
  await station.stop()
  expect(listed().total).toBe(1)
  await station.start('--port', port)
  expect(claim('jdoe', a).code).toBe(1)
  expect(station.verify().code).toBe(0)
})

describe('an e-signature', { tags: ['req/P11-70-1', 'req/P11-100b-1', 'challenge'] }, () => {
  /** Two administrators, a reviewer who may sign, and a key on a tablet that is enrolled. */
  async function enrolled() {
    await begin()
    person('adm2', 'administrator')
    person('jdoe', 'reviewer')
    const propose = ['propose-signer', 'jdoe', '--identity-check', 'passport seen']
    expect(account([good], ...propose, '--as', 'asmith', ...why).code).toBe(0)
    expect(account([good], 'grant-signer', 'jdoe', '--as', 'adm2', ...why).code).toBe(0)
    const asked = client(await signIn('jdoe'))
    const { nonce, trail, keyName } = await asked.call('startEnrolment', { body: { device: 'tablet-1' } })
    const signer = signerOf(keyName, 'note', new Uint8Array(randomBytes(32)))
    const proof = Buffer.from(signProof({ nonce, trail, key: signer.vkey }, signer)).toString()
    await asked.call('enrolKey', { body: { device: 'tablet-1', password: good, proof } })
    return { asked, signer, trail }
  }

  function statement(signer: Signer, seq: number, count: number, more: Partial<Statement> = {}): string {
    const checkpoint = parseCheckpoint(Buffer.from(station.relay('checkpoint', '--data', station.data)))
    const [line = ''] = station
      .relay('trail', '--data', station.data, '--from', String(seq), '--limit', '1')
      .split('\n')
    const note = signStatement(
      {
        at: new Date().toISOString(),
        checkpoint: { trail: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
        count,
        meaning: 'reviewed',
        name: 'Person jdoe',
        reason: 'integration checked',
        records: [{ seq, leaf: leafHash(Buffer.from(line)) }],
        user: 'jdoe',
        ...more,
      },
      signer,
    )
    return Buffer.from(printStatementNote(note)).toString()
  }

  test('is taken in once, with a receipt; relay verify checks it; a revoked device signs nothing more', async () => {
    const { asked, signer } = await enrolled()
    writeFileSync(join(station.folder, 'a.dat'), 'x')
    await station.until('it is recorded', ({ units }) => units.recorded === 1)
    await station.settled()
    const [captured] = records(/^file\.created$/)
    const seq = captured?.seq ?? 0
    const note = statement(signer, seq, 1)
    const give = async (...items: string[]) => (await asked.call('giveStatements', { body: { items } })).items
    const wrong = note.replace('"meaning":"reviewed"', '"meaning":"rejected"')
    expect((await give(wrong, note, note)).map(({ verdict, code }) => [verdict, code])).toEqual([
      ['refused', 'signature'],
      ['accepted', null],
      ['duplicate', null],
    ])
    expect(records(/^signature\.applied$/)).toMatchObject([
      { actor: { id: 'jdoe', name: 'Person jdoe' }, body: { note } },
    ])
    await station.settled()
    const verdict = station.verify()
    expect(verdict).toMatchObject({ code: 0, out: expect.stringContaining('1 e-signature') })
    await station.stop('SIGKILL')
    await station.start('--port', port)
    const again = client(await signIn('jdoe'))
    const { items } = await again.call('giveStatements', { body: { items: [note] } })
    expect(items[0]?.verdict).toBe('duplicate')
    const device = (...args: string[]) =>
      station.tryRelayWith(`${good}\n`, 'device', ...args, '--as', 'asmith', '--port', port)
    expect(device('list').out).toMatch(/^jdoe\/tablet-1 +since .*, 1 signature, lease until/)
    expect(device('revoke', 'jdoe/tablet-2', ...why)).toMatchObject({ code: 2 })
    expect(device('revoke', 'jdoe/tablet-1', ...why)).toMatchObject({ code: 0 })
    const later = statement(signer, seq, 2, { meaning: 'rejected' })
    expect((await again.call('giveStatements', { body: { items: [later] } })).items[0]).toMatchObject({
      verdict: 'held',
      code: 'key-revoked',
    })
    expect(station.verify().code).toBe(0)
  })

  test('that is held counts once somebody of quality says so; the next version of the file is unsigned', {
    tags: ['req/P11-70-2', 'req/OFF-1'],
  }, async () => {
    const { asked, signer } = await enrolled()
    person('quinn', 'qa')
    const file = join(station.folder, 'a.dat')
    writeFileSync(file, 'x')
    await station.until('it is recorded', ({ units }) => units.recorded === 1)
    await station.settled()
    const seq = records(/^file\.created$/)[0]?.seq ?? 0
    const note = statement(signer, seq, 1)
    const lock = ['device', 'revoke', 'jdoe/tablet-1', '--as', 'asmith', '--port', port, ...why]
    expect(station.tryRelayWith(`${good}\n`, ...lock).code).toBe(0)
    expect((await asked.call('giveStatements', { body: { items: [note] } })).items[0]?.verdict).toBe('held')
    await station.stop('SIGKILL')
    await station.start('--port', port)
    const signature = (user: string, ...args: string[]) =>
      station.tryRelayWith(`${good}\n`, 'signature', ...args, '--as', user, '--port', port)
    const [, name = ''] = /^([0-9a-f]{16}) +The key was revoked/.exec(signature('quinn', 'held').out) ?? []
    expect(signature('asmith', 'accept', name, ...why).code).toBe(2)
    expect(signature('quinn', 'accept', name, ...why)).toMatchObject({ code: 0, error: '' })
    expect(signature('quinn', 'held').out).toBe('No signature is held.\n')
    const list = () => signature('quinn', 'list').out
    expect(list()).toMatch(/^REVIEWED +record \d+ +a\.dat/)
    expect(list()).toContain('counts since quinn decided so')
    writeFileSync(file, 'another content')
    await station.until('it is recorded again', () => records(/^file\.changed$/).length === 1)
    expect(list()).toMatch(/^REVIEWED[\s\S]*newer version, record \d+: unsigned/)
    await station.settled()
    expect(station.verify()).toMatchObject({ code: 0, out: expect.stringContaining('1 e-signature') })
  })
})

test(`on a full disk nothing is done, that is said, and it is as before when there is room${isRoot ? '' : ' (not executed: needs root for a small disk)'}`, {
  tags: ['req/DI-2', 'challenge', 'fault'],
}, async () => {
  if (!isRoot) return
  mkdirSync(station.data, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', station.data])
  undo.push(() => execFileSync('bash', ['-c', 'umount -l "$1" 2>/dev/null || true', '-', station.data]))
  await begin()
  const token = await signIn('asmith')
  const ballast = join(station.data, 'ballast')
  execFileSync('bash', ['-c', 'head -c 10m /dev/zero > "$1" 2>/dev/null || true', '-', ballast])
  const add = (i: number) =>
    client(token).call('addAccount', {
      body: {
        user: `jdoe${i}`,
        name: `Person ${i}`,
        roles: ['reviewer'],
        password: good,
        reason: 'as agreed with the head of the laboratory',
      },
    })
  const refusals: string[] = []
  for (let i = 0; refusals.at(-1) !== 'held' && i < 300; i++) refusals.push(await refusalOf(add(i)))
  expect(refusals.at(-1)).toBe('held')
  const done = refusals.length - 1
  rmSync(ballast)
  await station.until('it records again', ({ held }) => held === null)
  // Not done, and not done later: the same user id is free.
  expect(await refusalOf(add(done))).toBe('none')
  const { accounts } = await client(token).call('listAccounts', {})
  expect(accounts.filter(({ id }) => id.startsWith('jdoe'))).toHaveLength(done + 1)
  await station.stop()
  expect(records(/^account\.added$/)).toHaveLength(done + 2)
  expect(station.verify().code).toBe(0)
})

/** Changes the line of the first record that is so, past the relay; its length stays as it is. */
function forge(
  isIt: (entry: {
    readonly record: { readonly kind: string; readonly body: { readonly [key: string]: unknown } }
  }) => boolean,
  change: (text: string) => string,
): void {
  const database = new DatabaseSync(join(station.data, 'relay.db'))
  database.exec('DROP TRIGGER entry_stays')
  const rows = database.prepare('SELECT seq, line FROM entry ORDER BY seq').all() as {
    seq: number
    line: Uint8Array
  }[]
  const found = rows.find(({ line }) => isIt(JSON.parse(Buffer.from(line).toString())))
  if (found === undefined) throw new Error('there is no such record')
  const line = Buffer.from(change(Buffer.from(found.line).toString()))
  expect(line.equals(found.line)).toBe(false)
  database.prepare('UPDATE entry SET line = ? WHERE seq = ?').run(line, found.seq)
  database.close()
}
