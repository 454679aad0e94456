import { beforeEach, describe, expect, test } from 'vitest'
import { policy, routeNames, routeOf, routes } from '../api/index.ts'
import { fromUtf8, printNote, printStatement, signNote } from '../trail/index.ts'
import { ApiSite, codeOf, requestOf } from './http/api-site.test-support.ts'
import { good, other, problemOf, reason, Site } from './people-site.test-support.ts'
import { IDLE_MILLISECONDS, LIFE_MILLISECONDS } from './sessions/sessions.ts'
import { Device, SigningSite } from './signing/signing-site.test-support.ts'

/* What 21 CFR Part 11 asks of people's access and signatures: given, when, then, as an assessor would try it. */

describe('access', () => {
  let site: Site

  beforeEach(() => {
    site = new Site()
  })

  test('ends by itself after a quarter of an hour without a request, and after twelve hours with them', {
    tags: ['req/P11-10d-2', 'challenge'],
  }, async () => {
    await site.first()
    const { token } = await site.people.signIn('first', good, 'local')
    site.disk.pass(IDLE_MILLISECONDS - 1)
    expect(site.people.caller(token).account.id).toBe('first')
    site.disk.pass(IDLE_MILLISECONDS)
    expect(() => site.people.caller(token)).toThrow('Sign in first')
    const busy = await site.people.signIn('first', good, 'local')
    for (let passed = 0; passed + 600_000 < LIFE_MILLISECONDS; passed += 600_000) {
      site.disk.pass(600_000)
      site.people.caller(busy.token)
    }
    site.disk.pass(600_000)
    expect(() => site.people.caller(busy.token)).toThrow('Sign in first')
    expect([IDLE_MILLISECONDS, LIFE_MILLISECONDS]).toEqual([15 * 60_000, 12 * 3_600_000])
  })

  test('has no place where somebody could set how long a session lasts', {
    tags: ['req/P11-10d-2', 'challenge'],
  }, () => {
    const names = routeNames.flatMap((name) => {
      const { body } = routeOf(name) as { readonly body: { readonly shape?: object } | undefined }
      return Object.keys(body?.shape ?? {})
    })
    expect(names.filter((name) => /idle|timeout|session|life|expir/i.test(name))).toEqual([])
  })

  test('of a disabled account ends with that record, and a signature made offline after it is not taken', {
    tags: ['req/P11-10d-4', 'challenge'],
  }, async () => {
    const lab = new SigningSite()
    const tablet = await lab.signerWith('jdoe', 'reviewer')
    const { token } = await lab.site.people.signIn('jdoe', good, 'local')
    await lab.site.people.disable(await lab.first(), 'jdoe', reason)
    expect(() => lab.site.people.caller(token)).toThrow('Sign in first')
    lab.disk.pass(60_000)
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('refused account-disabled')
    expect(lab.disk.kinds()).toContain('signature.refused')
  })

  test('begins with nobody: a new relay has no account, and none can be called after a role or a program', {
    tags: ['req/DI-1', 'challenge'],
  }, async () => {
    expect(site.people.accounts()).toEqual([])
    for (const id of ['admin', 'test', 'lab', 'qc', 'root', 'administrator-1', 'qa.user', 'ADMIN'])
      expect(
        await problemOf(site.people.addFirst({ id: 'r', name: 'r', via: 'relay' }, { id, name: 'A Person' })),
        id,
      ).toBe('user-id-reserved')
    expect(site.disk.records).toEqual([])
  })

  test('of somebody who signs is not reset by one administrator, and a reset ends their keys', {
    tags: ['req/P11-200a3-1', 'challenge'],
  }, async () => {
    const lab = new SigningSite()
    const tablet = await lab.signerWith('jdoe', 'reviewer')
    const { people } = lab.site
    expect(await people.reset(await lab.first(), 'jdoe', reason)).toBeUndefined()
    expect(await problemOf(people.reset(await lab.first(), 'jdoe', reason))).toBe('second-person-needed')
    // Until the second has said so, everything is as it was.
    expect(await problemOf(people.signIn('jdoe', good, 'local'))).toBe('none')
    const code = await people.reset(await lab.site.caller('second'), 'jdoe', reason)
    expect(lab.disk.records.at(-1)).toMatchObject({
      kind: 'key.revoked',
      body: { key: tablet.signer.vkey, user: 'jdoe', reason: 'the password was reset' },
    })
    await people.setPasswordByCode('jdoe', code ?? '', other, 'local')
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).not.toContain('accepted')
    // And whoever has the code now may still not sign: that right is to be given again, by two.
    const thief = new Device('jdoe', 'tablet-9')
    const by = await lab.site.caller('jdoe', other)
    expect(() => lab.signing.challenge(by, 'tablet-9')).not.toThrow()
    expect(await problemOf(lab.signing.enrol(by, 'tablet-9', 'compliance-relay/enrol/v1'))).toBe('forbidden')
    expect(thief.count).toBe(0)
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('a retired person’s keys are revoked with the account', {
    tags: ['req/P11-300c-1', 'challenge'],
  }, async () => {
    const lab = new SigningSite()
    const [one, two] = [await lab.signerWith('jdoe', 'reviewer'), new Device('jdoe', 'tablet-2')]
    await lab.enrol(two)
    await lab.site.people.retire(await lab.first(), 'jdoe', reason)
    const keys = lab.site.memory.signing.keys().filter(({ user }) => user === 'jdoe')
    expect(keys.map(({ revoked }) => revoked !== undefined)).toEqual([true, true])
    expect(await lab.verdict(lab.sign(one, [lab.capture()]))).not.toContain('accepted')
  })

  test('a lost device is ended by one act: its next signature is held, and its key gets no lease', {
    tags: ['req/P11-300c-1', 'challenge'],
  }, async () => {
    const lab = new SigningSite()
    const tablet = await lab.signerWith('jdoe', 'reviewer')
    const before = lab.disk.records.length
    await lab.signing.revoke(await lab.site.caller('second'), tablet.signer.vkey, 'left in a taxi on Monday')
    expect(lab.disk.kinds().slice(before)).toEqual(['session.started', 'key.revoked'])
    expect(await lab.verdict(lab.sign(tablet, [lab.capture()]))).toBe('held key-revoked')
    const by = await lab.site.caller('jdoe')
    expect(await problemOf(lab.signing.renew(by, tablet.signer.vkey))).toBe('key-unknown')
  })

  test('cannot be shut to its owner by a thousand guesses on another device', {
    tags: ['req/P11-300d-2', 'challenge'],
  }, async () => {
    await site.first()
    for (let i = 0; i < 1_000; i++) await problemOf(site.people.signIn('first', `${other} ${i}`, 'tablet-9'))
    expect(site.people.account('first')?.locked).toBeUndefined()
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('none')
  })

  test('two hundred wrong sign-ins each of a known and an unknown name are told the same', {
    tags: ['req/ENUM-1', 'challenge'],
    timeout: 120_000,
  }, async () => {
    const api = new ApiSite()
    await api.site.first()
    const answers = async (user: string) => {
      const said: string[] = []
      for (let i = 0; i < 200; i++) {
        const body = JSON.stringify({ user, password: `${other} ${i}` })
        const answer = await api.ask(requestOf('POST', '/v1/session', { body }))
        said.push(`${answer.status} ${answer.headers.get('retry-after')} ${await answer.text()}`)
        api.site.disk.pass(1_000)
      }
      return said
    }
    const known = await answers('first')
    api.site.disk.pass(86_400_000)
    expect(await answers('nobody-here')).toEqual(known)
  })
})

describe('a signature', { tags: ['challenge'] }, () => {
  let lab: SigningSite
  let tablet: Device

  beforeEach(async () => {
    lab = new SigningSite()
    tablet = await lab.signerWith('jdoe', 'reviewer')
  })

  const applied = () => lab.disk.kinds().filter((kind) => kind === 'signature.applied').length

  test('without meaning, or without reason, is none', { tags: ['req/SIG-1'] }, async () => {
    const text = printStatement(lab.statement(tablet, [lab.capture()], 'reviewed'))
    const without = [
      text.replace('"meaning":"reviewed",', ''),
      text.replace('"reviewed"', '"seen"'),
      text.replace(/"reason":"[^"]*",/, ''),
      text.replace(/"reason":"[^"]*"/, '"reason":" . "'),
    ]
    for (const one of without) {
      expect(one).not.toBe(text)
      expect(await lab.verdict(printNote(signNote(one, tablet.signer)))).toBe('refused form')
    }
    expect(applied()).toBe(0)
    expect(await lab.verdict(printNote(signNote(text, tablet.signer)))).toBe('accepted')
  })

  test('is not made by a session: without the key, which a password opens, there is none; nor is a key without it', {
    tags: ['req/P11-200a1-1'],
  }, async () => {
    const seq = lab.capture()
    const own = new Device('jdoe', 'tablet-1')
    const [item] = await lab.giveAs('jdoe', [lab.sign(own, [seq])])
    expect(item).toMatchObject({ verdict: 'refused', code: 'not-enrolled' })
    const api = new ApiSite(lab.site)
    const token = await api.token('jdoe')
    for (const password of [other, 'nickel otter canvas 18']) {
      const body = JSON.stringify({ password, device: 'tablet-3', proof: 'x' })
      expect(await codeOf(await api.ask(requestOf('POST', '/v1/keys', { token, body })))).toBe(
        'password-wrong',
      )
    }
    expect(lab.disk.records.filter(({ kind }) => kind === 'session.refused')).toHaveLength(2)
    expect(applied()).toBe(0)
  })

  test('is its owner’s alone: nobody signs for another, and no place of the interface names who signs', {
    tags: ['req/P11-200a2-1'],
  }, async () => {
    const anne = await lab.signerWith('anne', 'reviewer', 'tablet-3')
    const seq = lab.capture()
    const forAnne = { ...lab.statement(tablet, [seq], 'reviewed'), user: 'anne', name: anne.name }
    expect(await lab.verdict(printNote(signNote(printStatement(forAnne), tablet.signer)))).toBe(
      'refused name',
    )
    expect(Object.keys(routes.giveStatements.body.shape)).toEqual(['items', 'lostBefore'])
    const signing = ['signature.make', 'signature.approve', 'signature.withdraw', 'device.enrol-own'] as const
    for (const action of signing)
      expect(policy[action].filter((role) => role !== 'reviewer' && role !== 'qa')).toEqual([])
    for (const role of ['operator', 'auditor'] as const) {
      await lab.site.person(await lab.first(), `${role.slice(0, 3)}-x1`, [role])
      const proposal = { identityCheck: 'passport seen by the head of QA', reason }
      const asked = lab.site.people.proposeSigner(await lab.first(), `${role.slice(0, 3)}-x1`, proposal)
      expect(await problemOf(asked)).toBe('roles-conflict')
    }
  })

  test('cannot be written by who has the database, and even the key of the chain', {
    tags: ['req/P11-70-3'],
  }, async () => {
    const [a, b] = [lab.capture(), lab.capture()]
    const note = lab.sign(tablet, [a])
    await lab.give(note)
    const actor = { id: 'jdoe', name: tablet.name, via: 'signature' }
    const forge = (text: string) => {
      lab.disk.link({ kind: 'signature.applied', actor, body: { note: text, meaning: 'approved' } })
      return lab.disk.verify()
    }
    const statement = lab.statement(tablet, [b], 'approved')
    const like = new Device('jdoe', 'tablet-1')
    const byAnother = forge(
      fromUtf8(new TextEncoder().encode(printNote(signNote(printStatement(statement), like.signer)))),
    )
    expect(byAnother.findings.map(({ code }) => code)).toContain('signer-not-enrolled')
    const moved = forge(note.replace(`"seq":${a}`, `"seq":${b}`))
    expect(moved.findings.map(({ code }) => code)).toContain('statement-signature')
    expect(moved.checked.statements).toBe(1)
    // A relay that starts on such a trail has the signature that is one, and refuses to believe the others as its own.
    expect(lab.disk.verify().findings.length).toBeGreaterThan(2)
  })
})
