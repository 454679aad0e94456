import { beforeEach, describe, expect, test } from 'vitest'
import { ARRIVAL_DAYS, LEASE_HOURS, readLease } from '../../api/index.ts'
import { type Hash, utf8 } from '../../trail/index.ts'
import { heldViewOf } from '../http/views.ts'
import { other, problemOf } from '../people-site.test-support.ts'
import { Device, good, reason, relayKey, SigningSite } from './signing-site.test-support.ts'

const SECOND = 1_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

let lab: SigningSite
let tablet: Device
let seq: number

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
  seq = lab.capture()
})

/** The newest head that a device could have been shown now, to be signed over whenever it likes. */
function headNow() {
  const { size, trail } = lab.disk
  return { checkpoint: { trail, size, root: lab.disk.root(size) as Hash } }
}

const at = (milliseconds: number) => ({ at: new Date(milliseconds).toISOString() })

describe('a lease', { tags: ['req/OFF-1', 'challenge'] }, () => {
  let ends: number

  beforeEach(async () => {
    const by = await lab.site.caller('jdoe')
    ends = Date.parse(readLease(utf8(await lab.signing.renew(by, tablet.signer.vkey)), relayKey).notAfter)
  })

  test('ends what is signed over an old head, when the device itself says that it was over', async () => {
    const head = headNow()
    lab.disk.pass(LEASE_HOURS * HOUR + DAY)
    expect(await lab.verdict(lab.sign(tablet, [seq], 'reviewed', { ...head, ...at(ends + SECOND) }))).toBe(
      'held lease-over',
    )
    expect(await lab.verdict(lab.sign(tablet, [seq], 'reviewed', { ...head, ...at(ends) }))).toBe('accepted')
  })

  test('ends what is signed over an old head with a time within it, once a device should have been back', async () => {
    const [one, two] = [seq, lab.capture()]
    const head = headNow()
    const within = at(ends - HOUR)
    lab.disk.wall = ends + ARRIVAL_DAYS * DAY
    expect(await lab.verdict(lab.sign(tablet, [one], 'reviewed', { ...head, ...within }))).toBe('accepted')
    lab.disk.pass(1)
    // Nothing is lost by it: a person decides.
    const late = lab.sign(tablet, [two], 'reviewed', { ...head, ...within })
    lab.disk.pass(120 * DAY)
    expect(await lab.verdict(late)).toBe('held lease-over')
    expect(lab.signing.held()).toMatchObject([{ code: 'lease-over' }])
    expect(lab.disk.verify().findings).toEqual([])
  })
})

const identityCheck = 'passport seen again'
const grantAgain = async () => {
  const { people } = lab.site
  await people.proposeSigner(await lab.first(), 'jdoe', { identityCheck, reason })
  await people.grantSigner(await lab.site.caller('second'), 'jdoe', reason)
}

/** What takes the right to sign from somebody, and what gives it back; and why what is of a time between is held. */
const losses: readonly (readonly [string, string, () => Promise<unknown>, () => Promise<unknown>])[] = [
  [
    'the account was disabled',
    'account-disabled-meanwhile',
    async () => lab.site.people.disable(await lab.first(), 'jdoe', reason),
    async () => lab.site.people.enable(await lab.first(), 'jdoe', reason),
  ],
  [
    'the account was locked',
    'account-locked',
    async () => {
      for (let i = 0; i < 10; i++) await problemOf(lab.site.people.signIn('jdoe', other, `tablet-${i % 3}`))
    },
    async () => lab.site.people.unlock(await lab.first(), 'jdoe', reason),
  ],
  [
    'the right to sign was withdrawn',
    'right-withdrawn',
    async () => lab.site.people.withdrawSigner(await lab.first(), 'jdoe', reason),
    grantAgain,
  ],
  [
    'the role was another',
    'right-withdrawn',
    async () => lab.site.people.change(await lab.first(), 'jdoe', { roles: ['operator'], reason }),
    async () => {
      await lab.site.people.change(await lab.first(), 'jdoe', { roles: ['reviewer'], reason })
      await grantAgain()
    },
  ],
  [
    'the password was another',
    'password-changed-meanwhile',
    async () => lab.site.people.changePassword(await lab.site.caller('jdoe'), good, other),
    async () => lab.signing.renew(await lab.site.caller('jdoe', other), tablet.signer.vkey),
  ],
]

