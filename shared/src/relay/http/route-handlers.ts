import {
  ACCOUNTS_LISTED_MAX,
  actions,
  type BodyOf,
  BUNDLES_READ_MAX,
  type ContentRoute,
  type NeedsSession,
  openApiDocument,
  type ParametersOf,
  type PasswordChange,
  Problem,
  policy,
  type QueryOf,
  type ResultOf,
  type RouteName,
  roles,
  type SettingsAct,
  SIGNED_LISTED_MAX,
  saysOf,
  type TrailKeyView,
  UNCLAIMED_LISTED_MAX,
} from '../../api/index.ts'
import { fromUtf8, type Signer } from '../../trail/index.ts'
import type { Account } from '../accounts/account.ts'
import { foldedUserId } from '../accounts/user-id.ts'
import type { Claims } from '../claims.ts'
import type { Exports, GivenExport } from '../exports/exports.ts'
import type { Feed, FeedHolder } from '../feed/feed.ts'
import { usualKinds } from '../feed/feed-scope.ts'
import type { FeedToken } from '../feed/feed-token-book.ts'
import type { FeedTokens } from '../feed/feed-tokens.ts'
import type { Presence } from '../identity/presence.ts'
import type { Caller, People, SignedIn } from '../people.ts'
import type { TrailPokes } from '../reading/trail-pokes.ts'
import type { TileGiven, TrailReader } from '../reading/trail-reader.ts'
import { type RelayStatusNow, statusFor } from '../relay-status.ts'
import { changeRules } from '../rules/change-rules.ts'
import { signHello } from '../signing/hello.ts'
import type { Signing } from '../signing/signing.ts'
import type { SiteSettings } from '../site-settings.ts'
import type { Subscriptions } from '../subscriptions/subscriptions.ts'
import type { Given } from './give-content.ts'
import { problemPage } from './problem-page.ts'
import { signedInPage } from './signed-in-page.ts'
import { heldViewOf, keyViewOf, recoveryFilesViewOf, reviewOf, rulesViewOf, viewOf } from './views.ts'

export interface RouteHost {
  readonly people: People
  readonly claims: Claims
  readonly signing: Signing
  readonly presence: Presence
  readonly trails: TrailReader
  readonly pokes: TrailPokes
  readonly feed: Feed
  readonly feedTokens: FeedTokens
  readonly subscriptions: Subscriptions
  readonly exports: Exports
  /** The keys of its trails, oldest first, with their fingerprints. */
  readonly trailKeys: () => readonly TrailKeyView[]
  /** The projects the relay has, or once had. */
  readonly projects: () => readonly string[]
  readonly settings: SiteSettings
  /** How the relay is at this moment. */
  readonly status: () => RelayStatusNow
  /** How the relay knows where it is asked from: no request says it. On a workstation there is one. */
  readonly device: string
  readonly version: string
  /** The name of the relay's trail, and the key that signs its checkpoints. */
  readonly trail: string
  readonly signer: Signer
  /** The addresses this relay is reached under, as browsers write them: `http://127.0.0.1:7411`. */
  readonly origins: readonly string[]
  /** Wall clock, milliseconds. */
  readonly wall: () => number
  /** Whoever asks is on this machine: nothing is packed for a way that has no length. */
  readonly isNear?: boolean
}

/** A request when all has been checked that the table says of its route. */
export type Asking<Name extends RouteName> = ParametersOf<Name> & {
  readonly caller: Name extends 'readFeed'
    ? Caller | undefined
    : NeedsSession<Name> extends true
      ? Caller
      : undefined
  /** What let a program in that is nobody, where the table takes one: then there is no caller. */
  readonly feedToken: FeedToken | undefined
  /** The Accept header; empty if there is none. */
  readonly accept: string
  /** Whoever asked is gone. */
  readonly signal: AbortSignal
  readonly query: QueryOf<Name>
  readonly body: BodyOf<Name>
  /** Under which of its addresses the relay was asked. */
  readonly origin: () => string
}

type Handled<Name extends RouteName> = Name extends ContentRoute ? Given : ResultOf<Name>

export type RouteHandlers = {
  readonly [Name in RouteName]: (asking: Asking<Name>) => Handled<Name> | Promise<Handled<Name>>
}

