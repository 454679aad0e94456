import { z } from 'zod'
import type { Route } from './route.ts'
import {
  feedKindsField,
  feedLastsField,
  feedProjectsField,
  feedQuery,
  feedTokenIdField,
  feedTokenSchema,
  fullNameField,
  passwordField,
  reasonField,
} from './schemas.ts'

/** What programs of a laboratory read, e.g. a LIMS, and what lets them. */
export const feedRoutes = {
  readFeed: {
    method: 'GET',
    path: '/v1/feed',
    action: 'feed.read',
    asksPassword: false,
    takesFeedToken: true,
    query: feedQuery,
    body: undefined,
    result: { mediaTypes: ['application/x-ndjson'], caching: [], isStream: false },
    problems: ['cursor-unknown', 'streams-full'],
    says:
      'Records in order, a line of JSON each: cursor, trail, seq, leaf (the hash of the entry), record. A line with ' +
      '`before` says that the feed goes over to another trail, one with `damaged` that entries of a trail cannot be ' +
      'read, one with `withheld` in place of a record that this one is about other projects, too, one with a cursor ' +
      'alone that nothing since was in scope. Ask again with the last cursor.',
  },
  listFeedTokens: {
    method: 'GET',
    path: '/v1/feed-tokens',
    action: 'feed.read',
    asksPassword: false,
    body: undefined,
    result: z.strictObject({ tokens: z.array(feedTokenSchema) }),
    problems: [],
    says: 'All feed tokens, in the order in which they were issued.',
  },
  issueFeedToken: {
    method: 'POST',
    path: '/v1/feed-tokens',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({
      password: passwordField,
      reason: reasonField,
      name: fullNameField,
      lasts: feedLastsField,
      kinds: feedKindsField.optional(),
      projects: feedProjectsField.optional(),
    }),
    result: z.strictObject({ token: z.string(), issued: feedTokenSchema }),
    problems: ['reason-missing', 'name-form', 'too-many', 'kind-unknown', 'project-unknown'],
    says:
      'Issues a feed token, which is given out once, here. Without kinds it opens captures and signatures; with ' +
      'projects only what belongs to one of them.',
  },
  revokeFeedToken: {
    method: 'POST',
    path: '/v1/feed-tokens/revoke',
    action: 'feed.manage',
    asksPassword: true,
    body: z.strictObject({ password: passwordField, reason: reasonField, token: feedTokenIdField }),
    result: undefined,
    problems: ['reason-missing', 'feed-token-unknown'],
    says: 'Revokes a feed token, named by its id: it opens nothing any more.',
  },
} as const satisfies { readonly [name: string]: Route }
