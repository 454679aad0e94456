import { beforeEach, describe, expect, test } from 'vitest'
import { readLease, readReceipt } from '../../api/index.ts'
import { fromUtf8, printStatementNote, signerOf, signStatement, utf8 } from '../../trail/index.ts'
import { problemOf } from '../people-site.test-support.ts'
import { signProof } from './proof-of-possession.ts'
import { Device, origin, reason, relayKey, SigningSite } from './signing-site.test-support.ts'

let lab: SigningSite
let tablet: Device

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
})

const tags = ['req/P11-70-1', 'challenge']

describe('a signing key', { tags: ['challenge'] }, () => {
  test('is enrolled with proof of possession and an identity check, and comes with a lease the relay signed', async () => {
    const enrolled = lab.disk.records.find(({ kind }) => kind === 'key.enrolled')
    expect(enrolled).toMatchObject({
      actor: { id: 'jdoe', via: 'password' },
      body: {
        key: tablet.signer.vkey,
        user: 'jdoe',
        device: 'tablet-1',
        identityCheck: 'passport seen by the head of QA',
      },
    })
    const by = await lab.site.caller('jdoe')
    const lease = readLease(utf8(await lab.signing.renew(by, tablet.signer.vkey)), relayKey)
    expect(lease).toMatchObject({
      trail: origin,
      key: tablet.signer.vkey,
      user: 'jdoe',
      countFrom: 0,
      countMax: 200,
    })
    expect(Date.parse(lease.notAfter) - Date.parse(lease.issued)).toBe(72 * 3_600_000)
    const forged = fromUtf8(utf8(await lab.signing.renew(by, tablet.signer.vkey))).replace(
      '"countMax":200',
      '"countMax":900',
    )
    expect(() => readLease(utf8(forged), relayKey)).toThrow()
  })

  test('is refused without the key, with another nonce, for another trail, name or device, twice, or for who may not sign', async () => {
    const by = await lab.site.caller('jdoe')
    const other = new Device('jdoe', 'tablet-2')
    const stranger = new Device('eve', 'tablet-2')
    const ask = (proof: Uint8Array, device = 'tablet-2') =>
      problemOf(lab.signing.enrol(by, device, fromUtf8(proof)))
    const proof = (over: object = {}, signer = other.signer) =>
      signProof(
        { nonce: lab.signing.challenge(by, 'tablet-2'), trail: origin, key: other.signer.vkey, ...over },
        signer,
      )
    expect(await ask(proof({}, stranger.signer))).toBe('key-refused')
    expect(await ask(proof({ nonce: 'A'.repeat(43) }))).toBe('key-refused')
    expect(await ask(proof({ trail: 'lab.example/t/other/20260302-7f3a' }))).toBe('key-refused')
    expect(await ask(proof(), 'tablet-3')).toBe('key-refused')
    expect(() => lab.signing.challenge(by, '../x')).toThrow('signing key')
    expect(await ask(proof({ key: stranger.signer.vkey }, stranger.signer))).toBe('key-refused')
    const taken = { nonce: lab.signing.challenge(by, 'tablet-1'), key: tablet.signer.vkey }
    expect(await ask(proof(taken, tablet.signer), 'tablet-1')).toBe('key-refused')
    const nonce = lab.signing.challenge(by, 'tablet-2')
    const good = signProof({ nonce, trail: origin, key: other.signer.vkey }, other.signer)
    lab.disk.pass(5 * 60_000)
    expect(await ask(good)).toBe('key-refused')
    // A nonce is good once.
    const again = proof()
    expect(await ask(again)).toBe('none')
    expect(await ask(again)).toBe('key-refused')
    await lab.site.person(await lab.first(), 'ops', ['operator'])
    expect(await problemOf(lab.enrol(new Device('ops', 'tablet-9')))).toBe('forbidden')
    expect(await problemOf(lab.enrol(new Device('first', 'tablet-9')))).toBe('forbidden')
  })

  test('of a device is followed by another: the one before signs nothing more', async () => {
    const next = new Device('jdoe', 'tablet-1')
    await lab.enrol(next)
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('held key-revoked')
    expect(await lab.verdict(lab.sign(next, [seq]))).toBe('accepted')
  })
})

