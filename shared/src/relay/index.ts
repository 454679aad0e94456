/** The workings a relay is built of, for Node: what it needs from the world around it, and that on a folder. */

export { accountKinds } from './accounts/account-book.ts'
export { carriedAccounts, lostAccount } from './accounts/carried-accounts.ts'
export { isSameFullName } from './accounts/full-name.ts'
export { foldedUserId } from './accounts/user-id.ts'
export {
  type Alert,
  type AlertingRecord,
  alertKinds,
  alertOf,
  type Severity,
  severities,
} from './alerts.ts'
export * from './asking.ts'
export type { ClaimantBook } from './claimant-book.ts'
export {
  Claims,
  type Maker,
  type Place,
  type Refusal as RefusedCapture,
  type UnclaimedCaptures,
} from './claims.ts'
export { CROCKFORD_LETTERS, crockfordFolded, isCrockford } from './crockford.ts'
export {
  type BagMaker,
  type BagToMake,
  ExportFailed,
  type ExportFile,
  type MadeBag,
  type SealedFor,
} from './exports/bag-maker.ts'
export { Exports } from './exports/exports.ts'
export { Feed } from './feed/feed.ts'
export { carriedFeedTokens } from './feed/feed-token-book.ts'
export { FeedTokens } from './feed/feed-tokens.ts'
export { type AppFilesOptions, appFiles, wantsPage } from './http/app-files.ts'
export { problemAnswer } from './http/problem-answer.ts'
export { plainPage } from './http/problem-page.ts'
export { type Refusal, type RelayApiOptions, relayApi } from './http/relay-api.ts'
export type { ExternalIdentity, ProviderFault } from './identity/external-identity.ts'
export { IssuerKeys } from './identity/issuer-keys.ts'
export { OpenIdConnect } from './identity/openid-connect.ts'
export { Presence, type PresenceDesk, type PresenceRefusal } from './identity/presence.ts'
export { UsedTokens } from './identity/used-tokens.ts'
export type { Withheld } from './in-projects.ts'
export * from './keeping.ts'
export { nearest } from './known-names.ts'
export { commonPasswords } from './passwords/common-passwords.ts'
export { DEFAULT_COST, PEPPER_BYTES } from './passwords/password-hash.ts'
export { type FirstAccount, firstAccount, People, type PeopleOptions } from './people.ts'
export { PeopleMemory, type PersonRecord } from './people-memory.ts'
export {
  FEED_TOKEN_SOON_MILLISECONDS,
  GONE_SAID_MILLISECONDS,
  type PeopleStanding,
  peopleConcerned,
  peopleStanding,
  REVIEW_SOON_MILLISECONDS,
} from './people-standing.ts'
export type { PeopleStore, StoredCredential } from './people-store.ts'
export { isPlainLine } from './plain-line.ts'
export type { ListedTrail, StoredTrails } from './reading/readable-trails.ts'
export { TrailPokes } from './reading/trail-pokes.ts'
export { TrailReader, trailId } from './reading/trail-reader.ts'
export { recordKinds } from './record-kinds.ts'
export { REST_MILLISECONDS } from './recovery/recovery-book.ts'
export {
  namesInRecoveryFile,
  openRecoveryFile,
  PASSPHRASE_CHARACTERS_MIN,
  RECOVERY_BYTES_MAX,
  type Recovered,
  RecoveryError,
  type RecoveryErrorCode,
  requireUsablePassphrase,
  wrapSecrets,
} from './recovery-file.ts'
export { needIn, type RelayStatusNow } from './relay-status.ts'
export { carriedRules } from './rules/rules-book.ts'
export { sha256Hex } from './sha256-hex.ts'
export type { Makers, SignedTrail } from './signing/judge-statement.ts'
export { isSameUserId, makersOf } from './signing/makers.ts'
export { signProof } from './signing/proof-of-possession.ts'
export { Signing } from './signing/signing.ts'
export { type SettingsAsked, type SettingsKept, SiteSettings } from './site-settings.ts'
export {
  type Destination,
  destinationText,
  type Subscription,
  wantedIn,
} from './subscriptions/subscription.ts'
export {
  carriedSubscriptions,
  type SubscriptionBook,
  subscriptionKinds,
} from './subscriptions/subscription-book.ts'
export { readSubscriptionSecret } from './subscriptions/subscription-secret.ts'
export {
  type Deliveries,
  type DeliveryState,
  Subscriptions,
  type TestOutcome,
} from './subscriptions/subscriptions.ts'
