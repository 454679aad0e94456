import type { TrailRecord } from '../../trail/index.ts'

/** What somebody is shown when they sign in, so that they notice if it was not them (ASVS 6.3.5). */
export interface SignInNotice {
  /** When and from where they signed in before, ISO 8601; undefined the first time. */
  readonly last: { readonly time: string; readonly device: string } | undefined
  /** Wrong passwords since then. */
  readonly failures: number
}

/** The last sign-in of each account and what failed since, as the trail's records have it. */
export class SignInHistory {
  readonly #of = new Map<string, SignInNotice>()

  take({ kind, body, time }: Pick<TrailRecord, 'kind' | 'body' | 'time'>): void {
    const { account, device, count } = body
    if (typeof account !== 'string' || typeof device !== 'string') return
    const before = this.of(account)
    if (kind === 'session.started') this.#of.set(account, { last: { time, device }, failures: 0 })
    const more = kind === 'session.refused' ? 1 : kind === 'session.throttled' ? Number(count) : 0
    if (more > 0) this.#of.set(account, { ...before, failures: before.failures + more })
  }

  of(account: string): SignInNotice {
    return this.#of.get(account) ?? { last: undefined, failures: 0 }
  }
}
