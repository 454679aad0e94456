import { type Client, Problem, type Receipt, readReceipt } from '@compliance-relay/shared/api'
import { FormatError, parseVkey, utf8 } from '@compliance-relay/shared/trail'
import { isRenewalDue, leaseIn } from './lease-terms.ts'
import type { Outbox } from './outbox.ts'
import { afterVerdict, type StatementItem, type StatementRow } from './statement-row.ts'

export interface SenderOptions {
  readonly outbox: Outbox
  readonly now: () => number
  readonly exclusively: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  readonly lockName: (user: string) => string
}

/** Batches of one send, so that a relay that never says the same twice does not keep a device busy for ever. */
const BATCHES_MAX = 200

/**
 * Gives the relay what was signed here, first in first out, and keeps what it says. What was not answered is given
 * again, unchanged; nothing is ever taken out. One at a time on a device: the tab that syncs.
 */
export class Sender {
  readonly #options: SenderOptions

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /**
   * Sends all that is due. `isAsked`: also what waits for a later time. `lostBefore`: what the signer's device signed
   * before these is lost. Rejects with what the client says where there is no answer, or the session is over: then all is
   * kept, and given again.
   */
  async send(client: Client, isAsked = false, lostBefore = false): Promise<void> {
    const { outbox, now } = this.#options
    let itemsMax: number | undefined
    const begun = new Set<string>()
    for (let n = 0; n < BATCHES_MAX; n++) {
      const batch = await outbox.takeBatch(now(), isAsked && n === 0, itemsMax)
      if (batch.length === 0) return
      let items: readonly StatementItem[]
      try {
        const body = { items: batch.map(({ note }) => textOf(note)), ...(lostBefore ? { lostBefore } : {}) }
        items = (await client.call('giveStatements', { body })).items
      } catch (error) {
        if (error instanceof Problem && error.code === 'body-too-large' && batch.length > 1) {
          itemsMax = Math.floor(batch.length / 2)
          await outbox.notTold(batch, error.message)
          continue
        }
        await outbox.notTold(batch, faultOf(error))
        // Somebody is signed in who may not give signatures: they wait for somebody who may.
        if (error instanceof Problem && error.code === 'forbidden') return
        throw error
      }
      const again = await this.#keep(batch, items)
      const isNews = batch.some(({ hash }) => !begun.has(hash))
      for (const { hash } of batch) begun.add(hash)
      // What was given in this very send and still waits, waits.
      if (!again && (!isNews || items.some(({ receipt }) => receipt === null))) return
    }
  }

  /** Whether there is something to be given again at once. */
  async #keep(batch: readonly StatementRow[], items: readonly StatementItem[]): Promise<boolean> {
    const { outbox, now } = this.#options
    const told: StatementRow[] = []
    const odd: StatementRow[] = []
    let again = 0
    for (const [i, row] of batch.entries()) {
      const item = items[i]
      const receipt = item && receiptOf(row, item)
      if (item === undefined || receipt === 'wrong') odd.push(row)
      else told.push(afterVerdict(row, item, receipt, now()))
    }
    await outbox.notTold(odd, 'The relay answered with a receipt that is not of this signature.')
    await outbox.told(told)
    for (const { key, wanted, count } of told)
      if (wanted !== null && wanted < count) again += await outbox.giveAgain(key, wanted)
    return again > 0
  }

  /** Another lease for the key of whoever is signed in, once so much of the one there is used. `isAsked`: in any case. */
  async renewLease(client: Client, user: string, isAsked = false): Promise<void> {
    const { outbox, now, exclusively, lockName } = this.#options
    if ((await outbox.enrolment(user)) === undefined) return
    await exclusively(lockName(user), async () => {
      const enrolment = await outbox.enrolment(user)
      if (enrolment === undefined || enrolment.wrapped === null) return
      const { key, lease, relayKey, count } = enrolment
      const isDue = isAsked || enrolment.isLeaseUnsure || isRenewalDue(leaseIn(lease, relayKey), count, now())
      // What was signed under the lease of now has to be told first: under the next one it would be held.
      const waiting = await outbox.inStates('signed', 'sending')
      if (!isDue || waiting.some((row) => key.startsWith(`${row.key}+`))) return
      await outbox.leaseAsked(user)
      try {
        const given = await client.call('renewLease', { body: { key } })
        const terms = leaseIn(given.lease, relayKey)
        const isPasswordOld = terms.epoch !== leaseIn(lease, relayKey).epoch || enrolment.isPasswordOld
        await outbox.keepLease(user, key, given.lease, isPasswordOld, Date.parse(terms.issued), now())
      } catch (error) {
        // Refused: no other lease was given, and that of now holds as long as it says.
        if (!(error instanceof Problem)) throw error
        await outbox.keepLease(user, key, lease, enrolment.isPasswordOld, null, now())
        if (error.code === 'unauthenticated') throw error
      }
    })
  }
}

function textOf(note: Uint8Array): string {
  return new TextDecoder().decode(note)
}

/** The receipt of a statement, undefined where none was given; `wrong` if it is not the relay's, or of another. */
function receiptOf(
  { hash, trail, relayKey }: StatementRow,
  item: StatementItem,
): Receipt | undefined | 'wrong' {
  if (item.statement !== hash) return 'wrong'
  if (item.receipt === null) return undefined
  return receiptIn(item.receipt, { hash, trail, relayKey }) ?? 'wrong'
}

/** A receipt that holds for this statement. */
export function receiptIn(
  text: string,
  { hash, trail, relayKey }: Pick<StatementRow, 'hash' | 'trail' | 'relayKey'>,
): Receipt | undefined {
  try {
    const receipt = readReceipt(utf8(text), parseVkey(relayKey))
    return receipt.statement === hash && receipt.trail === trail ? receipt : undefined
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'The relay did not answer.'
  if (error.code === 'unauthenticated') return 'Nobody is signed in: sign in, and it is sent.'
  if (error.code === 'forbidden')
    return 'Whoever is signed in may not give signatures: it waits for its signer, or for anybody who may sign.'
  return error.message
}
