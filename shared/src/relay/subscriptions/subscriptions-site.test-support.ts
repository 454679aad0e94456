import { randomBytes } from 'node:crypto'
import { projects, type Site } from '../people-site.test-support.ts'
import { type SecretStore, SecretUnusable } from '../ports.ts'
import type { Subscription } from './subscription.ts'
import { Subscriptions } from './subscriptions.ts'

/** What the files of a relay's keys are to it. In memory, for tests. */
export class Secrets implements SecretStore {
  readonly kept = new Map<string, Uint8Array>()

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.kept.get(name)
  }

  async create(name: string, secret: Uint8Array): Promise<void> {
    if (this.kept.has(name)) throw new SecretUnusable(`there is a secret ${name}`)
    this.kept.set(name, secret)
  }

  async remove(name: string): Promise<void> {
    this.kept.delete(name)
  }

  async names(): Promise<readonly string[]> {
    return [...this.kept.keys()].sort()
  }
}

export const siteTrail = 'lab.example/t/ws-nmr-01/20260302-7f3a'

/** Subscriptions of a site that sends nothing: what is decided and recorded. */
export function subscriptionsOf(site: Site, secrets: SecretStore = new Secrets()): Subscriptions {
  return new Subscriptions({
    people: site.people,
    book: site.memory.subscriptions,
    secrets,
    projects: () => projects,
    deliveries: {
      state: () => undefined,
      test: async ({ id }: Subscription) => ({ delivered: true, says: `the test of ${id} arrived` }),
      changed: () => {},
    },
    trail: {
      trail: siteTrail,
      get size() {
        return site.disk.records.length
      },
    },
    random: (size) => new Uint8Array(randomBytes(size)),
  })
}
