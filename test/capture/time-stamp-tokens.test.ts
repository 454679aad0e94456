import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  readCertificates,
  readTimeStamp,
  TimeStampError,
  timeStampRequest,
  verifyTimeStamp,
} from '@compliance-relay/shared/time-stamp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { bagOf, codesOf, type MadeBag, policyText, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { Random } from '../support/random.ts'
import {
  opensslTakes,
  type StampingCertificate,
  TimeStampAuthority,
} from '../support/time-stamp-authority.ts'

/* Time stamps by OpenSSL, read and verified by us, and the other way round. */

const bytes = Buffer.from('lab.example/t/ws/20260302-0001\n8\nroot=\n\n— signed\n')
let authority: TimeStampAuthority

beforeAll(() => {
  authority = new TimeStampAuthority()
})
afterAll(() => authority.remove())

const anchors = () => readCertificates(readFileSync(authority.ca))
const imprint = createHash('sha256').update(bytes).digest()
const ask = (policy?: string) => timeStampRequest(imprint, new Uint8Array(randomBytes(16)), policy)

/** The code of the fault that verifying has, or `holds`. */
async function judged(stamp: Uint8Array, of: Uint8Array = bytes, by = anchors()): Promise<string> {
  try {
    await verifyTimeStamp(stamp, of, by)
    return 'holds'
  } catch (error) {
    if (!(error instanceof TimeStampError)) throw error
    return error.code
  }
}

function foreign(stamp: Uint8Array, at = Date.now()): boolean {
  const [data, file] = [join(authority.folder, 'bytes'), join(authority.folder, 'stamp.tsr')]
  writeFileSync(data, bytes)
  writeFileSync(file, stamp)
  return opensslTakes(data, file, authority.ca, Math.floor(at / 1_000))
}

describe('a time stamp', { tags: ['req/P11-10a-4'] }, () => {
  test.each<[string, StampingCertificate, string]>([
    ['ECDSA on P-256', { key: 'ec' }, 'sha256'],
    ['ECDSA on P-384 with SHA-384', { key: 'ec384' }, 'sha384'],
    ['RSA', { key: 'rsa' }, 'sha256'],
    ['RSA with SHA-512', { key: 'rsa' }, 'sha512'],
  ])('by %s holds for us and for OpenSSL', async (_, certificate, digest) => {
    const stamp = authority.reply(ask(), authority.certificate(certificate), { digest })
    expect(await judged(stamp)).toBe('holds')
    expect(foreign(stamp)).toBe(true)
    const { time, latest } = readTimeStamp(stamp)
    expect(Math.abs(time - Date.now())).toBeLessThan(60_000)
    // An accuracy of 1.5 s, and the millisecond that a fraction may have been cut off.
    expect(latest - time).toBe(1_501)
  })
})

const content = (stamp: Uint8Array) => readTimeStamp(stamp).token.content

describe('a bag', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  const made = async (stampOf: (note: Uint8Array) => Uint8Array) => {
    const maker = new TrailMaker('time stamps')
    for (let i = 0; i < 5; i++) maker.take({ do: 'capture', body: { path: `${i}.dat` } })
    return bagOf(maker, { stampOf })
  }
  const stampsIn = ({ files }: MadeBag) => [...files.keys()].filter((name) => name.endsWith('.tsr'))

  test('says by when its records were there, to whoever has the certificate', async () => {
    const signer = authority.certificate({ key: 'rsa' })
    const bag = await made((note) => authority.reply(authority.query(note), signer))
    const { findings, trails } = await verified(bag.files, bag.policy, { timeStamps: anchors() })
    expect(findings).toEqual([])
    expect(trails).toMatchObject([{ proved: [{ size: trails[0]?.size }], unchecked: 0 }])
    expect(Math.abs(Date.parse(trails[0]?.proved[0]?.time ?? '') - Date.now())).toBeLessThan(60_000)
    const without = await verified(bag.files, bag.policy)
    expect(without.findings).toEqual([])
    expect(without.trails).toMatchObject([{ proved: [], unchecked: 1 }])
    // It shows nothing where nobody trusted signed the checkpoint.
    const stranger = new TrailMaker('another relay', 'other.example/t/x/20260302-0001')
    const other = await verified(bag.files, Buffer.from(policyText(stranger)), { timeStamps: anchors() })
    expect(other.trails).toMatchObject([{ proved: [] }])
  })

  test('in which one is of something else, of a stranger or alone, is found out', async () => {
    const signer = authority.certificate({ key: 'ec' })
    const codes = async (bag: MadeBag) => codesOf(bag.files, bag.policy, { timeStamps: anchors() })
    expect(await codes(await made(() => authority.reply(authority.query(bytes), signer)))).toEqual([
      'time-stamp-imprint',
    ])
    expect(await codes(await made(() => Buffer.from('x')))).toEqual(['time-stamp-form'])
    const other = new TimeStampAuthority()
    const strange = await made((note) => other.reply(other.query(note), other.certificate({ key: 'ec' })))
    await other.remove()
    expect(await codes(strange)).toEqual(['time-stamp-certificate'])
    const bag = await made((note) => authority.reply(authority.query(note), signer))
    const [name = ''] = stampsIn(bag)
    const moved = new Map(bag.files)
    moved.set(name.replace(/[0-9]{16}/, '0000000000000003'), bag.files.get(name) ?? new Uint8Array())
    expect(await codes({ ...bag, files: moved })).toContain('time-stamp-alone')
  })
})

