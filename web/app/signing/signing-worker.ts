import { printProof } from '@compliance-relay/shared/api'
import { printNote, utf8, verifierOf } from '@compliance-relay/shared/trail'
import { expose } from 'comlink'
import { leaseIn } from '../outbox/lease-terms.ts'
import { Outbox } from '../outbox/outbox.ts'
import { OutboxDatabase } from '../outbox/outbox-database.ts'
import { endWithPage } from '../shell/leaving.ts'
import { lockName } from './lock-name.ts'
import { missingFor } from './missing.ts'
import { type ClosedKey, closeKey, makeReady, newKey, openKey, signBytes } from './password-key.ts'
import { type Signing, type SignOutcome, sign } from './sign.ts'
import type { ToSign } from './statement-note.ts'

/*
 * Alone with the password: its policy lets it compile Argon2id and send nothing anywhere. What it makes it writes into
 * the outbox itself; the page hears only what became of it.
 */

export type SigningWorker = typeof worker

export interface NewEnrolment {
  readonly user: string
  readonly device: string
  readonly password: string
  /** As the relay gave them. */
  readonly keyName: string
  readonly nonce: string
  readonly trail: string
}

export interface MadeKey {
  readonly key: string
  /** The note that proves it. */
  readonly proof: string
}

export interface ToKeep {
  readonly key: string
  readonly lease: string
  readonly trailId: string
  readonly trail: string
  readonly relayKey: string
}

const now = () => Date.now()
const outbox = new Outbox(new OutboxDatabase())
/** Keys that were made and are not enrolled yet. */
const made = new Map<string, ClosedKey & { readonly user: string; readonly device: string }>()

const signing: Signing = {
  outbox,
  now,
  async signWith(enrolment, password) {
    const { wrapped } = enrolment
    const key = wrapped === null ? undefined : await openKey({ ...enrolment, wrapped }, password, enrolment)
    return key && ((bytes) => signBytes(key, bytes))
  },
  exclusively: (name, work) => navigator.locks.request(name, work) as ReturnType<typeof work>,
}

const worker = {
  /** What this browser lacks for signing: in words; null if nothing. */
  missing: missingFor,

  async makeKey({ user, device, password, keyName, nonce, trail }: NewEnrolment): Promise<MadeKey> {
    const { publicKey, privateKey } = await newKey()
    const { name, id, vkey: key } = verifierOf(keyName, 'note', publicKey)
    const text = printProof({ nonce, trail, key })
    const signature = await signBytes(privateKey, utf8(text))
    made.set(key, { ...(await closeKey(privateKey, password, { user, device, key })), user, device })
    return { key, proof: printNote({ text, signatures: [{ name, id, signature }] }) }
  },

  /** Once the relay has enrolled it. Throws if the lease is not of this key, or not signed by this relay. */
  keep({ key, lease, trailId, trail, relayKey }: ToKeep): Promise<void> {
    const closed = made.get(key)
    if (closed === undefined) throw new Error('this key was not made here')
    const terms = leaseIn(lease, relayKey)
    if (terms.key !== key || terms.user !== closed.user || terms.trail !== trail)
      throw new Error('the relay gave a lease of another key')
    return navigator.locks.request(lockName(closed.user), async () => {
      await outbox.enrol(
        {
          ...closed,
          name: terms.name,
          key,
          trailId,
          trail,
          relayKey,
          lease,
          isLeaseUnsure: false,
          isPasswordOld: false,
          count: 0,
          previous: '',
          attempts: 0,
          lockedUntil: 0,
          enrolledAt: now(),
        },
        Date.parse(terms.issued),
      )
      made.delete(key)
    })
  },

  /** Opens the outbox, reads the lease, and makes Argon2id ready: what an engine does for the first time, it does slowly. */
  async prepare(user: string): Promise<void> {
    await makeReady()
    const enrolment = await outbox.enrolment(user)
    if (enrolment !== undefined) leaseIn(enrolment.lease, enrolment.relayKey)
  },

  sign(toSign: ToSign, password: string): Promise<SignOutcome> {
    return sign(signing, toSign, password)
  },
}

expose(worker)
endWithPage()
