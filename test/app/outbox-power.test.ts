import 'fake-indexeddb/auto'
import type { Client } from '@compliance-relay/shared/api'
import { type Hash, hex, leafHash, sha256, utf8 } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Device,
  relayKey,
  SigningSite,
} from '../../shared/src/relay/signing/signing-site.test-support.ts'
import type { Enrolment } from '../../web/app/outbox/enrolment.ts'
import { Outbox } from '../../web/app/outbox/outbox.ts'
import { OutboxDatabase } from '../../web/app/outbox/outbox-database.ts'
import { Sender } from '../../web/app/outbox/sender.ts'
import { lockName } from '../../web/app/signing/lock-name.ts'
import { type Signing, type SignOutcome, sign } from '../../web/app/signing/sign.ts'
import type { ToSign } from '../../web/app/signing/statement-note.ts'
import { seedOf } from '../support/arbitraries.ts'

/*
 * A tablet whose power is cut at any step of signing and sending, against the relay's own judge on a real trail: what was
 * said to be signed is accepted, once, and nothing else is.
 */

class PowerCut extends Error {}

/** Lets so many steps through, then cuts before or after one. */
class Power {
  left = Number.POSITIVE_INFINITY
  when: 'before' | 'after' = 'before'
  isOff = false

  over<Of extends object>(object: Of): Of {
    return new Proxy(object, {
      get: (target, name) => {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => this.step(() => value.apply(target, args))
      },
    })
  }

  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isOff) throw new PowerCut()
    const isLast = --this.left < 0
    if (isLast && this.when === 'before') return this.#cut()
    const result = await work()
    if (isLast) return this.#cut()
    return result
  }

  #cut(): never {
    this.isOff = true
    throw new PowerCut()
  }
}

const password = 'gravel spoon tundra 41'
let databases = 0

/** One tablet and its relay. */
class Lab {
  readonly site: SigningSite
  readonly tablet: Device
  readonly #database = new OutboxDatabase(`outbox ${databases++}`)
  readonly key: string
  readonly said: string[] = []
  tries = 0
  isReachable = true

  private constructor(site: SigningSite, tablet: Device) {
    this.site = site
    this.tablet = tablet
    this.key = tablet.signer.vkey
    onTestFinished(() => this.#database.close())
  }

  static async open(): Promise<Lab> {
    const site = new SigningSite()
    const tablet = await site.signerWith('jdoe', 'reviewer')
    const lab = new Lab(site, tablet)
    const lease = await site.signing.renew(await site.site.caller('jdoe'), lab.key)
    await lab.outbox().enrol(lab.#enrolment(lease), site.disk.wall)
    return lab
  }

  outbox(power = new Power()): Outbox {
    return power.over(new Outbox(this.#database))
  }

  #enrolment(lease: string): Enrolment {
    return {
      user: 'jdoe',
      name: this.tablet.name,
      device: this.tablet.device,
      key: this.key,
      trailId: 'id',
      trail: this.site.disk.trail,
      relayKey: relayKey.vkey,
      wrapped: new Uint8Array(64),
      iv: new Uint8Array(12),
      salt: new Uint8Array(16),
      derivation: { memoryKib: 8, passes: 1, lanes: 1 },
      deviceKey: {} as CryptoKey,
      lease,
      isLeaseUnsure: false,
      isPasswordOld: false,
      count: 0,
      previous: '',
      attempts: 0,
      lockedUntil: 0,
      enrolledAt: this.site.disk.wall,
    }
  }

  async sign(power: Power, given = password): Promise<SignOutcome> {
    const seq = this.site.capture()
    const { size, trail } = this.site.disk
    const line = this.site.disk.lines[seq] as Uint8Array
    const toSign: ToSign = {
      user: 'jdoe',
      meaning: 'reviewed',
      reason: 'looked at it',
      trailId: 'id',
      head: { trail, size, root: this.site.disk.root(size) as Hash },
      since: { wallMilliseconds: 1_000, monotonicMilliseconds: 1_000 },
      records: [{ seq, leaf: hex(leafHash(line)) }],
      offsetMinutes: 60,
      app: 'test',
    }
    const signing: Signing = {
      outbox: this.outbox(power),
      now: () => this.site.disk.wall,
      exclusively: (_, work) => work(),
      signWith: (enrolment, typed) =>
        power.step(async () => {
          this.tries++
          expect(enrolment.key).toBe(this.key)
          const { signer } = this.tablet
          return typed === password ? async (bytes: Uint8Array) => signer.sign(bytes) : undefined
        }),
    }
    const outcome = await sign(signing, toSign, given)
    if (outcome.is === 'signed') this.said.push(outcome.hash)
    return outcome
  }

  async sync(power: Power): Promise<void> {
    const sender = new Sender({
      outbox: this.outbox(power),
      now: () => this.site.disk.wall,
      exclusively: (_, work) => work(),
      lockName,
    })
    const client = power.over(this.#client())
    await sender.send(client)
    await sender.renewLease(client, 'jdoe', true)
  }

  /** What the relay says itself, without a network between. */
  #client(): Client {
    const call = async (name: string, { body }: { body?: { items?: string[]; key?: string } }) => {
      if (!this.isReachable) throw new TypeError('no network')
      const by = await this.site.site.caller('jdoe')
      if (name === 'renewLease') return { lease: await this.site.signing.renew(by, body?.key ?? '') }
      const items = await this.site.signing.accept(by, body?.items ?? [])
      return { items: items.map((item) => ({ ...item, says: '' })) }
    }
    return { call } as unknown as Client
  }

  /** Hashes of the statements that the relay has taken for signatures, in order. */
  applied(): string[] {
    return this.site.disk.records
      .filter(({ kind }) => kind === 'signature.applied')
      .map(
        ({ body }) => this.site.site.memory.signing.answered(hashOf(String(body['note'])))?.statement ?? '',
      )
  }

  odd(): string[] {
    return this.site.disk.records
      .map(({ kind }) => kind)
      .filter((kind) => ['signature.held', 'signature.refused', 'key.revoked'].includes(kind))
  }
}

function hashOf(note: string): string {
  return hex(sha256(utf8(note)))
}

async function untilCut(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof PowerCut || error instanceof TypeError)) throw error
  }
}

