import type { Body, TrailRecord } from '../../trail/index.ts'
import type { Subscription } from './subscription.ts'

export const subscriptionKinds = [
  'subscription.added',
  'subscription.carried',
  'subscription.ended',
  'subscription.replayed',
] as const

type Taken = Pick<TrailRecord, 'kind' | 'body' | 'time' | 'actor' | 'seq'>

/** Who is sent records, made from the records of the relay's own trail and from nothing else. */
export class SubscriptionBook {
  readonly #subscriptions = new Map<string, Subscription>()

  get(id: string): Subscription | undefined {
    return this.#subscriptions.get(id)
  }

  /** In the order in which they were added, those that have ended too. */
  all(): readonly Subscription[] {
    return [...this.#subscriptions.values()]
  }

  active(): readonly Subscription[] {
    return this.all().filter(({ ended }) => ended === undefined)
  }

  /** In order, each record once. Throws an Error on one that no relay can have written. */
  take({ kind, body, time, actor, seq }: Taken): void {
    if (!subscriptionKinds.some((one) => one === kind)) return
    const id = String(body['subscription'])
    const before = this.#subscriptions.get(id)
    if (kind === 'subscription.added' || kind === 'subscription.carried') {
      if (before !== undefined) throw new Error(`record ${seq}: ${kind} of ${id}, which is there`)
      this.#subscriptions.set(id, subscriptionIn(id, { kind, body, time, actor, seq }))
      return
    }
    if (before === undefined || before.ended !== undefined)
      throw new Error(
        `record ${seq}: ${kind} of ${id}, which is ${before === undefined ? 'unknown' : 'over'}`,
      )
    this.#subscriptions.set(
      id,
      kind === 'subscription.ended'
        ? { ...before, ended: { seq, time, isGone: actor.via === 'relay' } }
        : { ...before, from: Number(body['from']), said: seq },
    )
  }
}

/** One that is carried begins with the first record of the new trail, which says why there is one. */
function subscriptionIn(id: string, { kind, body, time, actor, seq }: Taken): Subscription {
  const isCarried = kind === 'subscription.carried'
  const { what, kinds, projects, to, secret } = body
  return {
    id,
    what: what === 'alerts' ? 'alerts' : 'records',
    ...(Array.isArray(kinds) ? { kinds: kinds.map(String) } : {}),
    ...(Array.isArray(projects) ? { projects: projects.map(String) } : {}),
    to: to as unknown as Subscription['to'],
    ...(typeof secret === 'string' ? { secretId: secret } : {}),
    since: isCarried ? String(body['since']) : time,
    by: isCarried ? String(body['by']) : actor.id,
    from: isCarried ? 0 : seq,
    said: seq,
  }
}

/** What the records say of a subscription itself. */
export function subscriptionBody({
  id,
  what,
  kinds,
  projects,
  to,
  secretId,
}: Omit<Subscription, 'since' | 'by' | 'from' | 'said' | 'ended'>): Body {
  return {
    subscription: id,
    what,
    ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    ...(projects === undefined ? {} : { projects: [...projects] }),
    to: 'webhook' in to ? { webhook: to.webhook } : { syslog: { ...to.syslog } },
    ...(secretId === undefined ? {} : { secret: secretId }),
  }
}

/**
 * What a new trail says of the subscriptions of the one before, a record each: who is told of what happens here is not
 * to be silenced by a line that was altered. What of the trail before was not sent yet is not sent any more: it is in
 * doubt, and the first record of the new trail says so.
 */
export function carriedSubscriptions(
  subscriptions: readonly Subscription[],
): { readonly kind: string; readonly body: Body }[] {
  return subscriptions.map((one) => ({
    kind: 'subscription.carried',
    body: { ...subscriptionBody(one), since: one.since, by: one.by },
  }))
}
