import { beforeAll, describe, expect, test } from 'vitest'
import { good, other, pepper, problemOf, reason, relay, Site } from '../people-site.test-support.ts'
import { peopleStanding } from '../people-standing.ts'
import { wrapSecrets } from '../recovery-file.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { TICKET_MILLISECONDS } from './account-recovery.ts'
import {
  ANNOUNCED_MILLISECONDS,
  RECOVERED_SAID_MILLISECONDS,
  REST_HOURS,
  REST_MILLISECONDS,
  RecoveryBook,
} from './recovery-book.ts'

const HOUR = 3_600_000
const passphrase = 'orchid-lantern-74-gravel'
const by = { account: 'root', owner: 'uid:0' }
const ids = ['quinn', 'mlee']
let file: string
let later: string

beforeAll(async () => {
  const random = (size: number) => crypto.getRandomValues(new Uint8Array(size))
  const wrapped = () => wrapSecrets('lab.example/t/ws', { 'passwords.pepper': pepper }, passphrase, random)
  file = Buffer.from(await wrapped()).toString()
  later = Buffer.from(await wrapped()).toString()
})

const written = (site: Site, text: string, how = 'renewed') =>
  site.disk.append({ actor: relay, kind: 'recovery.written', body: { sha256: sha256Hex(text), how } })

/** A relay whose only administrator is `first`, with a recovery file of its set-up, and others by their roles. */
async function siteWith(...others: readonly ('qa' | 'operator')[]): Promise<Site> {
  const site = new Site()
  await written(site, file, 'set-up')
  site.start()
  const first = await site.first()
  for (const [i, role] of others.entries()) await site.person(first, String(ids[i]), [role])
  return site
}

interface Parts {
  readonly second?: string | undefined
  readonly recoveryFile?: string
  readonly passphrase?: string
  readonly password?: string
}

function begin(site: Site, second: string | undefined, id = 'first'): string {
  return site.people.recovery.begin(relay, { id, second, reason, by })
}

async function recovery(site: Site, parts: Parts = {}) {
  const { second, ...proof } = { second: 'quinn', ...parts }
  const ticket = begin(site, second)
  const given = { ticket, recoveryFile: file, passphrase, password: good, ...proof }
  return site.people.recovery.finish(given, 'local')
}

const hours = (site: Site) =>
  site.disk.records.flatMap(({ kind, body }) => (kind === 'recovery.waited' ? [body['hours']] : []))

const recorded = (site: Site) =>
  site.disk.records
    .filter(({ kind }) => /^account\.recover/.test(kind))
    .map(({ kind, body }) => ({ kind, body }))

