import { beforeEach, describe, expect, test } from 'vitest'
import type { Problem } from '../../api/index.ts'
import { ApiSite, codeOf, requestOf } from '../http/api-site.test-support.ts'
import { good, other, problemOf, reason, relay, Site } from '../people-site.test-support.ts'
import { peopleStanding } from '../people-standing.ts'
import { FREE_REFUSALS, REST_MILLISECONDS, RecoveryBook } from './recovery-book.ts'

const [setUp, lost, next, later] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
]

describe('a recovery file that waits', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  let site: Site
  beforeEach(async () => {
    site = new Site()
    const body = { sha256: setUp, how: 'set-up' }
    await site.disk.append({ actor: relay, kind: 'recovery.written', body })
    site.start()
    await site.first()
  })

  const written = (sha256: string, how = 'replaced') =>
    site.people.recoveryFiles.written(relay, { sha256, how })
  const confirm = async (digest: string, why = reason, who = 'first') =>
    problemOf(site.people.recoveryFiles.confirm(await site.caller(who), digest, why))
  const counts = () => site.people.recoveryFiles.onRecord().counts
  const waiting = () => site.people.recoveryFiles.onRecord().waiting.map(({ sha256 }) => sha256)
  const confirmations = () => site.disk.records.filter(({ kind }) => kind === 'recovery.confirmed')

  test.each(['made', 'renewed', 'replaced'])(
    'is known of at once, and counts after three days where nobody confirms it (%s)',
    async (how) => {
      await written(next, how)
      expect(waiting()).toEqual([next])
      expect(peopleStanding(site.memory, site.disk.wall).recoveryFilesWaiting).toBe(1)
      await site.work(REST_MILLISECONDS - 1)
      expect(counts()).toBe(setUp)
      site.disk.pass(1)
      expect([counts(), waiting()]).toEqual([next, []])
      expect(peopleStanding(site.memory, site.disk.wall).recoveryFilesWaiting).toBe(0)
    },
  )

  test('counts at once by a confirmation, and none before it, now, after a restart and in a new trail', async () => {
    await written(lost)
    await written(next)
    await written(later)
    expect(await confirm(next)).toBe('none')
    expect(confirmations()).toMatchObject([
      { actor: { id: 'first', via: 'password' }, body: { sha256: next, how: 'replaced', reason } },
    ])
    expect(site.alerts().at(-1)).toMatchObject({ severity: 'notice' })
    const holds = () => [counts(), waiting()]
    expect(holds()).toEqual([next, [later]])
    site.start()
    expect(holds()).toEqual([next, [later]])
    const carried = site.memory.recoveries.carried()
    expect(JSON.stringify(carried)).not.toContain(lost)
    expect(JSON.stringify(carried)).not.toContain(setUp)
    const begun = new RecoveryBook()
    begun.take({ kind: '', body: {}, ...carried, time: new Date(site.disk.wall).toISOString(), seq: 0 })
    expect(begun.fileAt(site.disk.wall)).toBe(next)
    expect(begun.waiting(site.disk.wall).map(({ sha256 }) => sha256)).toEqual([later])
    // What nobody confirmed still waits for its days, as it did, and no longer.
    await site.work(REST_MILLISECONDS)
    expect(counts()).toBe(later)
    expect(begun.fileAt(site.disk.wall)).toBe(next)
    for (const record of site.disk.records) if (record.kind === 'recovery.waited') begun.take(record)
    expect(begun.fileAt(site.disk.wall)).toBe(later)
  })

  test('is overtaken for good by a later one that is confirmed', async () => {
    await written(lost)
    await written(next)
    expect(await confirm(next)).toBe('none')
    await site.work(REST_MILLISECONDS)
    expect([counts(), waiting()]).toEqual([next, []])
    expect(await confirm(lost)).toBe('recovery-file-unknown')
  })

  test('is named by its own digest, once, with a reason, and while it waits', async () => {
    await written(next)
    for (const digest of [lost, '', next.slice(0, 12), next.toUpperCase()])
      expect(await confirm(digest)).toBe('recovery-file-unknown')
    expect(await confirm(next, 'ok')).toBe('reason-missing')
    expect(await confirm(setUp)).toBe('nothing-changed')
    expect(counts()).toBe(setUp)
    expect(await confirm(next)).toBe('none')
    expect(await confirm(next)).toBe('nothing-changed')
    expect(await confirm(setUp)).toBe('recovery-file-unknown')
    expect(confirmations()).toHaveLength(1)
  })

  test('that is an old one, or counts already, is told to be that', async () => {
    const said = async (digest: string) =>
      site.people.recoveryFiles.confirm(await site.caller('first'), digest, reason).then(
        () => 'none',
        ({ details }: Problem) => details.detail ?? 'nothing',
      )
    await written(lost)
    await written(next)
    expect(await said(setUp)).toBe('recovery-file-counts')
    expect(await said(next)).toBe('none')
    expect(await said(next)).toBe('recovery-file-counts')
    for (const old of [setUp, lost]) expect(await said(old)).toBe('recovery-file-former')
    expect(await said('0'.repeat(64))).toBe('nothing')
  })

  test('is not confirmed by whoever is no administrator, or is none any more when their turn comes', async () => {
    await written(next)
    const first = await site.caller('first')
    for (const role of ['operator', 'reviewer', 'qa', 'auditor'] as const) {
      await site.person(first, `one-${role}`, [role])
      expect(await confirm(next, reason, `one-${role}`)).toBe('forbidden')
    }
    await site.person(first, 'adm2', ['administrator'])
    const adm2 = await site.caller('adm2')
    await site.people.disable(first, 'adm2', reason)
    expect(await problemOf(site.people.recoveryFiles.confirm(adm2, next, reason))).toBe('unauthenticated')
    expect([counts(), waiting(), confirmations()]).toEqual([setUp, [next], []])
  })

  test('is as it was while nothing can be recorded', async () => {
    await written(next)
    const first = await site.caller('first')
    site.disk.full = true
    await expect(site.people.recoveryFiles.confirm(first, next, reason)).rejects.toThrow('full')
    await expect(written(later)).rejects.toThrow('full')
    site.disk.full = false
    expect([counts(), waiting()]).toEqual([setUp, [next]])
  })

  test('can be confirmed only where an administrator can sign in, and only while it waits', async () => {
    const { recoveryFiles } = site.people
    expect([recoveryFiles.canBeConfirmed(next), recoveryFiles.canBeConfirmed(setUp)]).toEqual([false, false])
    await written(next)
    expect(recoveryFiles.canBeConfirmed(next)).toBe(true)
    for (let i = 0; i < 10; i++) await problemOf(site.people.signIn('first', other, `tablet-${i % 3}`))
    expect(site.people.account('first')?.locked).toBeDefined()
    expect(recoveryFiles.canBeConfirmed(next)).toBe(false)
  })

  test('is listed and confirmed over HTTP by an administrator’s session and password', async () => {
    await written(next)
    const api = new ApiSite(site)
    const token = await api.token('first')
    const body = (given: object) => JSON.stringify({ password: good, reason, digest: next, ...given })
    const ask = (given: object) =>
      api.ask(requestOf('POST', '/v1/recovery-files/confirm', { token, body: body(given) }))
    const listed = async () => (await api.ask(requestOf('GET', '/v1/recovery-files', { token }))).json()
    const countsFrom = new Date(site.disk.wall + REST_MILLISECONDS).toISOString()
    const asked = { counts: setUp, waiting: [{ digest: next, how: 'replaced', countsFrom }] }
    expect(await listed()).toEqual(asked)
    expect(await codeOf(await ask({ password: other }))).toBe('password-wrong')
    expect(await codeOf(await ask({ digest: lost }))).toBe('recovery-file-unknown')
    expect(await listed()).toEqual(asked)
    expect(await (await ask({})).json()).toEqual({ counts: next, waiting: [] })
    expect(await listed()).toEqual({ counts: next, waiting: [] })
  })
})

test('what was tried while the clock was ahead keeps nobody waiting for longer than an hour, once it is right', {
  tags: ['challenge'],
}, () => {
  const now = Date.parse('2026-03-02T08:00:00.000Z')
  const time = new Date(now + 365 * 86_400_000).toISOString()
  const book = new RecoveryBook()
  for (let seq = 0; seq < FREE_REFUSALS + 20; seq++)
    book.take({ kind: 'account.recovery-refused', body: { what: 'passphrase' }, time, seq })
  expect(book.waitSeconds(now)).toBe(3_600)
  expect(book.waitSeconds(now + 3_599_000)).toBe(1)
  expect(book.waitSeconds(now + 3_600_000)).toBe(0)
  book.refused(now + 3_600_000)
  expect(book.waitSeconds(now + 3_600_000)).toBe(3_600)
})
