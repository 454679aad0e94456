import { randomUUID } from 'node:crypto'
import { Problem } from '@compliance-relay/shared/api'
import { type PresenceDesk, type PresenceRefusal, UsedTokens } from '@compliance-relay/shared/relay'
import type { Body } from '@compliance-relay/shared/trail'
import type { BadgeDesk } from '../badge-desk.ts'
import { badgeBodies } from '../badge-intervals.ts'
import { NotRecorded } from '../capture/recorder.ts'
import type { Settings } from '../settings.ts'
import type { TrailStore } from '../sqlite/trail-store.ts'

/** Who came and went at this workstation by a token: the same intervals as those of badges, recorded in the same words. */
export class WorkstationPresence implements PresenceDesk {
  readonly #badges: BadgeDesk
  readonly #settings: () => Settings

  constructor(badges: BadgeDesk, settings: () => Settings) {
    this.#badges = badges
    this.#settings = settings
  }

  standing(id: string): 'good' | 'disabled' | 'unknown' {
    const person = this.#settings().persons.find((one) => one.id === id)
    if (person === undefined) return 'unknown'
    return person.disabled === true ? 'disabled' : 'good'
  }

  async begin(id: string, evidence: Body): Promise<void> {
    await recorded(this.#badges.set(id, randomUUID(), evidence, 'token'))
  }

  end(id: string, evidence: Body): Promise<boolean> {
    return recorded(this.#badges.leave(id, randomUUID(), evidence, 'token'))
  }

  refuse(reason: PresenceRefusal, person: string | null): void {
    this.#badges.refuseFor({ by: { via: 'token' }, person, reason })
  }

  refuseUsedUp(reason: PresenceRefusal, person: string | null, evidence: Body): Promise<void> {
    return recorded(this.#badges.refuseNow({ by: { via: 'token', ...evidence }, person, reason }))
  }
}

async function recorded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof NotRecorded) throw new Problem('held')
    throw error
  }
}

/** Tokens that were used up before this start, as the records of the last days have it. */
export function usedTokens(store: TrailStore, now: number): UsedTokens {
  const used = new UsedTokens()
  for (const body of badgeBodies(store, now)) used.take(body)
  return used
}
