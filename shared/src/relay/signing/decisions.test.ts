import { beforeEach, describe, expect, test } from 'vitest'
import { readReceipt } from '../../api/index.ts'
import { seedOf } from '../../seed.test-support.ts'
import { utf8 } from '../../trail/index.ts'
import { problemOf, projects } from '../people-site.test-support.ts'
import { changeRules } from '../rules/change-rules.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { Device, reason, relayKey, SigningSite } from './signing-site.test-support.ts'

let lab: SigningSite
let tablet: Device
let quinns: Device

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
  quinns = await lab.signerWith('quinn', 'qa', 'tablet-2')
})

const viewOf = (seq: number) => lab.signing.signed(200).signed.find((one) => one.seq === seq)
const steps = [
  { meaning: 'reviewed', role: 'reviewer' },
  { meaning: 'approved', role: 'qa' },
] as const

async function rule(independent: boolean, which: readonly (typeof steps)[number][] = steps): Promise<void> {
  const signing = { NMR: { steps: [...which], independent } }
  await changeRules(lab.site.people, await lab.first(), { signing }, reason, projects)
}

describe('a held signature', { tags: ['req/OFF-1', 'challenge'] }, () => {
  let seq: number
  let note: string

  beforeEach(async () => {
    seq = lab.capture()
    note = lab.sign(tablet, [seq])
    const second = await lab.site.caller('second')
    await lab.signing.revoke(second, tablet.signer.vkey, 'the tablet was left in a taxi')
    expect(await lab.verdict(note)).toBe('held key-revoked')
  })

  const decide = async (
    user: string,
    decision: 'accepted' | 'refused',
    given = reason,
    hash = sha256Hex(note),
  ) => lab.signing.decide(await lab.site.caller(user), hash, decision, given)

  test('is no signature of its device before; what counts, was withdrawn, waits and does not count is told apart', async () => {
    const counts = (device: Device) => {
      const key = lab.signing.keys().find(({ verifier }) => verifier.vkey === device.signer.vkey)
      return key && lab.signing.countsOf(key)
    }
    const none = { signatures: 0, withdrawn: 0, held: 0, refused: 0 }
    expect(counts(tablet)).toEqual({ ...none, held: 1 })
    await decide('quinn', 'refused')
    expect(counts(tablet)).toEqual({ ...none, refused: 1 })
    const next = new Device('jdoe', 'tablet-7')
    await lab.enrol(next)
    await lab.verdict(lab.sign(next, [seq]))
    await lab.verdict(lab.sign(next, [seq]))
    expect(counts(next)).toEqual({ ...none, signatures: 1, refused: 1 })
    const applied = lab.disk.records.findLast(({ kind }) => kind === 'signature.applied')?.seq ?? 0
    expect(await lab.verdict(lab.sign(next, [applied], 'withdrawn'))).toBe('accepted')
    expect(counts(next)).toEqual({ ...none, withdrawn: 1, refused: 1 })
  })

  test('is a signature once somebody from quality has said so, with all of its time, and the trail verifies', async () => {
    expect(lab.signing.held()).toMatchObject([{ hash: sha256Hex(note), code: 'key-revoked' }])
    expect(viewOf(seq)).toBeUndefined()
    const held = lab.disk.records.find(({ kind }) => kind === 'signature.held')
    lab.disk.pass(3_600_000)
    await decide('quinn', 'accepted')
    expect(lab.signing.held()).toEqual([])
    expect(viewOf(seq)).toMatchObject({
      state: 'reviewed',
      signatures: [
        { user: 'jdoe', decidedBy: 'quinn', notBefore: held?.body['notBefore'], notAfter: held?.time },
      ],
    })
    const { findings, checked } = lab.disk.verify()
    expect(findings).toEqual([])
    expect(checked.statements).toBe(1)
    // Whoever sends it again is told so, with a receipt.
    const [again] = await lab.give(note)
    expect(again).toMatchObject({ verdict: 'duplicate', code: null })
    expect(readReceipt(utf8(again?.receipt ?? ''), relayKey)).toMatchObject({ verdict: 'accepted' })
  })

  test('is none for good once they have said that', async () => {
    await decide('quinn', 'refused')
    expect(viewOf(seq)).toBeUndefined()
    expect(await problemOf(decide('quinn', 'accepted'))).toBe('held-decided')
    expect(await lab.verdict(note)).toBe('duplicate decided')
    expect(lab.disk.verify().checked.statements).toBe(0)
  })

  test('is decided about by nobody else: not its signer, no other role, not without a reason, not unasked', async () => {
    const before = lab.disk.records.filter(({ kind }) => kind === 'signature.decided').length
    expect(await problemOf(decide('jdoe', 'accepted'))).toBe('forbidden')
    expect(await problemOf(decide('second', 'accepted'))).toBe('forbidden')
    expect(await problemOf(decide('quinn', 'accepted', 'ok'))).toBe('reason-missing')
    expect(await problemOf(decide('quinn', 'accepted', reason, '0'.repeat(64)))).toBe('held-unknown')
    const own = lab.sign(quinns, [seq])
    await lab.signing.revoke(await lab.site.caller('second'), quinns.signer.vkey, reason)
    expect(await lab.verdict(own)).toBe('held key-revoked')
    expect(await problemOf(decide('quinn', 'accepted', reason, sha256Hex(own)))).toBe('own-record')
    expect(lab.disk.records.filter(({ kind }) => kind === 'signature.decided')).toHaveLength(before)
  })

  test('is named by the first eight digits or more; once it is decided, by whom and when is said', async () => {
    const hash = sha256Hex(note)
    for (const short of [hash.slice(0, 7), 'f'.repeat(8), ''])
      expect(await problemOf(decide('quinn', 'refused', reason, short))).toBe('held-unknown')
    await decide('quinn', 'refused', reason, hash.slice(0, 8))
    const { time } = lab.disk.records.findLast(({ kind }) => kind === 'signature.decided') ?? {}
    for (const name of [hash, hash.slice(0, 12)])
      await expect(decide('quinn', 'accepted', reason, name)).rejects.toMatchObject({
        code: 'held-decided',
        message: expect.stringContaining(`quinn decided at ${time} that it does not count.`),
        details: { decided: { by: 'quinn', at: time, decision: 'refused' } },
      })
  })

  test('says of which files it is, a withdrawal of those whose signature it takes back', async () => {
    const paths = () => lab.signing.held().map((held) => lab.signing.pathsOf(held))
    expect(paths()).toEqual([[`run${seq}.dat`]])
    await decide('quinn', 'accepted')
    const decided = lab.disk.records.findLast(({ kind }) => kind === 'signature.decided')?.seq ?? 0
    expect(await lab.verdict(lab.sign(tablet, [decided], 'withdrawn'))).toBe('held key-revoked')
    expect(paths()).toEqual([[`run${seq}.dat`]])
  })

  test('does not count beside another that says the same, nor against what was rejected meanwhile', async () => {
    const again = new Device('jdoe', 'tablet-8')
    await lab.enrol(again)
    const second = lab.sign(again, [seq])
    await lab.signing.revoke(await lab.site.caller('second'), again.signer.vkey, reason)
    expect(await lab.verdict(second)).toBe('held key-revoked')
    await decide('quinn', 'accepted')
    expect(await problemOf(decide('quinn', 'accepted', reason, sha256Hex(second)))).toBe('held-overtaken')
    expect(viewOf(seq)?.signatures).toHaveLength(1)
    await decide('quinn', 'refused', reason, sha256Hex(second))
    expect(lab.signing.held()).toEqual([])
  })

  test('of one’s own record is not let in where four eyes was turned on meanwhile', async () => {
    lab.fourEyes = false
    const own = lab.capture('quinn')
    const approval = lab.sign(quinns, [own], 'approved')
    const rose = await lab.signerWith('rose', 'qa', 'tablet-4')
    await lab.signing.revoke(await lab.site.caller('second'), quinns.signer.vkey, reason)
    expect(await lab.verdict(approval)).toBe('held key-revoked')
    lab.fourEyes = true
    expect(await problemOf(decide('rose', 'accepted', reason, sha256Hex(approval)))).toBe('held-overtaken')
    expect(rose.count).toBe(0)
  })

  test('has no more room in an hour than an honest device needs, and is then given again', async () => {
    const verdicts: string[] = []
    for (let i = 0; i < 202; i++) verdicts.push(await lab.verdict(lab.sign(tablet, [seq], 'rejected')))
    expect(verdicts.filter((one) => one === 'held key-revoked')).toHaveLength(199)
    expect(verdicts.at(-1)).toMatch(/^(?:throttled|held count-gap)/)
    expect(lab.signing.held()).toHaveLength(200)
  })

  test('and what was decided are the same after a start', async () => {
    const before = lab.site.memory.signing
    lab.site.start()
    expect(lab.site.memory.signing).not.toBe(before)
    expect(lab.site.memory.signing.held()).toEqual(before.held())
    lab = new SigningSite()
    tablet = await lab.signerWith('jdoe', 'reviewer')
    await lab.signerWith('quinn', 'qa', 'tablet-2')
    note = lab.sign(tablet, [lab.capture()])
    await lab.signing.revoke(await lab.site.caller('second'), tablet.signer.vkey, reason)
    await lab.give(note)
    await decide('quinn', 'accepted')
    const { signatures } = lab.site.memory.signing
    lab.site.start()
    expect(lab.site.memory.signing.held()).toEqual([])
    expect(lab.site.memory.signing.signatures.signed()).toEqual(signatures.signed())
  })
})

