import { createHmac } from 'node:crypto'
import {
  carriedAccounts,
  carriedFeedTokens,
  carriedRules,
  carriedSubscriptions,
  lostAccount,
  PEPPER_BYTES,
  PeopleMemory,
  type PersonRecord,
  type SecretStore,
} from '@compliance-relay/shared/relay'
import type { Actor, Draft } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import type { FormerPeople } from './former-people.ts'
import { PEOPLE_OPENED, personRecordIn } from './people-records.ts'

/** In the secret store: what the passwords of this relay are hashed with, beside their salt. */
export const PEPPER_NAME = 'passwords.pepper'

/** What a start knows of people. */
export interface OpenedPeople {
  readonly memory: PeopleMemory
  readonly pepper: Uint8Array | undefined
  /** Why nobody can sign in, in words; undefined if they can. Files are captured all the same. */
  readonly fault: string | undefined
  /** When the trail was begun, not all was known of the people before. */
  readonly isInDoubt: boolean
}

/** What the lines of a trail say of people, taken in while they are verified, and no further than all was well. */
export class PeopleReader {
  readonly memory = new PeopleMemory()
  pepperId: string | undefined
  /** Of the trail before, records about people were lost. */
  isInDoubt = false
  fault: string | undefined

  /** `isInDoubt`: a line before it is lost, so it may be about what nobody knows of; it says nothing then. */
  take(line: Uint8Array, isInDoubt = false): void {
    if (this.fault !== undefined) return
    try {
      const record = personRecordIn(line)
      if (record !== undefined) this.#takeRecord(record)
    } catch (error) {
      if (!isInDoubt) this.fault = messageOf(error)
    }
  }

  #takeRecord(record: PersonRecord): void {
    if (record.kind === PEOPLE_OPENED) {
      this.pepperId = String(record.body['pepper'])
      this.isInDoubt = record.body['inDoubt'] === true
    } else this.memory.take(record)
  }
}

/** Which secret it is, without a word about what it is: the first half of an HMAC with it. */
export function pepperIdOf(pepper: Uint8Array): string {
  return createHmac('sha256', pepper).update('compliance-relay/pepper-id/v1').digest('hex').slice(0, 32)
}

/** The secret for passwords; undefined and why if it cannot be had. */
export async function readPepper(
  secrets: SecretStore,
): Promise<{ readonly pepper: Uint8Array | undefined; readonly fault: string | undefined }> {
  try {
    const pepper = await secrets.read(PEPPER_NAME)
    if (pepper === undefined) return { pepper, fault: `the key ${PEPPER_NAME} is missing` }
    if (pepper.length === PEPPER_BYTES) return { pepper, fault: undefined }
    return { pepper: undefined, fault: `the key ${PEPPER_NAME} is damaged` }
  } catch (error) {
    return { pepper: undefined, fault: messageOf(error) }
  }
}

/** The secret for passwords of a relay that is being set up; one that is there from an attempt before is taken. */
export async function newPepper(
  secrets: SecretStore,
  random: (size: number) => Uint8Array,
): Promise<Uint8Array> {
  const there = await secrets.read(PEPPER_NAME)
  if (there !== undefined && there.length === PEPPER_BYTES) return there
  const pepper = random(PEPPER_BYTES)
  await secrets.create(PEPPER_NAME, pepper)
  return pepper
}

export function peopleOpenedDraft(relay: Actor, pepperId: string, time: string, isInDoubt = false): Draft {
  const body = { pepper: pepperId, ...(isInDoubt ? { inDoubt: true } : {}) }
  return { kind: PEOPLE_OPENED, actor: relay, time, body }
}

export async function openPeople(reader: PeopleReader, secrets: SecretStore): Promise<OpenedPeople> {
  const { pepper, fault } = await readPepper(secrets)
  const { memory, pepperId } = reader
  const wrong =
    pepper !== undefined && pepperId !== undefined && pepperIdOf(pepper) !== pepperId
      ? `the key ${PEPPER_NAME} is another than the one the passwords were hashed with`
      : pepperId === undefined
        ? 'the trail does not say with which key passwords are hashed'
        : undefined
  return { memory, pepper, fault: reader.fault ?? fault ?? wrong, isInDoubt: reader.isInDoubt }
}

/**
 * What a new trail says of people and subscriptions first: those of the one before. Where a record of that is lost,
 * whoever's rights that may have ended comes over without a way in, tokens of programs do not come over at all, and user
 * ids that were spoken of stay taken.
 */
export function carriedPeople(
  { reader, isInDoubt, signedInSince, ids }: FormerPeople,
  pepper: Uint8Array | undefined,
  relay: Actor,
  time: string,
): readonly Draft[] {
  const { book, feeds, recoveries, reviews, rules, subscriptions } = reader.memory
  const recovery = recoveries.carried()
  const lost = [...ids].filter((id) => book.get(id) === undefined)
  const carried = [
    ...carriedRules(rules),
    ...carriedAccounts(book.all(), ({ id }) => isInDoubt && !signedInSince.has(id)),
    ...(isInDoubt ? lost.map(lostAccount) : []),
    ...carriedSubscriptions(subscriptions.active()),
    ...(isInDoubt ? [] : carriedFeedTokens(feeds.all(), Date.parse(time))),
    ...(recovery === undefined ? [] : [recovery]),
    ...reviews.carried(),
  ]
  const id = reader.pepperId ?? (pepper === undefined ? undefined : pepperIdOf(pepper))
  return [
    ...(id === undefined ? [] : [peopleOpenedDraft(relay, id, time, isInDoubt)]),
    ...carried.map(({ kind, body }): Draft => ({ kind, actor: relay, time, body })),
  ]
}