describe('the last administrator’s way back in', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  test('takes the recovery file, its passphrase and a second person, and gives a one-time code', async () => {
    const site = await siteWith('qa')
    for (let i = 0; i < 10; i++) await problemOf(site.people.signIn('first', other, `tablet-${i % 3}`))
    const { token } = await site.people.signIn('quinn', good, 'local')
    expect(site.people.account('first')?.locked).toBeDefined()
    const { code, notBefore } = await recovery(site)
    expect(notBefore).toBeNull()
    expect(recorded(site)).toEqual([
      {
        kind: 'account.recovered',
        body: expect.objectContaining({
          account: 'first',
          second: 'quinn',
          recoveryFile: sha256Hex(file),
          reason,
          by,
        }),
      },
    ])
    expect(JSON.stringify(site.disk.records)).not.toContain(passphrase)
    expect(JSON.stringify(site.disk.records)).not.toContain(code)
    expect(site.alerts().at(-1)).toEqual({
      severity: 'critical',
      says: 'the account first was recovered with quinn',
    })
    // The old password opens nothing, nobody else's session ends, and the new one opens the account at once.
    expect(await problemOf(site.people.signIn('first', good, 'tablet-9'))).toBe('sign-in-refused')
    expect(site.people.caller(token).account.id).toBe('quinn')
    site.start()
    await site.people.setPasswordByCode('first', String(code), other, 'tablet-0')
    expect(await problemOf(site.people.signIn('first', other, 'tablet-0'))).toBe('none')
  })

  test('ends the sessions and the code before it', async () => {
    const site = await siteWith('qa')
    const { token } = await site.people.signIn('first', good, 'local')
    const before = await recovery(site)
    expect(() => site.people.caller(token)).toThrow(/Sign in/)
    const { code } = await recovery(site)
    expect(await problemOf(site.people.setPasswordByCode('first', String(before.code), other, 'local'))).toBe(
      'code-refused',
    )
    expect(await problemOf(site.people.setPasswordByCode('first', String(code), other, 'local'))).toBe('none')
  })

  test.each([
    ['another file', { recoveryFile: '{}' }, 'recovery-refused', 'account.recovery-refused'],
    ['a wrong passphrase', { passphrase: `${passphrase}x` }, 'recovery-refused', 'account.recovery-refused'],
    ['no passphrase', { passphrase: '' }, 'recovery-refused', 'account.recovery-refused'],
    ['a wrong password of the second', { password: other }, 'sign-in-refused', 'session.refused'],
    ['no password of the second', { password: '' }, 'sign-in-refused', 'session.refused'],
  ])('with %s nothing is done, and that is a record', async (_, parts, problem, kind) => {
    const site = await siteWith('qa')
    expect(await problemOf(recovery(site, parts))).toBe(problem)
    expect(site.disk.kinds().at(-1)).toBe(kind)
    expect(recorded(site).map((one) => one.kind)).not.toContain('account.recovered')
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('none')
  })

  test('is not there while another administrator can sign in, also one who comes in meanwhile', async () => {
    const site = await siteWith('qa')
    const first = await site.caller('first')
    await site.person(first, 'adm2', ['administrator'])
    await site.people.disable(first, 'adm2', reason)
    const ticket = begin(site, 'quinn')
    await site.people.enable(first, 'adm2', reason)
    expect(() => begin(site, 'quinn')).toThrow(/another administrator/)
    const proof = { ticket, recoveryFile: file, passphrase, password: good }
    expect(await problemOf(site.people.recovery.finish(proof, 'local'))).toBe('recovery-not-needed')
    expect(recorded(site)).toEqual([])
  })

  test('is for administrators whom nobody disabled, and for nobody else', async () => {
    const site = await siteWith('qa')
    const first = await site.caller('first')
    await site.person(first, 'adm2', ['administrator'])
    await site.people.disable(first, 'adm2', reason)
    for (const id of ['adm2', 'quinn']) expect(() => begin(site, 'first', id)).toThrow(/does not allow this/)
    expect(() => begin(site, 'first', 'nobody-here')).toThrow(/no such account/)
  })

  test('asks for QA where somebody of QA can sign in, else for anybody else, and never for oneself', async () => {
    const site = await siteWith('operator', 'qa')
    for (const second of ['quinn', 'first', 'nobody-here', '', undefined])
      expect(() => begin(site, second), String(second)).toThrow(/second person/)
    const first = await site.caller('first')
    const ticket = begin(site, 'mlee')
    await site.people.disable(first, 'mlee', reason)
    // Not of those who can sign in any more: their password opens nothing.
    const proof = { ticket, recoveryFile: file, passphrase, password: good }
    expect(await problemOf(site.people.recovery.finish(proof, 'local'))).toBe('sign-in-refused')
    expect((await recovery(site, { second: 'quinn' })).code).not.toBeNull()
  })

  test('is begun anew after ten minutes, after a try, and after a restart', async () => {
    const site = await siteWith('qa')
    const proof = { recoveryFile: file, passphrase, password: good }
    const finish = (ticket: string) => problemOf(site.people.recovery.finish({ ...proof, ticket }, 'local'))
    const late = begin(site, 'quinn')
    site.disk.pass(TICKET_MILLISECONDS)
    expect(await finish(late)).toBe('recovery-over')
    const used = begin(site, 'quinn')
    expect(
      await problemOf(site.people.recovery.finish({ ...proof, passphrase: '', ticket: used }, 'local')),
    ).toBe('recovery-refused')
    expect(await finish(used)).toBe('recovery-over')
    const before = begin(site, 'quinn')
    site.start()
    expect(await finish(before)).toBe('recovery-over')
    expect(await finish('')).toBe('recovery-over')
    expect(recorded(site).map(({ kind }) => kind)).toEqual(['account.recovery-refused'])
  })

  test('waits after five wrong passphrases, also after a restart, and what had to wait is summed up', async () => {
    const site = await siteWith('qa')
    const tickets = Array.from({ length: 6 }, () => begin(site, 'quinn'))
    const wrong = { recoveryFile: '{}', passphrase, password: good }
    const all = await Promise.all(
      tickets.map((ticket) => problemOf(site.people.recovery.finish({ ...wrong, ticket }, 'local'))),
    )
    expect(all).toEqual([...Array(5).fill('recovery-refused'), 'throttled'])
    expect(() => begin(site, 'quinn')).toThrow(/wait/)
    await site.people.sumUp()
    expect(recorded(site).at(-1)?.body).toMatchObject({ account: 'first', what: 'throttled', count: 2 })
    site.start()
    expect(() => begin(site, 'quinn')).toThrow(/wait/)
    site.disk.pass(60_000)
    expect((await recovery(site)).code).not.toBeNull()
  })

  test('is not cheaper to guess at, and lets nobody in, while nothing can be recorded', async () => {
    const site = await siteWith('qa')
    const tickets = Array.from({ length: 5 }, () => begin(site, 'quinn'))
    const good5 = begin(site, 'quinn')
    site.disk.full = true
    const proof = { recoveryFile: file, passphrase, password: good, ticket: good5 }
    await expect(site.people.recovery.finish(proof, 'local')).rejects.toThrow('full')
    for (const ticket of tickets)
      await expect(
        site.people.recovery.finish({ ...proof, recoveryFile: '{}', ticket }, 'local'),
      ).rejects.toThrow('full')
    site.disk.full = false
    expect(() => begin(site, 'quinn')).toThrow(/wait/)
    expect(recorded(site)).toEqual([])
  })

  test('opens by a file written later only when its record has rested, and until then by the one before', async () => {
    const site = await siteWith('qa')
    await written(site, later)
    site.start()
    expect(await problemOf(recovery(site, { recoveryFile: later }))).toBe('recovery-refused')
    expect((await recovery(site)).code).not.toBeNull()
    await site.work(REST_MILLISECONDS)
    expect(await problemOf(recovery(site))).toBe('recovery-refused')
    expect((await recovery(site, { recoveryFile: later })).code).not.toBeNull()
  })

  test.each(['renewed', 'replaced'])(
    'opens by a file that waits, however many of it are said to have been written since (%s)',
    async (how) => {
      const site = await siteWith('qa')
      await written(site, later)
      site.disk.pass(60_000)
      for (let i = 0; i < 250; i++) await written(site, `no file ${i}`, how)
      site.start()
      await site.work(REST_MILLISECONDS - 60_000)
      expect((await recovery(site, { recoveryFile: later })).code).not.toBeNull()
      // And in a trail that follows.
      const carried = site.memory.recoveries.carried()
      const next = new RecoveryBook()
      next.take({ kind: '', body: {}, ...carried, time: new Date(site.disk.wall).toISOString(), seq: 0 })
      expect(next.fileAt(site.disk.wall)).toBe(sha256Hex(later))
    },
  )

  test('is not crowded out by however many files that are said to have been written', async () => {
    const site = await siteWith('qa')
    for (let i = 0; i < 250; i++) await written(site, `no file ${i}`)
    site.start()
    expect((await recovery(site)).code).not.toBeNull()
    // And in a trail that follows, the same file counts.
    const { kind, body } = site.memory.recoveries.carried() ?? { kind: '', body: {} }
    const next = new RecoveryBook()
    next.take({ kind, body, time: new Date(site.disk.wall).toISOString(), seq: 0 })
    expect(next.fileAt(site.disk.wall)).toBe(sha256Hex(file))
    for (let hour = 1; hour <= REST_HOURS; hour++)
      next.take({
        kind: 'recovery.waited',
        body: {},
        time: new Date(site.disk.wall).toISOString(),
        seq: hour,
      })
    expect(next.fileAt(site.disk.wall)).toBe(sha256Hex(file))
    expect(next.fileAt(site.disk.wall + REST_MILLISECONDS)).toBe(sha256Hex('no file 249'))
  })
})