describe('the state of a record', () => {
  test('is that of its own version: the next one is unsigned, and the first stays signed', {
    tags: ['req/P11-70-2', 'challenge'],
  }, async () => {
    const first = lab.capture('operator-1', 'NMR', 'run.dat')
    expect(await lab.verdict(lab.sign(quinns, [first], 'approved'))).toBe('accepted')
    expect(viewOf(first)).toMatchObject({ state: 'approved', newest: first, newestState: 'approved' })
    const second = lab.capture('operator-1', 'NMR', 'run.dat')
    expect(viewOf(first)).toMatchObject({ state: 'approved', newest: second, newestState: 'unsigned' })
    expect(viewOf(second)).toBeUndefined()
  })

  test('is none of a newer version that nobody answers for, which cannot be signed', {
    tags: ['req/P11-70-2'],
  }, async () => {
    const first = lab.capture('operator-1', 'NMR', 'run.dat')
    expect(await lab.verdict(lab.sign(quinns, [first], 'approved'))).toBe('accepted')
    const relay = { id: 'ws-1', name: 'relay ws-1', via: 'relay' }
    const { seq: refused } = lab.disk.link({
      kind: 'capture.refused',
      actor: relay,
      body: { project: 'NMR', path: 'run.dat' },
    })
    expect(viewOf(first)).toMatchObject({ state: 'approved', newest: refused, newestState: null })
  })

  test('is without what was taken back', async () => {
    const seq = lab.capture()
    await lab.give(lab.sign(tablet, [seq]))
    const [signature] = viewOf(seq)?.signatures ?? []
    expect(signature).toMatchObject({ user: 'jdoe', meaning: 'reviewed', reason, withdrawn: null })
    expect(await lab.verdict(lab.sign(tablet, [signature?.record ?? 0], 'withdrawn'))).toBe('accepted')
    expect(viewOf(seq)).toMatchObject({ state: 'unsigned', signatures: [{ withdrawn: expect.any(Number) }] })
    // And it can be given again.
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('accepted')
  })

  test('stays rejected until that is taken back', { tags: ['req/P11-10f-1', 'challenge'] }, async () => {
    const seq = lab.capture()
    await lab.give(lab.sign(tablet, [seq], 'rejected'))
    expect(await lab.verdict(lab.sign(quinns, [seq], 'approved'))).toBe('refused rejected-before')
    expect(viewOf(seq)?.state).toBe('rejected')
    const [rejection] = viewOf(seq)?.signatures ?? []
    await lab.give(lab.sign(tablet, [rejection?.record ?? 0], 'withdrawn'))
    expect(await lab.verdict(lab.sign(quinns, [seq], 'approved'))).toBe('accepted')
  })

  test('nobody says the same of it twice', { tags: ['req/SIG-2', 'challenge'] }, async () => {
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('accepted')
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('refused signed-before')
    expect(viewOf(seq)?.signatures).toHaveLength(1)
  })
})

