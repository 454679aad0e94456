import { z } from 'zod'
import type { Route } from './route.ts'

/*
 * What somebody in the app has to know and the trail does not say: how the relay is at this moment, and what it lacks.
 * Names, paths and numbers of its own files are in it, nothing of a secret.
 */

const time = z.string()
const count = z.int().min(0)

/** Something to be seen to: a sentence, and where a command answers it, that. */
export const needSchema = z.strictObject({
  code: z.string(),
  says: z.string(),
  todo: z.string().nullable(),
  /** True if what instruments write is not noticed, or not durable, meanwhile. */
  hinders: z.boolean(),
})
export type NeedView = z.infer<typeof needSchema>

/** A file or data set that was seen and has no record yet. */
export const onItsWaySchema = z.strictObject({
  /** Relative to its watched folder. */
  path: z.string(),
  watch: z.string(),
  stage: z.enum(['settling', 'reading', 'recording', 'gone']),
  /** When it was seen first. */
  since: time,
  /** True if a program has it open. */
  open: z.boolean(),
  /** What its instrument has not written yet. */
  missing: z.array(z.string()),
  /** Why it could not be read last; null if it could, or was not yet. */
  failure: z.string().nullable(),
})

/** How far a large file or data set has been read. */
export const largeSchema = z.strictObject({
  watch: z.string(),
  path: z.string(),
  bytes: count,
  ofBytes: count,
  since: time,
})

export const watchStatusSchema = z.strictObject({
  id: z.string(),
  path: z.string(),
  project: z.string(),
  device: z.string(),
  /** `starting`: it has not been looked at since the start of the relay. */
  state: z.enum(['watching', 'scanning', 'unavailable', 'starting']),
  /** Of `unavailable`: why and since when. */
  reason: z.string().nullable(),
  since: time.nullable(),
  /** `on`, `off`, or why notices of the system are not to be relied on; the folder is looked through all the same. */
  hints: z.string(),
  /** Files and data sets of it that were seen and have no record yet. */
  waiting: count,
})

export const trailStatusSchema = z.strictObject({
  /** In paths, as the list of trails has it. */
  id: z.string(),
  origin: z.string(),
  isWritten: z.boolean(),
  /** Records there are, whether a checkpoint covers them or not. */
  size: count,
  /** How many of them the notary holds by a checkpoint, and since when; null if none. */
  anchored: z.strictObject({ size: count, time: time.nullable() }).nullable(),
})
/** Trails in one answer: the newest. */
export const TRAILS_TOLD_MAX = 20

export const statusSchema = z.strictObject({
  relay: z.string(),
  version: z.string(),
  /** By the clock of the relay, now. */
  time,
  started: time,
  /** `held`: nothing can be recorded at the moment; what is noticed waits. */
  state: z.enum(['running', 'starting', 'held']),
  /** True once all watched folders have been looked through, and while one is there and records can be made. */
  ready: z.boolean(),
  /** What is wanting, what hinders most first; empty if all is well. */
  needs: z.array(needSchema),
  /** What waits in the ordinary course, for whoever may list accounts; else empty. */
  waits: z.array(needSchema.pick({ says: true, todo: true })),
  watches: z.array(watchStatusSchema),
  capture: z.strictObject({
    /** Files and data sets on their way, and the oldest of them, twenty at most. */
    waiting: count,
    oldest: z.array(onItsWaySchema),
    /** Files and data sets of more than 16 MiB that are being read, and those of them that have been for more than an hour. */
    large: z.strictObject({
      total: count,
      long: count,
      /** Those that have been longest, a few. */
      shown: z.array(largeSchema),
    }),
    /** Since when nothing can be recorded, and why; null if it can. */
    held: z.strictObject({ since: time, reason: z.string() }).nullable(),
    /** True if everything was looked at, and all that was seen is recorded and given to the notary. */
    settled: z.boolean(),
  }),
  /** Files and data sets that have their record, and of the captures that nobody answers for, how many can be claimed. */
  files: z.strictObject({
    recorded: count,
    unclaimed: count,
    claimable: count,
    claimed: count,
    /** Not readable. */
    failed: count,
    /** Recorded, and not seen since another folder stands in place of theirs. */
    absent: count,
  }),
  notary: z.strictObject({
    state: z.enum(['reachable', 'unreachable']),
    since: time.nullable(),
    reason: z.string().nullable(),
    /** Since when there are records that it does not hold yet; null if it holds all. */
    unanchoredSince: time.nullable(),
  }),
  /** The newest first. */
  trails: z.array(trailStatusSchema).max(TRAILS_TOLD_MAX),
  /** The server of record its trail is sent to; null if to none. */
  sync: z
    .strictObject({
      server: z.string(),
      /** Records the server holds, and when that was heard last; null if never. */
      size: count,
      time: time.nullable(),
      fault: z.strictObject({ since: time, says: z.string() }).nullable(),
    })
    .nullable(),
  /** Id of the person who signed in at the workstation with a badge or a token. */
  badge: z.string().nullable(),
})
export type StatusView = z.infer<typeof statusSchema>

export const statusRoutes = {
  readStatus: {
    method: 'GET',
    path: '/v1/status',
    action: 'status.read',
    asksPassword: false,
    isBackground: true,
    body: undefined,
    result: statusSchema,
    problems: [],
    says:
      'How the relay is at this moment, and what it lacks: what the trail does not say. What wrong passwords bring ' +
      'about is told to whoever may list accounts. Asking it is no use of the session.',
  },
} as const satisfies { readonly [name: string]: Route }
