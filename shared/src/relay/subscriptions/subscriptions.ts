import { Problem, requireAllowed, type SubscriptionView } from '../../api/index.ts'
import { isUsable } from '../accounts/account.ts'
import type { Place } from '../claims.ts'
import { requireKinds, requireProjects } from '../known-names.ts'
import type { Append, Caller, People } from '../people.ts'
import type { SecretStore } from '../ports.ts'
import { reasonOf } from '../reason.ts'
import type { Destination, Subscription, Wanted } from './subscription.ts'
import { type SubscriptionBook, subscriptionBody } from './subscription-book.ts'
import { destinationOf, wantedOf } from './subscription-form.ts'
import {
  SUBSCRIPTION_SECRET_BYTES,
  subscriptionSecretId,
  subscriptionSecretName,
  subscriptionSecretText,
} from './subscription-secret.ts'

export const SUBSCRIPTIONS_MAX = 20

/** How a subscription is served, as those who may read it are told. */
export type DeliveryState = NonNullable<SubscriptionView['delivery']>

/** What came of a message that was sent to see whether one arrives. */
export interface TestOutcome {
  readonly delivered: boolean
  readonly says: string
}

/** Whoever sends: told when the book says something new. */
export interface Deliveries {
  state(id: string): DeliveryState | undefined
  test(subscription: Subscription): Promise<TestOutcome>
  changed(): void
}

export interface SubscriptionsOptions {
  readonly people: People
  readonly book: SubscriptionBook
  readonly secrets: SecretStore
  readonly deliveries: Deliveries
  /** The projects the relay has, or once had. */
  readonly projects: () => readonly string[]
  /** The trail that is sent: its name, and how many records it has. */
  readonly trail: { readonly trail: string; readonly size: number }
  /** Cryptographically random bytes. */
  readonly random: (size: number) => Uint8Array
}

export interface NewSubscription extends Wanted {
  readonly to: Destination
  readonly reason: string
}

/** Who outside is sent records, and who decides that. Each change is a record, which is sent like others. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  list(): SubscriptionView[] {
    const { book, deliveries } = this.#options
    return book.all().map((one) => viewOf(one, deliveries.state(one.id)))
  }

  /**
   * Gives the secret, which nobody is told again; null for what is not signed. Throws `Problem`: `destination-refused`,
   * `subscriptions-full`, `reason-missing`, `bad-request`, `kind-unknown`, `project-unknown`.
   */
  async add(
    by: Caller,
    { to, reason, ...wanted }: NewSubscription,
  ): Promise<{ readonly subscription: SubscriptionView; readonly secret: string | null }> {
    const { book, secrets, projects, random } = this.#options
    const asked = { ...wantedOf(wanted), to: destinationOf(to) }
    const because = reasonOf(reason)
    const { id, secret } = await this.#act(by, async (append) => {
      if (book.active().length >= SUBSCRIPTIONS_MAX) throw new Problem('subscriptions-full')
      requireKinds(asked.kinds)
      requireProjects(asked.projects, projects())
      const id = await this.#freeId()
      const secret = 'webhook' in asked.to ? random(SUBSCRIPTION_SECRET_BYTES) : undefined
      if (secret !== undefined) await secrets.create(subscriptionSecretName(id), secret)
      const secretId = secret === undefined ? {} : { secretId: subscriptionSecretId(secret) }
      try {
        await append('subscription.added', {
          ...subscriptionBody({ id, ...asked, ...secretId }),
          reason: because,
        })
      } catch (error) {
        // Nobody was told it, and no record names it.
        if (secret !== undefined) await secrets.remove(subscriptionSecretName(id))
        throw error
      }
      return { id, secret }
    })
    return {
      subscription: viewOf(this.#known(id), this.#options.deliveries.state(id)),
      secret: secret === undefined ? null : subscriptionSecretText(secret),
    }
  }

  /** For good: its secret is forgotten. Throws `Problem` `subscription-unknown`. */
  async end(by: Caller, id: string, reason: string): Promise<void> {
    const because = reasonOf(reason)
    await this.#act(by, async (append) => {
      this.#known(id)
      await append('subscription.ended', { subscription: id, reason: because })
    })
    await this.#options.secrets.remove(subscriptionSecretName(id))
  }

  /** Sends again from a record on. Throws `Problem`: `subscription-unknown`, `not-found` for a place there is not. */
  replay(by: Caller, id: string, { trail, seq }: Place, reason: string): Promise<void> {
    const because = reasonOf(reason)
    return this.#act(by, async (append) => {
      this.#known(id)
      const own = this.#options.trail
      if (trail !== own.trail || seq >= own.size) throw new Problem('not-found')
      await append('subscription.replayed', { subscription: id, from: seq, reason: because })
    })
  }

  /** One message that is no record. Throws `Problem` `subscription-unknown`. */
  test(id: string): Promise<TestOutcome> {
    return this.#options.deliveries.test(this.#known(id))
  }

  /** The receiver says that it wants no more, for good. By the relay, which nobody told to. */
  async gone(id: string): Promise<void> {
    const { people, book, deliveries, secrets } = this.#options
    await people.actAsRelay(async (append) => {
      if (book.get(id)?.ended !== undefined || book.get(id) === undefined) return
      await append('subscription.ended', { subscription: id, reason: 'its receiver says that it is gone' })
    })
    deliveries.changed()
    await secrets.remove(subscriptionSecretName(id))
  }

  async #act<Result>(by: Caller, work: (append: Append) => Promise<Result>): Promise<Result> {
    const result = await this.#options.people.act(by, (account, append) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'feed.manage')
      return work(append)
    })
    this.#options.deliveries.changed()
    return result
  }

  #known(id: string): Subscription {
    const known = this.#options.book.get(id)
    if (known === undefined || known.ended !== undefined) throw new Problem('subscription-unknown')
    return known
  }

  /** One that neither a record nor a secret has had: what a crash left behind is nobody's. */
  async #freeId(): Promise<string> {
    const { book, secrets } = this.#options
    const taken = new Set(await secrets.names())
    for (let number = book.all().length + 1; ; number++) {
      const id = `s${number}`
      if (book.get(id) === undefined && !taken.has(subscriptionSecretName(id))) return id
    }
  }
}

/** Of the secret there is only one who knows it: whoever was told when it was made. */
function viewOf(
  { id, what, kinds, projects, to, since, by, ended }: Subscription,
  delivery: DeliveryState | undefined,
): SubscriptionView {
  return {
    subscription: id,
    what,
    kinds: kinds === undefined ? null : [...kinds],
    projects: projects === undefined ? null : [...projects],
    to: 'webhook' in to ? { webhook: to.webhook } : { syslog: { ...to.syslog } },
    since,
    by,
    ended: ended?.time ?? null,
    delivery: delivery ?? null,
  }
}