describe('where a project has steps', { tags: ['req/P11-10f-1', 'challenge'] }, () => {
  test('they come one after the other, by those whose they are, and each saw the one before', async () => {
    await rule(false)
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(quinns, [seq], 'approved'))).toBe('refused out-of-step')
    expect(await lab.verdict(lab.sign(quinns, [seq], 'reviewed'))).toBe('refused out-of-step')
    // Signed without the network, before the review was known there.
    const unseen = lab.sign(quinns, [seq], 'approved')
    expect(await lab.verdict(lab.sign(tablet, [seq], 'reviewed'))).toBe('accepted')
    expect(viewOf(seq)).toMatchObject({ state: 'reviewed', next: steps[1] })
    expect(await lab.verdict(unseen)).toBe('refused out-of-step')
    expect(await lab.verdict(lab.sign(quinns, [seq], 'approved'))).toBe('accepted')
    expect(viewOf(seq)).toMatchObject({ state: 'approved', next: null })
    const anne = await lab.signerWith('anne', 'reviewer', 'tablet-3')
    expect(await lab.verdict(lab.sign(anne, [seq], 'reviewed'))).toBe('refused out-of-step')
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('other projects go by their own', async () => {
    await rule(false)
    const other = lab.capture('operator-1', 'HPLC')
    expect(await lab.verdict(lab.sign(quinns, [other], 'approved'))).toBe('accepted')
    const both = [lab.capture(), lab.capture('operator-1', 'HPLC')]
    expect(await lab.verdict(lab.sign(quinns, both, 'approved'))).toBe('refused out-of-step')
  })

  test('each is another person’s, where the rule says so', async () => {
    const free = { meaning: 'reviewed', role: null } as unknown as (typeof steps)[0]
    await rule(true, [free, steps[1]])
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(quinns, [seq], 'reviewed'))).toBe('accepted')
    expect(await lab.verdict(lab.sign(quinns, [seq], 'approved'))).toBe('refused signed-before')
    const rose = await lab.signerWith('rose', 'qa', 'tablet-4')
    expect(await lab.verdict(lab.sign(rose, [seq], 'approved'))).toBe('accepted')
  })

  test('a step that asks for a role is filled by nobody else’s signature, also when those before are taken back', async () => {
    const qaReview = { meaning: 'reviewed', role: 'qa' } as unknown as (typeof steps)[0]
    await rule(false, [steps[0], qaReview, steps[1]])
    const rose = await lab.signerWith('rose', 'qa', 'tablet-4')
    const seq = lab.capture()
    await lab.give(lab.sign(tablet, [seq], 'reviewed'))
    await lab.give(lab.sign(quinns, [seq], 'reviewed'))
    const [first] = viewOf(seq)?.signatures ?? []
    await lab.give(lab.sign(tablet, [first?.record ?? 0], 'withdrawn'))
    // The review of quality is none of a reviewer.
    expect(viewOf(seq)).toMatchObject({ state: 'unsigned', next: steps[0] })
    expect(await lab.verdict(lab.sign(rose, [seq], 'reviewed'))).toBe('refused out-of-step')
  })

  test('a step that is taken back is to be done again', async () => {
    await rule(false)
    const seq = lab.capture()
    await lab.give(lab.sign(tablet, [seq], 'reviewed'))
    await lab.give(lab.sign(quinns, [seq], 'approved'))
    const [review] = viewOf(seq)?.signatures ?? []
    await lab.give(lab.sign(tablet, [review?.record ?? 0], 'withdrawn'))
    expect(viewOf(seq)).toMatchObject({ state: 'unsigned', next: steps[0] })
  })
})

