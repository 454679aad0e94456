import type { TrailRecord } from '../trail/index.ts'
import { ReviewBook } from './accounts/access-review.ts'
import { AccountBook } from './accounts/account-book.ts'
import { ClaimantBook } from './claimant-book.ts'
import { FeedTokenBook } from './feed/feed-token-book.ts'
import { RecoveryBook } from './recovery/recovery-book.ts'
import { RulesBook } from './rules/rules-book.ts'
import { SignInGuard } from './sessions/sign-in-guard.ts'
import { SignInHistory } from './sessions/sign-in-history.ts'
import { SigningBook } from './signing/signing-book.ts'
import { SubscriptionBook } from './subscriptions/subscription-book.ts'

export type PersonRecord = Pick<TrailRecord, 'kind' | 'body' | 'time' | 'actor' | 'seq'>

/** What is known of people: made from the records of the relay's own trail and from nothing else. */
export class PeopleMemory {
  readonly book = new AccountBook()
  readonly guard = new SignInGuard()
  readonly history = new SignInHistory()
  readonly signing = new SigningBook()
  readonly rules = new RulesBook()
  readonly recoveries = new RecoveryBook()
  readonly reviews = new ReviewBook()
  readonly feeds = new FeedTokenBook()
  readonly subscriptions = new SubscriptionBook()
  readonly claimants = new ClaimantBook()

  /** In order, each record once. Throws an Error on one that no relay can have written: see `AccountBook`. */
  take(record: PersonRecord): void {
    this.book.take(record)
    this.guard.take(record)
    this.history.take(record)
    this.signing.take(record)
    this.rules.take(record)
    this.recoveries.take(record)
    this.reviews.take(record)
    this.feeds.take(record)
    this.subscriptions.take(record)
    this.claimants.take(record)
  }
}
