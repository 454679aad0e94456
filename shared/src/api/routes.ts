import { z } from 'zod'
import { exportRoutes } from './exports.ts'
import { feedRoutes } from './feed-routes.ts'
import type { Action } from './policy.ts'
import type { ProblemCode } from './problem.ts'
import { readingRoutes } from './reading-routes.ts'
import type { Content, Parameter, Route } from './route.ts'
import { rulesChangeSchema } from './rules.ts'
import {
  accountSchema,
  accountsQuery,
  actBody,
  bindingField,
  changedRulesSchema,
  claimedSchema,
  claimsField,
  codeField,
  destinationField,
  deviceField,
  deviceWaitSchema,
  digestField,
  externalCodeField,
  fullNameField,
  helloQuery,
  helloSchema,
  identityCheckField,
  issuerField,
  kindsField,
  landedQuery,
  lostBeforeField,
  markField,
  openApiSchema,
  ownAccountSchema,
  passwordField,
  placeSchema,
  policySchema,
  projectsField,
  proofField,
  reasonField,
  recoveryFileField,
  recoveryFilesSchema,
  reviewedAccountSchema,
  reviewSchema,
  rolesField,
  rulesSchema,
  signedInSchema,
  signingKeySchema,
  stateField,
  statementField,
  statementItemSchema,
  statementsField,
  subjectField,
  subscriptionField,
  subscriptionSchema,
  ticketField,
  tokenField,
  unclaimedQuery,
  unclaimedSchema,
  userIdField,
  vkeyField,
  wantedField,
} from './schemas.ts'
import { settingsRoutes } from './settings.ts'
import { decisions, heldSchema, signedSchema } from './signatures.ts'
import { statusRoutes } from './status.ts'

const accountResult = z.strictObject({ account: accountSchema })

/** What an administrator does to one account. */
function accountAct<const Verb extends string, Body extends z.ZodType, Result extends z.ZodType>(
  verb: Verb,
  action: Action,
  shape: { readonly body: Body; readonly result: Result },
  problems: readonly ProblemCode[],
  says: string,
) {
  return {
    method: 'POST',
    path: `/v1/accounts/:id/${verb}`,
    action,
    asksPassword: true,
    ...shape,
    problems: ['account-unknown', 'reason-missing', ...problems],
    says,
  } as const satisfies Route
}

const plainAct = { body: actBody, result: accountResult }
const newPassword = [
  'password-short',
  'password-long',
  'password-common',
  'password-context',
  'password-repeats',
  'password-composition',
] as const

/**
 * Every place of the interface. The relay serves this table, the client calls by it, the document is made from it, and
 * what is not in it is not there.
 */
