import { beforeEach, describe, expect, test } from 'vitest'
import { SIGNED_AN_HOUR, UNSIGNED_AN_HOUR } from './refusal-room.ts'
import { type Device, SigningSite } from './signing-site.test-support.ts'

let lab: SigningSite
let tablet: Device

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
})

const refused = () => lab.disk.records.filter(({ kind }) => kind === 'signature.refused')
const broken = (note: string) => note.replace('"meaning":"reviewed"', '"meaning":"rejected"')

describe('of refused statements', { tags: ['challenge'] }, () => {
  test('that no key signed, ten an hour are recorded; the others are counted, and honest ones among them taken in', async () => {
    const before = lab.disk.records.length
    const seq = lab.capture()
    const wrong = Array.from({ length: 30 }, (_, i) => `no statement ${i}`)
    const honest = lab.sign(tablet, [seq])
    wrong.push(broken(honest))
    const items = await lab.give(...wrong, honest)
    expect(items.map(({ verdict }) => verdict)).toEqual([
      ...Array(UNSIGNED_AN_HOUR).fill('refused'),
      ...Array(wrong.length - UNSIGNED_AN_HOUR).fill('throttled'),
      'accepted',
    ])
    // Nothing is said of what had no room, so its device keeps it.
    for (const { verdict, receipt, code } of items)
      expect({ hasReceipt: receipt !== null, code: verdict === 'throttled' ? code : null }).toEqual({
        hasReceipt: verdict !== 'throttled',
        code: null,
      })
    expect(refused()).toHaveLength(UNSIGNED_AN_HOUR)
    await lab.site.people.sumUp()
    const counts = lab.disk.records.slice(before).filter(({ kind }) => kind === 'signature.throttled')
    expect(counts).toMatchObject([{ body: { account: 'second', count: 21 } }])
    // What was refused and recorded is told again as it was, room or not.
    expect((await lab.give(broken(honest)))[0]?.verdict).toBe('throttled')
    lab.disk.pass(3_600_000)
    expect((await lab.give(broken(honest)))[0]).toMatchObject({ verdict: 'refused', code: 'signature' })
  })

  test('one person uses up their own room, and nobody else’s', async () => {
    await lab.give(...Array.from({ length: UNSIGNED_AN_HOUR + 1 }, (_, i) => `no statement ${i}`))
    const jdoe = await lab.site.caller('jdoe')
    const [item] = await lab.signing.accept(jdoe, ['another'])
    expect(item?.verdict).toBe('refused')
  })

  test('all that a key signed are recorded whole, as many as an honest device can have', async () => {
    const other = await lab.signerWith('mlee', 'reviewer')
    const seq = lab.capture()
    const wrongName = (device: Device) =>
      lab.sign(device, [seq], 'reviewed', { name: 'Somebody Else', user: 'jdoe' })
    const notes = Array.from({ length: SIGNED_AN_HOUR + 1 }, () => wrongName(other))
    const verdicts: string[] = []
    for (let at = 0; at < notes.length; at += 50)
      verdicts.push(...(await lab.give(...notes.slice(at, at + 50))).map(({ verdict }) => verdict))
    expect(verdicts).toEqual([...Array(SIGNED_AN_HOUR).fill('refused'), 'throttled'])
    expect(refused().map(({ body }) => body['note'])).toEqual(notes.slice(0, SIGNED_AN_HOUR))
    // It was another's name it used, and that other's key has its room.
    expect(await lab.verdict(wrongName(tablet))).toBe('refused name')
    lab.disk.pass(3_600_000)
    expect(await lab.verdict(notes.at(-1) ?? '')).toBe('refused name')
  })
})
