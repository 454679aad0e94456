import { beforeEach, describe, expect, test } from 'vitest'
import { type Hash, utf8 } from '../../trail/index.ts'
import { ARRIVAL_DAYS, LEASE_HOURS, readLease } from './lease.ts'
import { type Device, relayKey, SigningSite } from './signing-site.test-support.ts'

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