const step = fc.record({
  act: fc.constantFrom('sign', 'sign wrongly', 'sync', 'sync in vain' as const),
  left: fc.oneof(fc.nat(14), fc.constant(Number.POSITIVE_INFINITY)),
  when: fc.constantFrom('before' as const, 'after' as const),
})

describe('a tablet whose power is cut', { tags: ['req/DI-2', 'challenge', 'fault'] }, () => {
  test('at any step of signing and sending loses no signature, and makes none twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const lab = await Lab.open()
        for (const { act, left, when } of steps) {
          const power = new Power()
          Object.assign(power, { left, when })
          lab.isReachable = act !== 'sync in vain'
          // Time enough for the next attempt, however often the power was cut in the middle of one.
          lab.site.disk.pass(1_000_000)
          await untilCut(() =>
            act === 'sign'
              ? lab.sign(power)
              : act === 'sign wrongly'
                ? lab.sign(power, 'another password')
                : lab.sync(power),
          )
        }
        lab.isReachable = true
        await lab.sync(new Power())
        const rows = await lab.outbox().statements(0, 1_000)
        expect(rows.every(({ state, receipt }) => state === 'accepted' && receipt !== null)).toBe(true)
        const applied = lab.applied()
        expect(new Set(applied).size).toBe(applied.length)
        expect(applied.toSorted()).toEqual(rows.map(({ hash }) => hash).toSorted())
        for (const hash of lab.said) expect(applied).toContain(hash)
        expect(lab.odd()).toEqual([])
        const enrolment = await lab.outbox().enrolment('jdoe')
        expect(enrolment?.count).toBe(rows.length)
        expect(rows.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(rows.map((_, i) => i + 1))
      }),
      // More of them: RUNS=200.
      { numRuns: Number(process.env['RUNS'] ?? 8), seed: seedOf('power cuts') },
    )
  })

  test('in the middle of an attempt has tried a password once', async () => {
    const lab = await Lab.open()
    for (let n = 1; n <= 10; n++) {
      lab.site.disk.pass(1_000_000)
      const power = new Power()
      // Past reading, judging and counting: cut as the key is being opened.
      Object.assign(power, { left: 5, when: 'after' })
      await expect(lab.sign(power, 'another password')).rejects.toThrow(PowerCut)
      expect((await lab.outbox().enrolment('jdoe'))?.attempts).toBe(n)
      expect(lab.tries).toBe(n)
    }
    lab.site.disk.pass(10_000_000)
    expect(await lab.sign(new Power())).toMatchObject({ is: 'refused', code: 'erased' })
    expect(lab.tries).toBe(10)
    expect((await lab.outbox().enrolment('jdoe'))?.wrapped).toBeNull()
  })
})
