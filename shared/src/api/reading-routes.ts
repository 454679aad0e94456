import { z } from 'zod'
import type { Content, Route } from './route.ts'
import { BUNDLES_READ_MAX, bundlesQuery, trailSchema } from './schemas.ts'

/**
 * A tile is one of many that are asked for in a row, and costs no more than a few pages of the database: a session reads
 * five hundred a second, and the eight thousand of a trail of a million records at once.
 */
const TILE_COST = 0.02

const bytes = (mediaType: string, caching: Content['caching']) =>
  ({ mediaTypes: [mediaType], caching, isStream: false }) as const satisfies Content

/** What every place has in common that only gives what a trail holds. */
const reading = {
  method: 'GET',
  action: 'trail.read',
  asksPassword: false,
  isBackground: true,
  body: undefined,
} as const

/**
 * Trails as C2SP tlog-tiles has them, for whoever may read them. Nothing is given that no signed checkpoint covers: who
 * reads checks all of it, and need not believe the relay. An app does so all the time, so none of it keeps a session.
 */
export const readingRoutes = {
  listTrails: {
    ...reading,
    path: '/v1/trails',
    result: z.strictObject({ trails: z.array(trailSchema) }),
    problems: [],
    says: 'The trails this relay holds, oldest first, each with the key that signs its checkpoints.',
  },
  readCheckpoint: {
    ...reading,
    path: '/v1/trails/:trail/checkpoint',
    result: bytes('text/plain; charset=utf-8', ['askedAgain']),
    cost: TILE_COST,
    problems: ['not-found', 'trail-damaged'],
    says: 'The newest checkpoint of a trail, as the relay signed it.',
  },
  readTile: {
    ...reading,
    path: '/v1/trails/:trail/tile/:level/:tile',
    result: bytes('application/octet-stream', ['unchanging', 'askedAgain']),
    cost: TILE_COST,
    problems: ['not-found', 'trail-damaged'],
    says: 'Hashes of the tree, 32 bytes each: 256 in a full tile, as many as are asked for in another.',
  },
  readEntries: {
    ...reading,
    path: '/v1/trails/:trail/tile/entries/:tile',
    result: bytes('application/octet-stream', ['unchanging', 'askedAgain']),
    cost: TILE_COST,
    problems: ['not-found', 'trail-damaged'],
    says: 'The entries themselves, each behind its length in two bytes. Packed with gzip for who takes it.',
  },
  readBundles: {
    ...reading,
    path: '/v1/trails/:trail/bundles',
    query: bundlesQuery,
    result: bytes('application/octet-stream', []),
    cost: TILE_COST * BUNDLES_READ_MAX,
    problems: ['not-found', 'trail-damaged'],
    says:
      'Full entry bundles one behind the other, for who takes in a whole trail: as many as are asked for and are ' +
      'there, fewer where these are more than a few megabytes, at least one. Packed with gzip for who takes it.',
  },
  listenToTrail: {
    ...reading,
    path: '/v1/trails/:trail/poke',
    result: { mediaTypes: ['text/event-stream'], caching: [], isStream: true },
    problems: ['not-found', 'streams-full'],
    says:
      'Says whenever a new checkpoint has been signed, and of how many entries: an event for each, a comment every ' +
      'fifteen seconds. It ends with the session.',
  },
} as const satisfies { readonly [name: string]: Route }