describe('where nobody else can sign in, a recovery', { tags: ['challenge'] }, () => {
  const alone = { second: undefined, password: '' }

  test('is announced, rests for three days, and is recorded as an incident', async () => {
    const site = await siteWith()
    const { code, notBefore } = await recovery(site, alone)
    expect(code).toBeNull()
    expect(Date.parse(String(notBefore))).toBe(site.disk.wall + REST_MILLISECONDS)
    expect(site.alerts().at(-1)?.says).toContain('by one person alone, in three days')
    await site.work(REST_MILLISECONDS - 1)
    site.start()
    expect(await problemOf(recovery(site, alone))).toBe('recovery-rests')
    site.disk.pass(1)
    const done = await recovery(site, alone)
    expect(recorded(site).at(-1)).toMatchObject({
      kind: 'account.recovered',
      body: { account: 'first', second: null, incident: expect.stringContaining('one person') },
    })
    expect(await problemOf(site.people.setPasswordByCode('first', String(done.code), other, 'local'))).toBe(
      'none',
    )
  })

  test('is over once the administrator signs in, and when a week has passed', async () => {
    const site = await siteWith()
    await recovery(site, alone)
    await site.caller('first')
    site.disk.pass(REST_MILLISECONDS)
    expect((await recovery(site, alone)).code).toBeNull()
    site.disk.pass(REST_MILLISECONDS + ANNOUNCED_MILLISECONDS)
    expect((await recovery(site, alone)).code).toBeNull()
    expect(recorded(site).map(({ kind }) => kind)).toEqual(Array(3).fill('account.recovery-announced'))
  })

  test('rests while the relay is at work, and not by a clock that was set while it stood still', async () => {
    const site = await siteWith()
    await recovery(site, alone)
    for (let start = 0; start < 5; start++) {
      site.disk.wall += 40 * HOUR
      site.start()
      expect(await problemOf(recovery(site, alone))).toBe('recovery-rests')
      // Nor by a clock that is set while it runs.
      await site.people.sweep()
      site.disk.wall -= 40 * HOUR
      await site.people.sweep()
    }
    expect(hours(site)).toEqual([])
    // What it was at work before a restart counts; the hour that it cut short does not.
    await site.work(10.5 * HOUR)
    site.start()
    await site.work(13.5 * HOUR)
    expect(hours(site)).toEqual(Array.from({ length: 23 }, (_, hour) => hour + 1))
    site.disk.wall += 72 * HOUR
    expect(await problemOf(recovery(site, alone))).toBe('recovery-rests')
    await site.work(HOUR)
    expect((await recovery(site, alone)).code).not.toBeNull()
    // And no more of them are recorded than are needed.
    await site.work(30 * HOUR)
    expect(hours(site)).toHaveLength(REST_HOURS)
  })

  test('rests for three days, too, when the relay was at work all the time', async () => {
    const site = await siteWith()
    await recovery(site, alone)
    await site.work(REST_MILLISECONDS - 60_000)
    expect(hours(site)).toHaveLength(REST_HOURS)
    expect(await problemOf(recovery(site, alone))).toBe('recovery-rests')
    site.disk.pass(60_000)
    expect((await recovery(site, alone)).code).not.toBeNull()
  })

  test('is counted on once the disk takes records again', async () => {
    const site = await siteWith()
    await recovery(site, alone)
    await site.work(2 * HOUR)
    site.disk.full = true
    site.disk.pass(2 * HOUR)
    await expect(site.people.sweep()).rejects.toThrow('full')
    site.disk.full = false
    await site.people.sweep()
    expect(hours(site)).toEqual([1, 2, 3])
  })

  test('is known of while it is announced, and once it was done, also in a trail that follows', async () => {
    const site = await siteWith()
    const standing = () => peopleStanding(site.memory, site.disk.wall)
    expect(standing()).toMatchObject({ recoveriesAnnounced: 0, recovered: null })
    await recovery(site, alone)
    expect(standing()).toMatchObject({ recoveriesAnnounced: 1, recovered: null })
    await site.work(REST_MILLISECONDS)
    await recovery(site, alone)
    const recovered = site.disk.records.findLast(({ kind }) => kind === 'account.recovered')?.time
    expect(standing()).toMatchObject({ recoveriesAnnounced: 0, recovered })
    site.start()
    expect(standing()).toMatchObject({ recoveriesAnnounced: 0, recovered })
    const carried = site.memory.recoveries.carried()
    const next = new RecoveryBook()
    next.take({ kind: '', body: {}, ...carried, time: new Date(site.disk.wall).toISOString(), seq: 0 })
    expect(next.recovered(site.disk.wall)).toBe(Date.parse(String(recovered)))
    expect(next.recovered(site.disk.wall + RECOVERED_SAID_MILLISECONDS)).toBeUndefined()
    next.take({ kind: 'access.reviewed', body: {}, time: String(recovered), seq: 1 })
    expect(next.recovered(site.disk.wall)).toBeUndefined()
  })

  test('takes a second person again as soon as there is one', async () => {
    const site = await siteWith()
    await recovery(site, alone)
    await site.person(await site.caller('first'), 'jdoe', ['operator'])
    site.disk.pass(REST_MILLISECONDS)
    expect(() => begin(site, undefined)).toThrow(/second person/)
  })
})