test('signatures on one record by people in any order leave only steps that are legal', {
  tags: ['req/P11-10f-1', 'challenge'],
  timeout: 60_000,
}, async () => {
  await rule(true)
  const rose = await lab.signerWith('rose', 'qa', 'tablet-4')
  const anne = await lab.signerWith('anne', 'reviewer', 'tablet-3')
  let state = seedOf('steps of signing')
  const pick = <One>(of: readonly One[]): One => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return of[(state >> 8) % of.length] as One
  }
  for (let round = 0; round < 12; round++) {
    const seq = lab.capture()
    const said: string[] = []
    for (let i = 0; i < 12; i++) {
      const device = pick([tablet, anne, quinns, rose])
      const [own] = (viewOf(seq)?.signatures ?? []).filter(
        (one) => one.user === device.user && one.withdrawn === null,
      )
      const meaning = own === undefined ? pick(['reviewed', 'approved', 'rejected'] as const) : 'withdrawn'
      const verdict = await lab.verdict(lab.sign(device, [own?.record ?? seq], meaning))
      said.push(`${device.user} ${meaning} ${verdict}`)
      const stand = (viewOf(seq)?.signatures ?? []).filter(({ withdrawn }) => withdrawn === null)
      const users = stand.map(({ user }) => user)
      expect(new Set(users).size, said.join('\n')).toBe(users.length)
      // An approval whose review was taken back stands, and counts for nothing until it is given again.
      const approval = stand.findLast((one) => one.meaning === 'approved')
      if (approval !== undefined && verdict === 'accepted' && meaning === 'approved') {
        const review = stand.find((one) => one.meaning === 'reviewed')
        expect(review !== undefined && review.record < approval.record, said.join('\n')).toBe(true)
        expect(
          stand.some((one) => one.meaning === 'rejected'),
          said.join('\n'),
        ).toBe(false)
      }
    }
  }
  expect(lab.disk.verify().findings).toEqual([])
})
