/** The language between the app, a workstation's relay and the server of record. */

export { type Asked, type Client, type ContentRead, createClient, type Fetch } from './client.ts'
export {
  type ExportFailure,
  type ExportFilterView,
  type ExportStage,
  type ExportView,
  exportFailures,
  exportStateField,
  failureSentence,
  type ReportForm,
  reportForms,
  type TrailKeyView,
} from './exports.ts'
export { isIssuer, isOnLoopback, isSafeAddress, isSubject } from './external-name.ts'
export type { IdentityRule } from './identity-rule.ts'
export {
  ARRIVAL_DAYS,
  LEASE_HOURS,
  LEASE_SIGNATURES_MAX,
  type Lease,
  readLease,
  signLease,
} from './lease.ts'
export {
  type Matched,
  matchRoute,
  methodsAt,
  type PathParameters,
  pathOf,
  routeAsked,
  routesAt,
} from './match-route.ts'
export { openApiDocument } from './openapi.ts'
export { certificatesIn, publicKeysIn } from './outside-texts.ts'
export {
  type PasswordChange,
  type PasswordFault,
  passwordFaults,
} from './password-change.ts'
export { passwordChangeSentence } from './password-change-sentence.ts'
export {
  type Action,
  actions,
  beforePasswordChange,
  isRole,
  mayDo,
  policy,
  type Role,
  requireAllowed,
  requireTogether,
  roles,
  signingRoles,
} from './policy.ts'
export {
  isProblemCode,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problemCodes,
  sentenceOf,
  statusOf,
} from './problem.ts'
export { detailSentence, type ProblemDetail, problemDetails } from './problem-detail.ts'
export { PROBLEM_TYPE, problemHeaders, problemJson, problemSchema, readProblem } from './problem-json.ts'
export { PROOF_TYPE, type Proof, printProof } from './proof.ts'
export { type Receipt, readReceipt, signReceipt } from './receipt.ts'
export { type Caching, type Content, caching, isContent, type Route } from './route.ts'
export { problemsOf } from './route-problems.ts'
export {
  type BodyOf,
  type ContentRoute,
  type NeedsSession,
  type ParametersOf,
  type QueryOf,
  type ResultOf,
  type RouteName,
  routeNames,
  routeOf,
  routes,
} from './routes.ts'
export {
  DEFAULT_RULES,
  deviationsOf,
  EVERY_PROJECT,
  isSigningRole,
  type RulesChange,
  SIGNING_RULES_MAX,
  SIGNING_STEPS_MAX,
  type SigningRule,
  type SiteRules,
  signingRuleOf,
  siteRulesSchema,
} from './rules.ts'
export {
  ACCOUNTS_LISTED_MAX,
  type AccountView,
  BUNDLES_READ_MAX,
  CLAIMS_AT_ONCE_MAX,
  type ClaimedView,
  type FeedTokenView,
  type OwnAccountView,
  type PasswordsTouched,
  type RecoveryFilesView,
  type SigningKeyView,
  type SubscriptionView,
  type TrailView,
  UNCLAIMED_LISTED_MAX,
  type UnclaimedView,
} from './schemas.ts'
export type { FolderView, SettingsAct, SettingsChangedView, SettingsView } from './settings.ts'
export {
  type Decided,
  decisions,
  type HeldView,
  SIGNED_LISTED_MAX,
  type SignatureState,
  type SignatureView,
  type SignedView,
  signatureState,
  signatureStates,
  standing,
  stepsFilled,
} from './signatures.ts'
export { type NeedView, type StatusView, TRAILS_TOLD_MAX } from './status.ts'
export { STAMPED_EVERY_MINUTES, type TimeStampRule } from './time-stamp-rule.ts'
export { isSignedBy, readTyped, signTyped } from './typed-text.ts'
export {
  meansOf,
  nextOf,
  type StatementVerdict,
  saysOf,
  statementVerdicts,
  type VerdictCode,
  verdictCodes,
  verdictOf,
} from './verdicts.ts'
