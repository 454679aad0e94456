import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RULES, deviationsOf, type SigningRule, signingRuleOf } from '../../api/index.ts'
import type { Caller } from '../people.ts'
import { good, problemOf, projects, reason, Site } from '../people-site.test-support.ts'
import { changeRules } from './change-rules.ts'
import { carriedRules, RulesBook } from './rules-book.ts'

let site: Site
let first: Caller

beforeEach(async () => {
  site = new Site()
  first = await site.first()
})

describe('the rules of a site', () => {
  test('are changed by an administrator, with a reason, as a record of what was before and what is now', {
    tags: ['req/P11-10e-5'],
  }, async () => {
    await changeRules(site.people, first, { fourEyes: false }, reason, projects)
    expect(site.disk.records.at(-1)).toMatchObject({
      kind: 'rules.changed',
      actor: { id: 'first' },
      body: { before: { fourEyes: true }, after: { fourEyes: false }, reason },
    })
    expect(site.people.rules()).toEqual({ ...DEFAULT_RULES, fourEyes: false })
    const departs = (lengthMin: number) => {
      const rules = site.people.rules()
      return deviationsOf({ ...rules, passwords: { ...rules.passwords, lengthMin } })
    }
    expect(departs(15)).toEqual([expect.stringMatching(/^Four eyes is off/)])
    // The relay begins with twelve, and says that NIST asks for more.
    expect(deviationsOf(DEFAULT_RULES)).toEqual([expect.stringMatching(/^Passwords have 12 .* asks for 15 /)])
    expect(departs(14)).toHaveLength(2)
  })

  test('are the same after a restart, and in the trail that follows', async () => {
    const rule = { steps: [{ meaning: 'reviewed', role: 'reviewer' }], independent: true } as const
    const own = { ...rule, steps: [...rule.steps] }
    await changeRules(site.people, first, { signing: { NMR: own, '*': own } }, reason, projects)
    await changeRules(site.people, first, { signing: { NMR: null }, fourEyes: false }, reason, projects)
    const wanted = { ...DEFAULT_RULES, fourEyes: false, signing: { '*': own } }
    expect(site.people.rules()).toEqual(wanted)
    expect(site.start().rules()).toEqual(wanted)
    const next = new RulesBook()
    for (const { kind, body } of carriedRules(site.memory.rules))
      next.take({
        kind,
        body,
        seq: 1,
        time: '2026-03-02T08:00:00.000Z',
        actor: { id: 'r', name: 'r', via: 'relay' },
      })
    expect(next.rules).toEqual(wanted)
    expect(carriedRules(new RulesBook())).toEqual([])
  })

  test('of a project are its own, or those of all others', () => {
    const rule = { steps: [], independent: true }
    expect(signingRuleOf({ signing: {} }, 'NMR')).toEqual({ steps: [], independent: false })
    expect(signingRuleOf({ signing: { '*': rule } }, 'NMR')).toEqual(rule)
    expect(signingRuleOf({ signing: {} }, 'constructor')).toEqual({ steps: [], independent: false })
  })

  test('are not changed by others, without a reason, to what they are, or to what cannot be', {
    tags: ['challenge'],
  }, async () => {
    await site.person(first, 'quinn', ['qa'])
    const quinn = await site.caller('quinn')
    const before = site.disk.records.length
    const change = { fourEyes: false }
    expect(await problemOf(changeRules(site.people, quinn, change, reason, projects))).toBe('forbidden')
    expect(await problemOf(changeRules(site.people, first, change, 'because', projects))).toBe(
      'reason-missing',
    )
    expect(await problemOf(changeRules(site.people, first, { fourEyes: true }, reason, projects))).toBe(
      'nothing-changed',
    )
    const step = { meaning: 'approved', role: 'administrator' } as const
    const signing = { NMR: { steps: [step], independent: false } }
    expect(await problemOf(changeRules(site.people, first, { signing }, reason, projects))).toBe('rule-form')
    const own: SigningRule = { steps: [], independent: true }
    const many = Object.fromEntries(Array.from({ length: 81 }, (_, i) => [`P${i}`, own]))
    expect(await problemOf(changeRules(site.people, first, { signing: many }, reason, projects))).toBe(
      'rule-form',
    )
    const url = 'http://tsa.lab.example/'
    for (const anchor of ['AAAA', Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64')]) {
      const rule = { timeStamps: { url, anchors: [anchor], everyMinutes: 60 } }
      expect(await problemOf(changeRules(site.people, first, rule, reason, projects))).toBe('rule-form')
    }
    expect(site.disk.records).toHaveLength(before)
    expect(site.people.rules()).toEqual(DEFAULT_RULES)
  })

  test('are of projects that the relay has, or once had: another is refused, with the nearest names', {
    tags: ['challenge'],
  }, async () => {
    const rule: SigningRule = { steps: [], independent: true }
    const set = (signing: Record<string, SigningRule | null>) =>
      changeRules(site.people, first, { signing }, reason, ['LCMS', 'NMR', 'GC', 'IR', 'UV', 'HPLC', 'MS'])
    const before = site.disk.records.length
    await expect(set({ nmrr: rule })).rejects.toMatchObject({
      code: 'project-unknown',
      details: {
        pointer: '/change/signing/nmrr',
        there: { names: ['NMR', 'IR', 'MS', 'GC', 'HPLC'], more: 2 },
      },
      message: 'This relay has never had this project. There is NMR, IR, MS, GC, HPLC and 2 more.',
    })
    expect(await problemOf(set({ nmr: rule, NMR: rule }))).toBe('project-unknown')
    expect(site.disk.records).toHaveLength(before)
    await set({ NMR: rule, '*': rule })
    // A rule that is there from before is taken away, whatever became of its project.
    await changeRules(site.people, first, { signing: { NMR: null } }, reason, [])
    expect(site.people.rules().signing).toEqual({ '*': rule })
  })

  test('for passwords count from the next one that is set', { tags: ['challenge'] }, async () => {
    await changeRules(
      site.people,
      first,
      { passwords: { lengthMin: 20, composition: 'annex11', maxAgeDays: null } },
      reason,
      projects,
    )
    const code = await site.people.add(first, { id: 'jdoe', name: 'Jane Doe', roles: ['reviewer'], reason })
    const set = (password: string) => site.people.setPasswordByCode('jdoe', code, password, 'local')
    expect(await problemOf(set('gravel spoon 41'))).toBe('password-short')
    await expect(set('gravel spoon 41')).rejects.toThrow(
      'The password is too short. It takes 20 characters or more.',
    )
    expect(await problemOf(set(good))).toBe('password-composition')
    expect(await problemOf(set('Gravel spoon tundra 41'))).toBe('none')
    expect((await site.people.signIn('first', good, 'local')).mustChange).toBe(true)
  })

  test('that no relay can have written stop whoever reads them', { tags: ['challenge'] }, async () => {
    await site.disk.append({
      actor: { id: 'first', name: 'First Person', via: 'password' },
      kind: 'rules.changed',
      body: { after: { fourEyes: 'no' } },
    })
    expect(() => site.start()).toThrow('rules of no form')
  })

  test('for time stamps that do not say how often are those of once an hour', async () => {
    const timeStamps = { url: 'http://tsa.lab.example/', anchors: ['AAAA'] }
    await site.disk.append({
      actor: { id: 'first', name: 'First Person', via: 'password' },
      kind: 'rules.changed',
      body: { after: { timeStamps } },
    })
    site.start()
    expect(site.people.rules().timeStamps).toEqual({ ...timeStamps, everyMinutes: 60 })
  })
})