export const routes = {
  hello: {
    method: 'GET',
    path: '/v1/hello',
    action: undefined,
    asksPassword: false,
    query: helloQuery,
    body: undefined,
    result: helloSchema,
    problems: [],
    says: 'Which version of the relay this is, the name of its trail, and how people sign in; to a nonce, signed by its key.',
  },
  signIn: {
    method: 'POST',
    path: '/v1/session',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({ user: userIdField, mark: markField.optional(), password: passwordField }),
    result: signedInSchema,
    problems: ['sign-in-refused', 'throttled', 'busy'],
    says:
      'Signs in. The token is given out once, here, and goes into the Authorization header. The notice is to be shown: ' +
      'the last time, what failed since, and whether the password is over soon. The mark is kept where the page keeps ' +
      'things for good, and given the next time, by password or provider: it opens nothing, but whoever has one does ' +
      'not wait for what strangers try here.',
  },
  startExternalSignIn: {
    method: 'POST',
    path: '/v1/session/external/start',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({ mark: markField.optional() }),
    result: z.strictObject({ url: z.string(), binding: z.string() }),
    problems: ['external-unavailable', 'throttled'],
    says:
      'Begins a sign-in at the site’s identity provider: where the page goes, and a secret that it keeps and gives ' +
      'back, so that nobody finishes what was begun elsewhere. Good once, for ten minutes.',
  },
  finishExternalSignIn: {
    method: 'POST',
    path: '/v1/session/external/finish',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({
      binding: bindingField,
      state: stateField,
      code: externalCodeField,
      iss: issuerField.optional(),
    }),
    result: signedInSchema,
    problems: ['sign-in-refused', 'throttled'],
    says:
      'Signs in whom the provider names, if an administrator has linked their account: with what the provider put ' +
      'into the page’s address. What asks for a password asks for that of this relay.',
  },
  whoAmI: {
    method: 'GET',
    path: '/v1/session',
    action: 'session.read-own',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ account: ownAccountSchema }),
    problems: [],
    says:
      'Who is signed in, with the roles of this moment. Whoever works without asking anything else asks this now and ' +
      'then: what an app reads by itself is no use of the session.',
  },
  signOut: {
    method: 'DELETE',
    path: '/v1/session',
    action: 'session.end-own',
    asksPassword: false,
    body: undefined,
    result: undefined,
    problems: [],
    says: 'Ends the session: its token opens nothing any more.',
  },
  setPasswordByCode: {
    method: 'POST',
    path: '/v1/password/by-code',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({ user: userIdField, code: codeField, newPassword: passwordField }),
    result: undefined,
    problems: ['code-refused', 'throttled', 'busy', ...newPassword],
    says: 'Sets a password by a one-time code from an administrator, and uses the code up.',
  },
  recoverAccount: {
    method: 'POST',
    path: '/v1/account-recovery',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({
      ticket: ticketField,
      recoveryFile: recoveryFileField,
      passphrase: passwordField,
      password: passwordField,
    }),
    bodyBytesMax: 65_536,
    result: z.strictObject({ code: z.string().nullable(), notBefore: z.string().nullable() }),
    problems: [
      'recovery-over',
      'recovery-refused',
      'recovery-not-needed',
      'recovery-second',
      'recovery-rests',
      'account-unknown',
      'account-state',
      'sign-in-refused',
      'throttled',
      'busy',
    ],
    says:
      'Where no administrator can sign in: the second half of what was begun at the relay’s console, with the ' +
      'recovery file, its passphrase and the password of a second person. Gives a one-time code, or, where there is ' +
      'no second person, when it can be carried out.',
  },
  readRecoveryFiles: {
    method: 'GET',
    path: '/v1/recovery-files',
    action: 'recovery.confirm',
    asksPassword: false,
    body: undefined,
    result: recoveryFilesSchema,
    problems: [],
    says: 'Which recovery file opens an account whose administrator is locked out, and which wait to be confirmed.',
  },
  confirmRecoveryFile: {
    method: 'POST',
    path: '/v1/recovery-files/confirm',
    action: 'recovery.confirm',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, digest: digestField }),
    result: recoveryFilesSchema,
    problems: ['reason-missing', 'recovery-file-unknown', 'nothing-changed'],
    says:
      'Says of a recovery file that waits that it is the one: it counts at once, and none before it opens anything. ' +
      'Without that it counts three days after it was recorded.',
  },
  changePassword: {
    method: 'POST',
    path: '/v1/password',
    action: 'password.change-own',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, newPassword: passwordField }),
    result: undefined,
    problems: ['password-similar', ...newPassword],
    says: 'Sets another password of one’s own. All sessions opened with the one before end, this one too.',
  },
  listAccounts: {
    method: 'GET',
    path: '/v1/accounts',
    action: 'account.list',
    asksPassword: false,
    query: accountsQuery,
    body: undefined,
    result: z.strictObject({
      accounts: z.array(accountSchema),
      devices: z.array(deviceWaitSchema),
      next: z.string().nullable(),
    }),
    problems: ['account-unknown'],
    says: 'Accounts in the order in which they were added, two hundred at most. `next` is what to ask for after them. `devices`: where there were too many wrong passwords, so that whoever never signed in there waits.',
  },
  addAccount: {
    method: 'POST',
    path: '/v1/accounts',
    action: 'account.add',
    asksPassword: true,
    body: z.strictObject({
      password: passwordField,
      reason: reasonField,
      user: userIdField,
      name: fullNameField,
      roles: rolesField,
    }),
    result: z.strictObject({ account: accountSchema, code: z.string() }),
    problems: [
      'reason-missing',
      'account-exists',
      'user-id-form',
      'user-id-reserved',
      'name-form',
      'roles-conflict',
    ],
    says: 'Adds an account. The one-time code is given out once, here: its owner sets the password by it.',
  },
  readAccess: {
    method: 'GET',
    path: '/v1/accounts/review',
    action: 'account.review',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ accounts: z.array(reviewedAccountSchema), review: reviewSchema }),
    problems: [],
    says: 'What is to be looked at once a year: who there is, what each may do, and when each signed in last.',
  },
  reviewAccess: {
    method: 'POST',
    path: '/v1/accounts/review',
    action: 'account.review',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, digest: digestField }),
    result: z.strictObject({ review: reviewSchema }),
    problems: ['reason-missing', 'review-changed'],
    says: 'Says that the accounts, as they were shown under this digest, are as they should be: a record, due again in a year.',
  },
  changeAccount: accountAct(
    'change',
    'account.change',
    {
      body: z.strictObject({
        password: passwordField,
        reason: reasonField,
        name: fullNameField.optional(),
        roles: rolesField.optional(),
      }),
      result: accountResult,
    },
    ['account-state', 'nothing-changed', 'roles-conflict', 'last-administrator', 'name-form'],
    'Changes the full name, the roles or both. Other roles end the right to sign; those it has already are refused.',
  ),
  disableAccount: accountAct(
    'disable',
    'account.disable',
    plainAct,
    ['account-state', 'last-administrator'],
    'Disables an account: its sessions end at once.',
  ),
  enableAccount: accountAct(
    'enable',
    'account.enable',
    plainAct,
    ['account-state'],
    'Enables a disabled account.',
  ),
  retireAccount: accountAct(
    'retire',
    'account.retire',
    plainAct,
    ['account-state', 'last-administrator'],
    'Retires an account for ever. Its user id stays taken.',
  ),
  unlockAccount: accountAct(
    'unlock',
    'account.unlock',
    plainAct,
    ['account-state'],
    'Unlocks an account that too many wrong passwords have locked.',
  ),
  endSessions: accountAct(
    'end-sessions',
    'account.end-sessions',
    plainAct,
    [],
    'Ends all sessions of an account, without a word about the account itself.',
  ),
  resetAccount: accountAct(
    'reset',
    'account.reset',
    {
      body: actBody,
      result: z.strictObject({ account: accountSchema, code: z.string().nullable() }),
    },
    ['account-state', 'second-person-needed'],
    'A forgotten password: gives a one-time code. For an account that signs, the first administrator who asks gets ' +
      'none, and the second does.',
  ),
  linkAccount: accountAct(
    'link',
    'account.link',
    {
      body: z.strictObject({
        password: passwordField,
        reason: reasonField,
        issuer: issuerField,
        subject: subjectField,
      }),
      result: accountResult,
    },
    ['account-state', 'link-form', 'link-other-issuer', 'link-taken'],
    'Says whom of an identity provider an account is. One subject has one account, and one account one subject.',
  ),
  unlinkAccount: accountAct(
    'unlink',
    'account.unlink',
    plainAct,
    ['account-state'],
    'Takes that back: sessions opened by the provider end at once.',
  ),
  proposeSigner: accountAct(
    'signer/propose',
    'signer.propose',
    {
      body: z.strictObject({
        password: passwordField,
        reason: reasonField,
        identityCheck: identityCheckField,
      }),
      result: accountResult,
    },
    ['account-state', 'roles-conflict', 'identity-check-missing'],
    'Proposes the right to sign, and says how the person’s identity was checked.',
  ),
  grantSigner: accountAct(
    'signer/grant',
    'signer.grant',
    plainAct,
    ['account-state', 'second-person-needed'],
    'Grants the right to sign that another administrator has proposed.',
  ),
  withdrawSigner: accountAct(
    'signer/withdraw',
    'signer.withdraw',
    plainAct,
    ['account-state'],
    'Withdraws the right to sign, or its proposal.',
  ),
  listUnclaimed: {
    method: 'GET',
    path: '/v1/unclaimed',
    action: 'unclaimed.read',
    asksPassword: false,
    query: unclaimedQuery,
    body: undefined,
    result: z.strictObject({
      total: z.int(),
      more: z.int(),
      unclaimed: z.array(unclaimedSchema),
      next: z.string().nullable(),
    }),
    problems: ['cursor-unknown'],
    says:
      'Captures no person answers for, oldest first, two hundred at most; how many there are in all, and how many ' +
      'after these. `next` is what to ask for after them.',
  },
  claimCaptures: {
    method: 'POST',
    path: '/v1/unclaimed/claims',
    action: 'capture.claim',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, captures: claimsField }),
    result: z.strictObject({ items: z.array(claimedSchema) }),
    problems: ['reason-missing'],
    says: 'Answers for captures that nobody answers for: a record for each, which names the refusal and changes nothing of it.',
  },
  startEnrolment: {
    method: 'POST',
    path: '/v1/keys/challenge',
    action: 'device.enrol-own',
    asksPassword: false,
    body: z.strictObject({ device: deviceField }),
    result: z.strictObject({
      nonce: z.string(),
      trail: z.string().describe('Name of the trail that is written to.'),
      keyName: z
        .string()
        .describe('What the key is to be called, and the name on every signature line it makes.'),
    }),
    problems: ['key-refused'],
    says: 'What a device signs with the key it wants enrolled, and what that key is to be called. Good once, for five minutes.',
  },
  enrolKey: {
    method: 'POST',
    path: '/v1/keys',
    action: 'device.enrol-own',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, device: deviceField, proof: proofField }),
    result: z.strictObject({
      key: z.string(),
      lease: z
        .string()
        .describe(
          'A note the relay signed: until when, and how often, the key signs without a word from it.',
        ),
    }),
    problems: ['key-refused', 'review-overdue'],
    says: 'Enrols one’s own signing key on a device, and gives its first lease. The one before on that device is revoked.',
  },
  renewLease: {
    method: 'POST',
    path: '/v1/keys/lease',
    action: 'device.enrol-own',
    asksPassword: false,
    body: z.strictObject({ key: vkeyField }),
    result: z.strictObject({ lease: z.string() }),
    problems: ['key-unknown', 'review-overdue'],
    says: 'Another lease for one’s own key: 72 hours and 200 signatures more.',
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    action: 'device.list',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ keys: z.array(signingKeySchema) }),
    problems: [],
    says: 'All signing keys, in the order in which they were enrolled.',
  },
  revokeKey: {
    method: 'POST',
    path: '/v1/keys/revoke',
    action: 'device.revoke',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, key: vkeyField }),
    result: undefined,
    problems: ['key-unknown', 'reason-missing'],
    says: 'Revokes a key, e.g. of a device that is lost: what it signs from now on is held.',
  },
  giveStatements: {
    method: 'POST',
    path: '/v1/statements',
    action: 'signature.make',
    asksPassword: false,
    body: z.strictObject({ items: statementsField, lostBefore: lostBeforeField.optional() }),
    result: z.strictObject({ items: z.array(statementItemSchema) }),
    problems: [],
    says: 'Gives e-signatures to the relay, in the order in which each device made them: a verdict and a receipt for each.',
  },
  listSignatures: {
    method: 'GET',
    path: '/v1/signatures',
    action: 'signature.read',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ total: z.int(), signed: z.array(signedSchema) }),
    problems: [],
    says: 'Records that were signed, the one signed last first, and what their signatures come to: two hundred, and how many in all.',
  },
  listHeld: {
    method: 'GET',
    path: '/v1/held',
    action: 'signature.read',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ total: z.int(), held: z.array(heldSchema) }),
    problems: [],
    says: 'Signatures that wait for a person to decide whether they count, the oldest first: two hundred, and how many in all.',
  },
  decideHeld: {
    method: 'POST',
    path: '/v1/held/decide',
    action: 'held.decide',
    asksPassword: true,
    body: z.strictObject({
      password: passwordField,
      reason: reasonField,
      statement: statementField,
      decision: z.enum(decisions),
    }),
    result: undefined,
    problems: [
      'reason-missing',
      'held-unknown',
      'held-decided',
      'own-record',
      'held-overtaken',
      'review-overdue',
    ],
    says: 'Lets a held signature count, or not, for good. Nobody decides about their own. The first 8 or more digits name it, too.',
  },
  readRules: {
    method: 'GET',
    path: '/v1/rules',
    action: 'api.read',
    asksPassword: false,
    body: undefined,
    result: rulesSchema,
    problems: [],
    says: 'What the site has decided about passwords, four eyes and the order of signatures.',
  },
  changeRules: {
    method: 'POST',
    path: '/v1/rules',
    action: 'settings.change',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, change: rulesChangeSchema }),
    result: changedRulesSchema,
    problems: ['project-unknown', 'reason-missing', 'nothing-changed', 'rule-form'],
    says:
      'Sets rules of the site otherwise: those that are named, from now on. Of a rule for passwords the answer says whom ' +
      'it touches, as far as that can be told before they sign in.',
  },
  ...readingRoutes,
  ...feedRoutes,
  ...exportRoutes,
  readProblemPage: {
    method: 'GET',
    path: '/problems/:code',
    action: undefined,
    asksPassword: false,
    body: undefined,
    result: {
      mediaTypes: ['text/plain; charset=utf-8', 'text/html; charset=utf-8'],
      caching: [],
      isStream: false,
    },
    problems: ['not-found'],
    says: 'What a refusal means: its `type` is the address of this page.',
  },
  readSignedInPage: {
    method: 'GET',
    path: '/signed-in',
    action: undefined,
    asksPassword: false,
    isLandedOn: true,
    query: landedQuery,
    body: undefined,
    result: { mediaTypes: ['text/html; charset=utf-8'], caching: [], isStream: false },
    problems: [],
    says:
      'Where the identity provider sends a browser back to: a page that says what has come of it, and does nothing. ' +
      'Where the review app is built, it is a place of the app, which finishes what it began.',
  },
  beginPresence: {
    method: 'POST',
    path: '/v1/presence',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({ token: tokenField }),
    result: undefined,
    problems: ['token-refused', 'throttled', 'busy'],
    says:
      'Says by a token that the site’s identity provider signed who is at this workstation: as if they had read their ' +
      'badge. The token alone says who, and in its claim `presence` that it is for this: `begin`. Each is taken once.',
  },
  endPresence: {
    method: 'POST',
    path: '/v1/presence/end',
    action: undefined,
    asksPassword: false,
    body: z.strictObject({ token: tokenField }),
    result: undefined,
    problems: ['token-refused', 'throttled', 'busy'],
    says: 'Says the same way, by a token whose `presence` is `end`, that they have left: nobody else is signed out by it.',
  },
  listSubscriptions: {
    method: 'GET',
    path: '/v1/subscriptions',
    action: 'feed.read',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ subscriptions: z.array(subscriptionSchema) }),
    problems: [],
    says: 'Who outside is sent records, how far that has come, and what hinders it.',
  },
  addSubscription: {
    method: 'POST',
    path: '/v1/subscriptions',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({
      password: passwordField,
      reason: reasonField,
      what: wantedField,
      kinds: kindsField.optional(),
      projects: projectsField.optional(),
      to: destinationField,
    }),
    result: z.strictObject({ subscription: subscriptionSchema, secret: z.string().nullable() }),
    problems: [
      'reason-missing',
      'destination-refused',
      'subscriptions-full',
      'kind-unknown',
      'project-unknown',
    ],
    says: 'Has records sent as they are made. The secret that signs them is given out once, here; syslog has none.',
  },
  endSubscription: {
    method: 'POST',
    path: '/v1/subscriptions/end',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, subscription: subscriptionField }),
    result: undefined,
    problems: ['subscription-unknown', 'reason-missing'],
    says: 'Ends a subscription for good. The record of that is the last it is sent.',
  },
  replaySubscription: {
    method: 'POST',
    path: '/v1/subscriptions/replay',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({
      password: passwordField,
      reason: reasonField,
      subscription: subscriptionField,
      from: placeSchema,
    }),
    result: undefined,
    problems: ['subscription-unknown', 'not-found', 'reason-missing'],
    says: 'Sends again what a subscription asks for, from a record of the present trail on.',
  },
  testSubscription: {
    method: 'POST',
    path: '/v1/subscriptions/test',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, subscription: subscriptionField }),
    result: z.strictObject({ delivered: z.boolean(), says: z.string() }),
    problems: ['subscription-unknown'],
    says: 'Sends one message that is no record, and says what came of it.',
  },
  ...statusRoutes,
  ...settingsRoutes,
  readPolicy: {
    method: 'GET',
    path: '/v1/policy',
    action: 'api.read',
    asksPassword: false,
    body: undefined,
    result: policySchema,
    problems: [],
    says: 'Which roles may do what.',
  },
  readOpenApi: {
    method: 'GET',
    path: '/v1/openapi.json',
    action: undefined,
    asksPassword: false,
    body: undefined,
    result: openApiSchema,
    problems: [],
    says: 'This document.',
  },
} as const satisfies { readonly [name: string]: Route }