describe('a statement', () => {
  test('that holds is a signature, with a receipt, and an auditor finds nothing wrong with it', {
    tags,
  }, async () => {
    const seqs = [lab.capture(), lab.capture()]
    const note = lab.sign(tablet, seqs)
    const [item] = await lab.give(note)
    const record = lab.disk.records.at(-1)
    expect(record).toMatchObject({
      kind: 'signature.applied',
      actor: { id: 'jdoe', name: 'Person jdoe' },
      body: { note, meaning: 'reviewed' },
    })
    expect(readReceipt(utf8(item?.receipt ?? ''), relayKey)).toEqual({
      statement: item?.statement,
      trail: origin,
      verdict: 'accepted',
      code: null,
      record: record?.seq,
      time: record?.time,
    })
    const report = lab.disk.verify()
    expect(report.findings).toEqual([])
    expect(report.checked.statements).toBe(1)
  })

  test('told again gives the same receipt and no other record', { tags }, async () => {
    const note = lab.sign(tablet, [lab.capture()])
    const [first] = await lab.give(note)
    const before = lab.disk.records.length
    const [again] = await lab.give(note)
    expect(again).toEqual({ ...first, verdict: 'duplicate', meaning: undefined })
    expect(lab.disk.records.filter(({ kind }) => kind.startsWith('signature.'))).toHaveLength(1)
    // The courier signed in, and no more.
    expect(lab.disk.records.length).toBe(before + 1)
  })

  test('moved to another record, meaning, time, name, device or trail is refused', { tags }, async () => {
    const [a, b] = [lab.capture(), lab.capture()]
    const note = lab.sign(tablet, [a])
    for (const [from, to] of [
      [`"seq":${a}`, `"seq":${b}`],
      ['"meaning":"reviewed"', '"meaning":"approved"'],
      ['"at":"2026', '"at":"2025'],
      ['"name":"Person jdoe"', '"name":"Person jroe"'],
      ['"device":"tablet-1"', '"device":"tablet-2"'],
      [origin, origin.replace('7f3a', '7f3b')],
      ['"count":1', '"count":2'],
    ] as const) {
      expect(note).toContain(from)
      expect(await lab.verdict(note.replace(from, to)), from).toBe('refused signature')
    }
    expect(await lab.verdict(note)).toBe('accepted')
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('of a key that is nobody’s, or somebody else’s, is refused', {
    tags: [...tags, 'req/P11-70-3', 'req/P11-200a1-1', 'req/P11-200a2-1'],
  }, async () => {
    const seq = lab.capture()
    const eve = new Device('jdoe', 'tablet-1')
    expect(await lab.verdict(lab.sign(eve, [seq]))).toBe('refused not-enrolled')
    const asOther = { ...lab.statement(tablet, [seq], 'reviewed'), user: 'second', name: 'Person second' }
    const note = fromUtf8(printStatementNote(signStatement(asOther, tablet.signer)))
    expect(await lab.verdict(note)).toBe('refused name')
    expect(await lab.verdict('nonsense')).toBe('refused form')
    expect(await lab.verdict('x'.repeat(60_000))).toBe('refused form')
    // Signed by the relay itself: it has no key of a person.
    const byRelay = fromUtf8(
      printStatementNote(signStatement(lab.statement(tablet, [seq], 'reviewed'), relayKey)),
    )
    expect(await lab.verdict(byRelay)).toBe('refused not-enrolled')
    const like = signerOf(tablet.signer.name, 'note', new Uint8Array(32).fill(9))
    const forged = fromUtf8(printStatementNote(signStatement(lab.statement(tablet, [seq], 'reviewed'), like)))
    expect(await lab.verdict(forged)).toBe('refused not-enrolled')
    expect(lab.disk.records.filter(({ kind }) => kind === 'signature.applied')).toEqual([])
    expect(lab.disk.kinds().filter((kind) => kind === 'signature.refused')).toHaveLength(6)
    expect(lab.site.alerts().filter(({ severity }) => severity === 'error')).toHaveLength(6)
  })

  test('about what is not there, or another history, or what is no capture, is refused', {
    tags,
  }, async () => {
    const seq = lab.capture()
    const zero = new Uint8Array(32)
    const said = lab.statement(tablet, [seq], 'reviewed')
    const asked: readonly (readonly [string, object])[] = [
      ['root', { checkpoint: { ...said.checkpoint, root: zero } }],
      ['root', { checkpoint: { ...said.checkpoint, size: said.checkpoint.size + 5 } }],
      ['record', { records: [{ seq, leaf: zero }] }],
      ['trail', { checkpoint: { ...said.checkpoint, trail: 'lab.example/t/other/20260302-7f3a' } }],
      ['not-signable', { records: [{ seq: 0, leaf: lab.disk.leaf(0) }] }],
    ]
    for (const [code, over] of asked) {
      const note = fromUtf8(printStatementNote(signStatement({ ...said, ...over }, tablet.signer)))
      expect(await lab.verdict(note)).toBe(`refused ${code}`)
    }
  })

  test('is for those whose role it is, and nobody approves their own', {
    tags: ['req/P11-10g-2', 'challenge'],
  }, async () => {
    const qa = await lab.signerWith('quinn', 'qa', 'tablet-2')
    const own = lab.capture('quinn')
    expect(await lab.verdict(lab.sign(qa, [own], 'approved'))).toBe('refused own-record')
    // It was made, and counts: the device goes on where it is.
    expect(await lab.verdict(lab.sign(qa, [lab.capture()], 'approved'))).toBe('accepted')
    lab.fourEyes = false
    expect(await lab.verdict(lab.sign(qa, [own], 'approved'))).toBe('accepted')
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('takes back one’s own signature, and nobody else’s: a further record, both stay', {
    tags,
  }, async () => {
    const other = await lab.signerWith('anne', 'reviewer', 'tablet-3')
    await lab.give(lab.sign(tablet, [lab.capture()]))
    const signed = lab.disk.records.at(-1)?.seq ?? 0
    const capture = lab.capture()
    expect(await lab.verdict(lab.sign(other, [signed], 'withdrawn'))).toBe('refused forbidden')
    expect(await lab.verdict(lab.sign(tablet, [capture], 'withdrawn'))).toBe('refused not-signable')
    expect(await lab.verdict(lab.sign(tablet, [signed], 'reviewed'))).toBe('refused not-signable')
    expect(await lab.verdict(lab.sign(tablet, [signed], 'withdrawn'))).toBe('accepted')
    expect(await lab.verdict(lab.sign(tablet, [signed], 'withdrawn'))).toBe('refused signed-before')
    expect(lab.disk.records.filter(({ kind }) => kind === 'signature.applied')).toHaveLength(2)
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('out of its order waits; a device that tells two stories signs nothing more', {
    tags: ['challenge'],
  }, async () => {
    const seq = lab.capture()
    const [one, two, three] = [
      lab.sign(tablet, [seq]),
      lab.sign(tablet, [lab.capture()]),
      lab.sign(tablet, [lab.capture()]),
    ] as const
    const before = lab.disk.records.filter(({ kind }) => kind.startsWith('signature.')).length
    const [waits] = await lab.give(three)
    expect(waits).toMatchObject({ verdict: 'held', code: 'count-gap', wanted: 1, receipt: null })
    expect(lab.disk.records.filter(({ kind }) => kind.startsWith('signature.'))).toHaveLength(before)
    expect((await lab.give(one, two, three)).map(({ verdict }) => verdict)).toEqual([
      'accepted',
      'accepted',
      'accepted',
    ])
    // A copy of the tablet, set back to its second signature.
    const clone = lab.sign(tablet, [lab.capture()], 'rejected', { count: 3 })
    expect(await lab.verdict(clone)).toBe('held clone')
    expect(lab.disk.records.at(-1)).toMatchObject({ kind: 'key.revoked', actor: { via: 'relay' } })
    expect(lab.site.alerts().filter(({ severity }) => severity === 'critical')).toEqual([
      { severity: 'critical', says: 'the signing key of jdoe on tablet-1 seems to be copied' },
    ])
    tablet.count = 3
    expect(await lab.verdict(lab.sign(tablet, [lab.capture()]))).toBe('held clone')
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('of a device that tells two stories revokes its key, even if this one would be refused anyway', {
    tags: ['challenge'],
  }, async () => {
    const seq = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('accepted')
    expect(await lab.verdict(lab.sign(tablet, [seq], 'reviewed', { count: 1 }))).toBe('refused signed-before')
    expect(lab.site.alerts().map(({ severity }) => severity)).toContain('critical')
    expect(lab.site.memory.signing.key(tablet.signer.vkey)?.revoked).toBeDefined()
  })

  test('made while rights were taken away is held for a person, and refused if they were gone before', {
    tags: ['req/OFF-1', 'challenge'],
  }, async () => {
    const first = await lab.first()
    const seq = lab.capture()
    const offline = lab.sign(tablet, [seq])
    lab.disk.pass(60_000)
    await lab.site.people.disable(first, 'jdoe', reason)
    expect(await lab.verdict(offline)).toBe('held account-disabled-meanwhile')
    lab.disk.pass(60_000)
    const later = lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [later]))).toBe('refused account-disabled')
    const other = await lab.signerWith('anne', 'reviewer', 'tablet-3')
    const before = lab.sign(other, [seq])
    lab.disk.pass(60_000)
    await lab.site.people.changePassword(
      await lab.site.caller('anne'),
      'gravel spoon tundra 41',
      'nickel otter canvas 17',
    )
    expect(await lab.verdict(before)).toBe('held password-changed-meanwhile')
    lab.disk.pass(60_000)
    lab.capture()
    expect(await lab.verdict(lab.sign(other, [seq]))).toBe('refused password-changed')
  })

  test('after the lease is over, or beyond what it allows, is held', { tags: ['challenge'] }, async () => {
    const seq = lab.capture()
    lab.disk.pass(72 * 3_600_000 + 1_000)
    lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('held lease-over')
    await lab.signing.renew(await lab.site.caller('jdoe'), tablet.signer.vkey)
    lab.capture()
    expect(await lab.verdict(lab.sign(tablet, [seq]))).toBe('accepted')
  })

  test('says what is odd about its time, and since when it can have been made', async () => {
    const seq = lab.capture()
    const at = (milliseconds: number) => ({ at: new Date(lab.disk.wall + milliseconds).toISOString() })
    await lab.give(
      lab.sign(tablet, [seq], 'reviewed', at(-600_000)),
      lab.sign(tablet, [lab.capture()], 'reviewed', at(600_000)),
    )
    const bodies = lab.disk.records.filter(({ kind }) => kind === 'signature.applied').map(({ body }) => body)
    expect(bodies.map(({ flags }) => flags)).toEqual([['claimed-before-head'], ['claimed-after-receipt']])
    expect(bodies[0]?.['notBefore']).toBe(lab.disk.records.find(({ seq: at }) => at === seq)?.time)
  })

  test('of twenty people at once: nothing is lost, and all of it verifies', {
    tags: ['req/SIG-2', 'challenge'],
    timeout: 60_000,
  }, async () => {
    const seq = lab.capture()
    const devices = [tablet]
    for (let i = 0; i < 19; i++) devices.push(await lab.signerWith(`rev${i}x`, 'reviewer', 'tablet-1'))
    const by = await lab.site.caller('second')
    const items = await Promise.all(
      devices.map((device) => lab.signing.accept(by, [lab.sign(device, [seq])])),
    )
    expect(items.flat().map(({ verdict }) => verdict)).toEqual(devices.map(() => 'accepted'))
    const report = lab.disk.verify()
    expect(report.findings).toEqual([])
    expect(report.checked.statements).toBe(20)
  })

  test('that is refused was made all the same: the next of its device is judged, and verifies', {
    tags: ['challenge'],
  }, async () => {
    const qa = await lab.signerWith('quinn', 'qa', 'tablet-2')
    const [own, theirs] = [lab.capture('quinn'), lab.capture()]
    const [refused, next] = [lab.sign(qa, [own], 'approved'), lab.sign(qa, [theirs], 'approved')]
    // The second comes first: the relay wants the other, whatever that will turn out to be.
    expect(await lab.verdict(next)).toBe('held count-gap')
    expect((await lab.give(refused, next)).map(({ verdict }) => verdict)).toEqual(['refused', 'accepted'])
    const { findings, notices } = lab.disk.verify()
    expect([findings, notices]).toEqual([[], []])
  })

  test('before which others are lost waits until their own signer says so, and is then held', {
    tags: ['challenge'],
  }, async () => {
    const seq = lab.capture()
    const lost = lab.sign(tablet, [lab.capture()])
    const second = lab.sign(tablet, [seq])
    const [byCourier] = await lab.giveAs('second', [second], true)
    expect(byCourier).toMatchObject({ verdict: 'held', code: 'count-gap', wanted: 1, receipt: null })
    const [bySigner] = await lab.giveAs('jdoe', [second], true)
    expect(bySigner).toMatchObject({ verdict: 'held', code: 'count-missing', wanted: null })
    expect(await lab.verdict(lab.sign(tablet, [lab.capture()]))).toBe('accepted')
    // Found again, it is no second story: a person decides, and the device goes on.
    expect(await lab.verdict(lost)).toBe('held late')
    expect(await lab.verdict(lab.sign(tablet, [lab.capture()]))).toBe('accepted')
    expect(lab.site.memory.signing.key(tablet.signer.vkey)?.revoked).toBeUndefined()
    expect(lab.disk.verify().findings).toEqual([])
  })

  test('is the same after a start: what the trail says is all that is known', {
    tags: ['challenge'],
  }, async () => {
    const note = lab.sign(tablet, [lab.capture()])
    await lab.give(note)
    lab.site.start()
    const { book } = { book: lab.site.memory.signing }
    expect(book.key(tablet.signer.vkey)).toMatchObject({ user: 'jdoe', lastCount: 1, revoked: undefined })
    expect(book.keys()).toHaveLength(1)
  })
})