describe('what a certificate is', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('at the time of the stamp is what counts: over by now, it holds; over then, it does not', async () => {
    const of2024 = authority.certificate({ key: 'ec', from: '20240101000000Z', to: '20250101000000Z' })
    const then = authority.reply(ask(), of2024, { at: '2024-06-01 12:00:00' })
    expect(await judged(then)).toBe('holds')
    expect(foreign(then, Date.UTC(2024, 5, 1, 12))).toBe(true)
    expect(foreign(then)).toBe(false)
    for (const at of ['2023-12-31 12:00:00', '2025-01-02 12:00:00']) {
      const outside = authority.reply(ask(), of2024, { at })
      expect(await judged(outside)).toBe('time-stamp-certificate')
      expect(foreign(outside, Date.parse(`${at.slice(0, 10)}T12:00:00Z`))).toBe(false)
    }
  })

  test.each([
    ['none', ''],
    ['for a server', 'critical,serverAuth'],
    ['for a server, too', 'critical,timeStamping,serverAuth'],
    ['not said to be critical', 'timeStamping'],
  ])('has to be for time stamping and nothing else: %s is refused', async (_, usage) => {
    const said = content(authority.reply(ask(), authority.certificate({ key: 'ec' })))
    const good = authority.signed(said, authority.certificate({ key: 'ec' }))
    expect(await judged(good)).toBe('holds')
    const bad = authority.signed(said, authority.certificate({ key: 'ec', usage }))
    expect(await judged(bad)).toBe('time-stamp-certificate')
    expect(foreign(bad)).toBe(false)
  })

  test('leads to the one that was given, by authorities alone', async () => {
    const other = new TimeStampAuthority()
    try {
      const stranger = other.reply(ask(), other.certificate({ key: 'ec' }))
      expect(await judged(stranger)).toBe('time-stamp-certificate')
      expect(await judged(stranger, bytes, readCertificates(readFileSync(other.ca)))).toBe('holds')
      expect(await judged(stranger, bytes, [])).toBe('time-stamp-certificate')
    } finally {
      await other.remove()
    }
    const between = authority.certificate({ key: 'rsa', authority: true, usage: '' })
    const below = authority.certificate({ key: 'ec', by: between })
    expect(await judged(authority.reply(ask(), below, { chain: between }))).toBe('holds')
    expect(await judged(authority.reply(ask(), below))).toBe('time-stamp-certificate')
    const nobody = authority.certificate({ key: 'ec', usage: '' })
    const false_ = authority.certificate({ key: 'ec', by: nobody })
    const led = authority.reply(ask(), false_, { chain: nobody })
    expect(await judged(led)).toBe('time-stamp-certificate')
    expect(foreign(led)).toBe(false)
  })

  test('may itself be the one that was given', async () => {
    const name = authority.certificate({ key: 'ec' })
    const own = readCertificates(readFileSync(join(authority.folder, `${name}.pem`)))
    expect(await judged(authority.reply(ask(), name), bytes, own)).toBe('holds')
    const another = authority.reply(ask(), authority.certificate({ key: 'ec' }))
    expect(await judged(another, bytes, own)).toBe('time-stamp-certificate')
  })
})

const FLIPS = 1_000

describe('how it is signed', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('with RSASSA-PSS it holds; with SHA-1, a short key or no name of its certificate it does not', async () => {
    const rsa = authority.certificate({ key: 'rsa' })
    const said = content(authority.reply(ask(), rsa))
    const pss = ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:32']
    expect(await judged(authority.signed(said, rsa, ...pss, '-md', 'sha256'))).toBe('holds')
    expect(await judged(authority.signed(said, rsa, '-md', 'sha1'))).toBe('time-stamp-form')
    const short = authority.certificate({ key: 'rsa1024' })
    expect(await judged(authority.signed(said, short, '-md', 'sha256'))).toBe('time-stamp-form')
  })

  test('and of what it is: other bytes, and bytes of no form, are found', async () => {
    const stamp = authority.reply(ask(), authority.certificate({ key: 'ec' }))
    expect(await judged(stamp, bytes.subarray(1))).toBe('time-stamp-imprint')
    const at = stamp.indexOf(Buffer.from('180f', 'hex'))
    const year = Buffer.from(stamp)
    year.write('2019', at + 2)
    expect(new Date(readTimeStamp(year).time).getUTCFullYear()).toBe(2019)
    expect(await judged(year)).toMatch(/^time-stamp-(?:signature|certificate)$/)
    year.write('2098', at + 2)
    expect(await judged(year)).toBe('time-stamp-signature')
    expect(await judged(stamp.subarray(0, -1))).toBe('time-stamp-form')
    expect(await judged(Buffer.concat([stamp, Buffer.from([0])]))).toBe('time-stamp-form')
    for (const no of ['', '30', '3080', '30'.repeat(60_000), '3003020102'])
      expect(await judged(Buffer.from(no, 'hex'))).toBe('time-stamp-form')
    expect(await judged(Buffer.alloc(70_000, 0x30))).toBe('time-stamp-form')
    for (let size = 1; size < 300; size++) expect(await judged(randomBytes(size))).toBe('time-stamp-form')
  })

  test('shows in its bits: with any of 1,000 changed it is refused, or says what it said', async () => {
    const chance = new Random(seedOf('bits of a time stamp'))
    const stamp = authority.reply(ask(), authority.certificate({ key: 'ec' }))
    const { time, latest } = readTimeStamp(stamp)
    let refused = 0
    for (let i = 0; i < FLIPS; i++) {
      const bit = chance.integer(0, stamp.length * 8 - 1)
      const flipped = new Uint8Array(stamp)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      if ((await judged(flipped)) !== 'holds') refused++
      else expect(readTimeStamp(flipped)).toMatchObject({ time, latest })
    }
    // What is in the answer beside the token and its signer's certificate is nobody's word.
    expect(refused).toBeGreaterThan(0.8 * FLIPS)
  })
})