type Table = typeof routes
export type RouteName = keyof Table
export const routeNames = Object.keys(routes) as readonly RouteName[]

/** As `routes[name]`, for whom every route is alike. */
export function routeOf(name: RouteName): Route {
  return routes[name]
}

export type BodyOf<Name extends RouteName> = Table[Name]['body'] extends z.ZodType
  ? z.infer<Table[Name]['body']>
  : undefined
export type ResultOf<Name extends RouteName> = Table[Name]['result'] extends z.ZodType
  ? z.infer<Table[Name]['result']>
  : undefined
/** What may stand behind the question mark of its path. */
export type QueryOf<Name extends RouteName> = Table[Name] extends {
  readonly query: infer Query extends z.ZodType
}
  ? z.infer<Query>
  : undefined
/** Those that give bytes. */
export type ContentRoute = {
  [Name in RouteName]: Table[Name]['result'] extends Content ? Name : never
}[RouteName]
/** What its path names, e.g. an account. */
export type ParametersOf<Name extends RouteName> = {
  readonly [P in ParametersIn<Table[Name]['path']>]: string
}
type ParametersIn<Path extends string> = Path extends `${infer Step}/${infer Rest}`
  ? ParameterIn<Step> | ParametersIn<Rest>
  : ParameterIn<Path>
type ParameterIn<Step extends string> = Step extends `:${infer Name extends Parameter}` ? Name : never
/** Whether somebody has to be signed in. */
export type NeedsSession<Name extends RouteName> = Table[Name]['action'] extends Action ? true : false