/** What each route does. Whether it may be done has been asked before, and People asks again. */
export function routeHandlers(host: RouteHost): RouteHandlers {
  const { people, claims, signing, presence, subscriptions, trails, pokes, feed, feedTokens, exports } = host
  const { settings, device, version, trail, origins, signer, wall } = host
  // Whoever asks is not asked who they are: it is made once.
  const document = openApiDocument(version)
  const accountAfter = async (id: string, act: Promise<unknown>) => {
    await act
    return { account: viewOf(people.account(id), people) }
  }
  const ownViewOf = (account: Account, passwordChange: PasswordChange | undefined) => ({
    id: account.id,
    name: account.name,
    roles: [...account.roles],
    mustChange: passwordChange !== undefined,
    passwordChange: passwordChange ?? null,
    passwordEnds: people.passwordEnds(account) ?? null,
  })
  const signedInViewOf = ({ token, mark, account, passwordChange, notice, passwordEndsSoon }: SignedIn) => ({
    token,
    mark,
    account: ownViewOf(account, passwordChange),
    notice: {
      last: notice.last ?? null,
      failures: notice.failures,
      passwordEndsSoon: passwordEndsSoon ?? null,
    },
  })
  return {
    listSignatures: () => signing.signed(SIGNED_LISTED_MAX),
    listHeld: () => {
      const held = signing.held()
      const shown = held.slice(0, SIGNED_LISTED_MAX)
      return { total: held.length, held: shown.map((one) => heldViewOf(one, signing.pathsOf(one))) }
    },
    decideHeld: async ({ caller, body: { statement, decision, reason } }) => {
      await signing.decide(caller, statement, decision, reason)
    },
    readRules: () => rulesViewOf(people.rules()),
    changeRules: async ({ caller, body: { change, reason } }) => {
      const changed = await changeRules(people, caller, change, reason, host.projects())
      return { ...rulesViewOf(changed.rules), passwordsTouched: changed.passwordsTouched }
    },
    hello: ({ query: { nonce } }) => {
      const how = {
        provider: people.rules().identity !== null,
        isNew: people.accounts().every(({ state }) => state === 'invited'),
      }
      if (nonce === undefined) return { version, trail, ...how }
      const time = new Date(wall()).toISOString()
      const hello = { nonce, trail, version, time, origins }
      return { version, trail, ...how, note: fromUtf8(signHello(hello, signer)) }
    },
    readProblemPage: ({ code, accept }) => problemPage(code, accept),
    readSignedInPage: ({ query }) => signedInPage(query),
    readSettings: () => settings.view(),
    lookAtFolder: ({ body: { folder } }) => settings.look(folder),
    addProject: ({ caller, body }) => settings.change(caller, ...actIn('project.add', body)),
    addWatch: ({ caller, body }) => settings.change(caller, ...actIn('watch.add', body)),
    changeWatch: ({ caller, body }) => settings.change(caller, ...actIn('watch.change', body)),
    endWatch: ({ caller, body }) => settings.change(caller, ...actIn('watch.remove', body)),
    addPerson: ({ caller, body: { osAccount: id, name, reason } }) =>
      settings.change(caller, { what: 'person.add', id, name }, reason),
    readStatus: ({ caller }) => statusFor(host.status(), caller.account.roles),
    readPolicy: () => ({
      roles: [...roles],
      actions: actions.map((action) => ({ action, roles: [...policy[action]] })),
    }),
    readOpenApi: () => document,

    signIn: async ({ body }) =>
      signedInViewOf(await people.signIn(body.user, body.password, device, body.mark)),
    startExternalSignIn: ({ origin, body }) => people.beginExternal(origin(), body.mark),
    finishExternalSignIn: async ({ body }) => signedInViewOf(await people.finishExternal(body, device)),
    whoAmI: ({ caller }) => ({ account: ownViewOf(caller.account, caller.session.passwordChange) }),
    signOut: async ({ caller }) => {
      await people.signOut(caller)
    },
    setPasswordByCode: async ({ body }) => {
      await people.setPasswordByCode(body.user, body.code, body.newPassword, device)
    },
    recoverAccount: ({ body }) => people.recovery.finish(body, device),
    readRecoveryFiles: () => recoveryFilesViewOf(people.recoveryFiles.onRecord()),
    confirmRecoveryFile: async ({ caller, body: { digest, reason } }) => {
      await people.recoveryFiles.confirm(caller, digest, reason)
      return recoveryFilesViewOf(people.recoveryFiles.onRecord())
    },
    changePassword: async ({ caller, body }) => {
      await askingAgain(people.changePassword(caller, body.password, body.newPassword))
    },

    beginPresence: async ({ body }) => {
      await presence.begin(body.token)
    },
    endPresence: async ({ body }) => {
      await presence.end(body.token)
    },

    listUnclaimed: ({ query: { after, limit = String(UNCLAIMED_LISTED_MAX) } }) =>
      claims.list({ after, limit: Number(limit) }),
    claimCaptures: async ({ caller, body: { captures, reason } }) => ({
      items: await claims.claim(caller, captures, reason),
    }),

    startEnrolment: ({ caller, body }) => ({
      nonce: signing.challenge(caller, body.device),
      trail,
      keyName: signing.keyName(caller, body.device),
    }),
    enrolKey: ({ caller, body }) => signing.enrol(caller, body.device, body.proof),
    renewLease: async ({ caller, body }) => ({ lease: await signing.renew(caller, body.key) }),
    listKeys: () => ({ keys: signing.keys().map((key) => keyViewOf(key, signing.countsOf(key))) }),
    revokeKey: async ({ caller, body }) => {
      await signing.revoke(caller, body.key, body.reason)
    },
    giveStatements: async ({ caller, body }) => {
      // Each is judged, and most are recorded: also what is none.
      people.spend(caller, body.items.length - 1)
      const items = await signing.accept(caller, body.items, body.lostBefore)
      return {
        items: items.map(({ hint, meaning, ...item }) => ({
          ...item,
          says: [saysOf(item.verdict, item.code, meaning), ...(hint === undefined ? [] : [hint])].join(' '),
        })),
      }
    },

    listSubscriptions: () => ({ subscriptions: subscriptions.list() }),
    addSubscription: ({ caller, body: { what, kinds, projects, to, reason } }) =>
      subscriptions.add(caller, {
        what,
        ...(kinds === undefined ? {} : { kinds }),
        ...(projects === undefined ? {} : { projects }),
        to,
        reason,
      }),
    endSubscription: async ({ caller, body }) => {
      await subscriptions.end(caller, body.subscription, body.reason)
    },
    replaySubscription: async ({ caller, body: { subscription, from, reason } }) => {
      await subscriptions.replay(caller, subscription, from, reason)
    },
    testSubscription: ({ body }) => subscriptions.test(body.subscription),

    readAccess: () => ({
      accounts: people.accounts().map((account) => ({
        ...viewOf(account, people),
        lastSignIn: people.lastSignIn(account.id) ?? null,
      })),
      review: reviewOf(people),
    }),
    reviewAccess: async ({ caller, body: { digest, reason } }) => {
      await people.reviewAccess(caller, digest, reason)
      return { review: reviewOf(people) }
    },
    listTrails: () => ({ trails: trails.list() }),
    readCheckpoint: ({ trail: id }) => ({ bytes: trails.checkpoint(id).note, caching: 'askedAgain' }),
    readTile: async ({ trail: id, level, tile }) => tileGiven(await trails.tile(id, `tile/${level}/${tile}`)),
    readEntries: async ({ trail: id, tile }) => ({
      ...tileGiven(await trails.tile(id, `tile/entries/${tile}`)),
      isPacked: true,
    }),
    readBundles: async ({ trail: id, query: { from = '0', limit = String(BUNDLES_READ_MAX) } }) => ({
      bytes: await trails.bundles(id, Number(from), Number(limit)),
      isPacked: true,
    }),
    listenToTrail: ({ caller, trail: id }) => {
      const { origin } = trails.trail(id)
      const { size } = trails.checkpoint(id)
      return { stream: () => pokes.open(caller, { origin, size }) }
    },

    readFeed: async ({ caller, feedToken, query: { after, limit = '200', wait = '0' }, signal }) => ({
      bytes: await feed.read(
        { after, limit: Number(limit), waitSeconds: Number(wait) },
        feedHolder(host, caller, feedToken),
        signal,
      ),
    }),
    listFeedTokens: () => ({ tokens: feedTokens.list() }),
    issueFeedToken: ({ caller, body: { name, lasts, kinds, projects, reason } }) =>
      feedTokens.issue(caller, { name, days: Number(lasts.slice(1, -1)), kinds, projects, reason }),
    revokeFeedToken: async ({ caller, body }) => {
      await feedTokens.revoke(caller, body.token, body.reason)
    },

    listTrailKeys: () => ({ keys: [...host.trailKeys()] }),
    startExport: ({ caller, body: { filter, reason } }) => ({
      export: exports.start(caller, { filter, reason }),
    }),
    listExports: ({ caller }) => ({ exports: [...exports.list(caller)] }),
    readExport: ({ caller, export: id }) => ({ export: exports.read(caller, id) }),
    readBag: ({ caller, export: id }) => savedAs(exports.bag(caller, id), 'application/zip'),
    readReport: async ({ caller, export: id, query: { form = 'pdf' } }) =>
      savedAs(
        await exports.report(caller, id, form),
        form === 'pdf' ? 'application/pdf' : 'text/html; charset=utf-8',
      ),

    listAccounts: ({ query: { after, limit = String(ACCOUNTS_LISTED_MAX) } }) => {
      const all = people.accounts()
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
      if (after !== undefined && from === 0) throw new Problem('account-unknown')
      const listed = all.slice(from, from + Number(limit))
      const isMore = from + listed.length < all.length
      return {
        accounts: listed.map((one) => viewOf(one, people)),
        devices: [...people.devicesWaiting()],
        next: isMore ? (listed.at(-1)?.id ?? null) : null,
      }
    },
    addAccount: async ({ caller, body: { user, name, roles: held, reason } }) => {
      const code = await people.add(caller, { id: user, name, roles: held, reason })
      return { account: viewOf(people.account(foldedUserId(user) ?? ''), people), code }
    },
    changeAccount: ({ caller, id, body: { name, roles: held, reason } }) => {
      const change = {
        reason,
        ...(name === undefined ? {} : { name }),
        ...(held === undefined ? {} : { roles: held }),
      }
      return accountAfter(id, people.change(caller, id, change))
    },
    disableAccount: ({ caller, id, body }) => accountAfter(id, people.disable(caller, id, body.reason)),
    enableAccount: ({ caller, id, body }) => accountAfter(id, people.enable(caller, id, body.reason)),
    retireAccount: ({ caller, id, body }) => accountAfter(id, people.retire(caller, id, body.reason)),
    unlockAccount: ({ caller, id, body }) => accountAfter(id, people.unlock(caller, id, body.reason)),
    endSessions: ({ caller, id, body }) => accountAfter(id, people.endSessions(caller, id, body.reason)),
    resetAccount: async ({ caller, id, body }) => {
      const code = await people.reset(caller, id, body.reason)
      return { account: viewOf(people.account(id), people), code: code ?? null }
    },
    linkAccount: ({ caller, id, body: { issuer, subject, reason } }) =>
      accountAfter(id, people.link(caller, id, { issuer, subject, reason })),
    unlinkAccount: ({ caller, id, body }) => accountAfter(id, people.unlink(caller, id, body.reason)),
    proposeSigner: ({ caller, id, body: { identityCheck, reason } }) =>
      accountAfter(id, people.proposeSigner(caller, id, { identityCheck, reason })),
    grantSigner: ({ caller, id, body }) => accountAfter(id, people.grantSigner(caller, id, body.reason)),
    withdrawSigner: ({ caller, id, body }) =>
      accountAfter(id, people.withdrawSigner(caller, id, body.reason)),
  }
}