describe('what can have been signed while its signer might not sign', {
  tags: ['req/OFF-1', 'challenge'],
}, () => {
  test.each(losses)('is held, though they may again: %s', async (_, code, take, giveBack) => {
    const seqs = [seq, lab.capture(), lab.capture(), lab.capture()] as const
    const before = headNow()
    await take()
    const between = headNow()
    await giveBack()
    const over = (one: number, head: object) => lab.verdict(lab.sign(tablet, [one], 'reviewed', head))
    expect(await over(seqs[0], before)).toBe(`held ${code}`)
    expect(await over(seqs[1], between)).toBe(`held ${code}`)
    // Over a head that shows that it was given back, it is of a time after that.
    expect(await over(seqs[2], headNow())).toBe('accepted')
    expect(lab.disk.verify().findings).toEqual([])
    const { regained } = lab.site.memory.book.get('jdoe') ?? {}
    lab.site.start()
    expect(lab.site.memory.book.get('jdoe')?.regained).toEqual(regained)
  })

  test('is none of a key that was enrolled only after that', async () => {
    const before = headNow()
    await lab.site.people.disable(await lab.first(), 'jdoe', reason)
    await lab.site.people.enable(await lab.first(), 'jdoe', reason)
    const next = new Device('jdoe', 'tablet-2')
    await lab.enrol(next)
    expect(await lab.verdict(lab.sign(next, [seq], 'reviewed', before))).toBe('accepted')
    expect(await lab.verdict(lab.sign(tablet, [lab.capture()], 'reviewed'))).toBe('accepted')
  })
})

test('a statement that is held for several reasons is held for all of them, the gravest first', {
  tags: ['req/OFF-1', 'challenge'],
}, async () => {
  const seqs = [seq, lab.capture()] as const
  const lost = lab.sign(tablet, [seqs[0]])
  const [, second] = [lost, lab.sign(tablet, [seqs[1]])]
  await lab.giveAs('jdoe', [second], true)
  lab.disk.pass(60_000)
  await lab.site.people.disable(await lab.first(), 'jdoe', reason)
  const admin = await lab.site.caller('second')
  await lab.signing.revoke(admin, tablet.signer.vkey, 'the tablet was left in a taxi')
  const [item] = await lab.give(lost)
  expect(item).toMatchObject({ verdict: 'held', code: 'key-revoked' })
  const all = { code: 'key-revoked', also: ['account-disabled-meanwhile', 'late'] }
  expect(lab.disk.records.at(-1)).toMatchObject({ kind: 'signature.held', body: all })
  const one = lab.signing.held().at(-1)
  expect(one).toMatchObject(all)
  expect(one && heldViewOf(one, lab.signing.pathsOf(one))).toMatchObject(all)
  // One reason is one: nothing is added to the record of old.
  const held = lab.disk.records.filter(({ kind }) => kind === 'signature.held')
  expect(held.map(({ body }) => 'also' in body)).toEqual([false, true])
  const said = lab.site.alerts().at(-1)?.says
  expect(said).toBe(
    'a signature is held until a person decides: key-revoked, account-disabled-meanwhile, late',
  )
  expect(lab.disk.verify().findings).toEqual([])
  lab.site.start()
  expect(lab.site.memory.signing.held()).toMatchObject([{ code: 'count-missing', also: [] }, all])
})

test('an approval is held while a trail that was left is in doubt: who made it may stand there', {
  tags: ['req/P11-10g-2', 'challenge'],
}, async () => {
  const desk = await lab.signerWith('quinn', 'qa')
  lab.disk.isInDoubt = true
  expect(await lab.verdict(lab.sign(tablet, [seq], 'reviewed'))).toBe('accepted')
  expect(await lab.verdict(lab.sign(desk, [seq], 'approved'))).toBe('held maker-in-doubt')
})
