import type { Hono } from 'hono'
import {
  type Client,
  createClient,
  detailSentence,
  type PathParameters,
  Problem,
  pathOf,
  type RouteName,
  type SettingsAct,
} from '../../api/index.ts'
import { Claims } from '../claims.ts'
import { exportsOf, PlannedBags } from '../exports/exports-site.test-support.ts'
import { Feed } from '../feed/feed.ts'
import { FeedTokens } from '../feed/feed-tokens.ts'
import { IssuerKeys } from '../identity/issuer-keys.ts'
import { Presence } from '../identity/presence.ts'
import { UsedTokens } from '../identity/used-tokens.ts'
import { good, projects, Site } from '../people-site.test-support.ts'
import { TrailPokes } from '../reading/trail-pokes.ts'
import { TrailReader, trailId } from '../reading/trail-reader.ts'
import { GrowingTrail, MemoryTrails, Ticking } from '../reading/trails.test-support.ts'
import type { RelayStatusNow } from '../relay-status.ts'
import { relayKey, signingOf } from '../signing/signing-site.test-support.ts'
import { type SettingsAsked, type SettingsKept, SiteSettings } from '../site-settings.ts'
import { subscriptionsOf } from '../subscriptions/subscriptions-site.test-support.ts'
import { type RelayApiOptions, relayApi } from './relay-api.ts'

export const origin = 'http://127.0.0.1:7411'
export const origins = [origin, 'http://localhost:7411', 'http://[::1]:7411']

/** So many entries are in the trail that can be read, the last of them not signed yet. */
export const readable = 600
export const readableTrail = 'lab.example/t/ws-nmr-01/20260302-7f3a'

/** A relay that is as it should be, but for what somebody did to an account. */
export const statusNow: RelayStatusNow = {
  relay: 'ws-nmr-01',
  version: '0.1.0',
  time: '2026-03-02T08:00:00.000Z',
  started: '2026-03-02T07:00:00.000Z',
  state: 'running',
  ready: true,
  needs: [
    { code: 'notary-unreachable', says: 'the notary is away', todo: null, hinders: false, isTold: true },
    {
      code: 'account-locked',
      says: 'one is locked',
      todo: 'relay account unlock',
      hinders: false,
      isTold: false,
    },
  ],
  waits: [{ says: 'one-time codes', todo: 'relay account list' }],
  watches: [],
  capture: { waiting: 0, oldest: [], large: { total: 0, long: 0, shown: [] }, held: null, settled: true },
  files: { recorded: 0, unclaimed: 0, claimable: 0, claimed: 0, failed: 0, absent: 0 },
  notary: {
    state: 'unreachable',
    since: '2026-03-02T07:30:00.000Z',
    reason: 'it is away',
    unanchoredSince: null,
  },
  trails: [],
  sync: null,
  badge: null,
}

/** Settings that are asked for, and never other ones; in memory, for tests. */
export class PlannedSettings implements SettingsKept {
  readonly asked: { readonly act: SettingsAct; readonly by: SettingsAsked }[] = []

  view = () => ({ ...noSettings, projects: [...projects] })

  look = async (folder: string) => ({
    path: folder,
    isThere: false,
    isReadable: false,
    canBeWatched: false,
    detail: 'folder-not-there' as const,
    says: detailSentence('folder-not-there'),
    watch: null,
  })

  change = async (act: SettingsAct, by: SettingsAsked) => {
    if (act.what === 'project.add' && projects.includes(act.project))
      throw new Problem('settings-refused', { detail: 'project-there' })
    this.asked.push({ act, by })
    return { settings: this.view(), warnings: [] }
  }
}

const noSettings = {
  org: 'lab.example',
  name: 'ws-nmr-01',
  notary: '/mnt/notary',
  watches: [],
  persons: [],
  shared: [],
  order: ['file-owner'],
  profiles: [],
}

/** A relay's interface without a port, its people in memory. For tests. */
export class ApiSite {
  readonly site: Site
  readonly errors: unknown[] = []
  readonly refusals: string[] = []
  readonly trail = new GrowingTrail(readableTrail).grow(readable).sign().grow(1)
  readonly time = new Ticking()
  readonly feed: Feed
  readonly bags = new PlannedBags()
  readonly settings = new PlannedSettings()
  readonly options: RelayApiOptions
  readonly app: Hono

  constructor(site = new Site(), more: Partial<RelayApiOptions> = {}) {
    this.site = site
    const trails = new TrailReader(new MemoryTrails(this.trail))
    this.feed = new Feed({ trails, now: () => site.disk.now, later: this.time.later })
    this.options = {
      people: site.people,
      claims: new Claims(site.people, site.captures),
      signing: signingOf(site),
      trails,
      pokes: new TrailPokes({ people: site.people, every: this.time.every }),
      feed: this.feed,
      presence: new Presence({
        people: site.people,
        desk: site.desk,
        keys: new IssuerKeys({ fetch, now: () => site.disk.now }),
        used: new UsedTokens(),
        wall: () => site.disk.wall,
        now: () => site.disk.now,
      }),
      feedTokens: new FeedTokens({
        people: site.people,
        book: site.memory.feeds,
        projects: () => projects,
        wall: () => site.disk.wall,
        now: () => site.disk.now,
      }),
      subscriptions: subscriptionsOf(site),
      exports: exportsOf(site, this.bags),
      trailKeys: () => [{ trail: readableTrail, key: 'a key line', fingerprint: '0'.repeat(64) }],
      projects: () => projects,
      settings: new SiteSettings(site.people, this.settings),
      status: () => statusNow,
      origins,
      device: 'local',
      version: '0.1.0',
      trail: 'lab.example/ws-nmr-01',
      signer: relayKey,
      wall: () => site.disk.wall,
      onError: (error) => this.errors.push(error),
      onRefusal: ({ code, route }) => this.refusals.push(`${code} ${route ?? '?'}`),
      ...more,
    }
    this.app = relayApi(this.options)
  }

  async ask(request: Request, app = this.app): Promise<Response> {
    return app.request(request)
  }

  async token(name: string, password = good): Promise<string> {
    return (await this.site.people.signIn(name, password, 'local')).token
  }

  client(token?: string): Client {
    const network = (url: string, init: RequestInit) =>
      this.ask(new Request(url, { ...init, headers: { ...fromOwnPage, ...init.headers } }))
    return createClient(origin, network, () => token)
  }
}

/** What a browser adds to what the relay's own page asks. */
export const fromOwnPage = { host: '127.0.0.1:7411', 'sec-fetch-site': 'same-origin', origin } as const

export interface RequestParts {
  readonly token?: string | undefined
  /** Undefined: that one is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream
}

/** A request as the relay's own page sends it, unless its parts say otherwise. */
export function requestOf(
  method: string,
  path: string,
  { token, headers = {}, body }: RequestParts = {},
): Request {
  const all = {
    ...fromOwnPage,
    ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'x-relay': '1' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  }
  return new Request(origin + path, {
    method,
    headers: Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined),
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  } as RequestInit)
}

/** The path of a route, for one account, or for what there is to read. */
export function pathFor(name: RouteName, id = 'jdoe', more: PathParameters = {}): string {
  return pathOf(name, {
    id,
    trail: trailId(readableTrail),
    level: '0',
    tile: '001',
    export: '0'.repeat(32),
    code: 'forbidden',
    ...more,
  })
}

export async function codeOf(answer: Response): Promise<string> {
  if (answer.ok) return 'none'
  return String(((await answer.json()) as { code: unknown }).code)
}