/** Whoever is signed in and may read the feed has of it what a token has that says nothing of kinds. */
function feedHolder(
  { people, feedTokens }: Pick<RouteHost, 'people' | 'feedTokens'>,
  caller: Caller | undefined,
  token: FeedToken | undefined,
): FeedHolder {
  if (token !== undefined)
    return { id: token.id, scope: token.scope, stillMay: () => feedTokens.isStillInForce(token) }
  if (caller === undefined) throw new Problem('unauthenticated')
  const scope = { kinds: usualKinds, projects: undefined }
  return { id: caller.session.id, scope, stillMay: () => people.stillMay(caller, 'feed.read') }
}

/** What is to be changed, and why; the password has been asked for. */
function actIn<const What extends SettingsAct['what'], Rest>(
  what: What,
  { password: _, reason, ...rest }: { readonly password: string; readonly reason: string } & Rest,
) {
  return [{ what, ...rest }, reason] as const
}

function savedAs({ name, sizeBytes, stream }: GivenExport, mediaType: string): Given {
  return { stream, mediaType, file: { name, sizeBytes } }
}

function tileGiven({ bytes, isFull }: TileGiven): Given {
  return { bytes, caching: isFull ? 'unchanging' : 'askedAgain' }
}

/** For whoever is signed in, a password that is refused is a wrong one: they need not sign in, but type it again. */
export async function askingAgain<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem && error.code === 'sign-in-refused') throw new Problem('password-wrong')
    throw error
  }
}
