import { createHmac } from 'node:crypto'
import {
  carriedAccounts,
  carriedFeedTokens,
  carriedRules,
  carriedSubscriptions,
  PEPPER_BYTES,
  PeopleMemory,
  type PersonRecord,
  type SecretStore,
} from '@compliance-relay/shared/relay'
import type { Actor, Draft } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import { PEOPLE_OPENED, personRecordIn } from './people-records.ts'

/** In the secret store: what the passwords of this relay are hashed with, beside their salt. */
export const PEPPER_NAME = 'passwords.pepper'

/** What a start knows of people. */
export interface OpenedPeople {
  readonly memory: PeopleMemory
  readonly pepper: Uint8Array | undefined
  /** Why nobody can sign in, in words; undefined if they can. Files are captured all the same. */
  readonly fault: string | undefined
}

/** What the lines of a trail say of people, taken in while they are verified, and no further than all was well. */
export class PeopleReader {
  readonly memory = new PeopleMemory()
  pepperId: string | undefined
  fault: string | undefined

  take(line: Uint8Array): void {
    if (this.fault !== undefined) return
    try {
      const record = personRecordIn(line)
      if (record !== undefined) this.#takeRecord(record)
    } catch (error) {
      this.fault = messageOf(error)
    }
  }

  #takeRecord(record: PersonRecord): void {
    if (record.kind === PEOPLE_OPENED) this.pepperId = String(record.body['pepper'])
    else this.memory.take(record)
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

export function peopleOpenedDraft(relay: Actor, pepperId: string, time: string): Draft {
  return { kind: PEOPLE_OPENED, actor: relay, time, body: { pepper: pepperId } }
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
  return { memory, pepper, fault: reader.fault ?? fault ?? wrong }
}

/**
 * What a new trail says of people and subscriptions first: those of the one before, as far as its lines were verified, and none
 * if even their order is in doubt.
 */
export function carriedPeople(
  former: PeopleReader,
  pepper: Uint8Array | undefined,
  relay: Actor,
  time: string,
): readonly Draft[] {
  const { book, feeds, recoveries, reviews, rules, subscriptions } = former.memory
  const recovery = recoveries.carried()
  const carried = [
    ...carriedRules(rules),
    ...carriedAccounts(book.all()),
    ...carriedSubscriptions(subscriptions.active()),
    ...carriedFeedTokens(feeds.all(), Date.parse(time)),
    ...(recovery === undefined ? [] : [recovery]),
    ...reviews.carried(),
  ]
  const id = former.pepperId ?? (pepper === undefined ? undefined : pepperIdOf(pepper))
  return [
    ...(id === undefined ? [] : [peopleOpenedDraft(relay, id, time)]),
    ...carried.map(({ kind, body }): Draft => ({ kind, actor: relay, time, body })),
  ]
}
