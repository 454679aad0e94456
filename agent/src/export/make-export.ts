import {
  BAG_FORMAT,
  BAG_TRAILS_MAX,
  type BagProgress,
  type BagSink,
  type ExportFilter,
  makeBag,
  type Seal,
  sealBody,
  type ToExport,
} from '@compliance-relay/shared/bag'
import { type Body, canonical, utf8 } from '@compliance-relay/shared/trail'
import { reading } from '../commands/reading.ts'
import { removedTrails } from '../known-trails.ts'
import { stampReader } from '../time-stamps/is-stamp-of.ts'
import { ExportRefused } from './export-refused.ts'
import { sealAndProve } from './seal-proof.ts'
import { toExport } from './to-export.ts'
import { type StampsToExport, stampsToExport, trailToExport } from './trails-to-export.ts'
import { type VerifiedTrails, verifyTrails } from './verify-trails.ts'
import { type Room, writeZip } from './zip-file.ts'

/** What is being done: all trails verified first, then the bag written. */
export type ExportStep = 'verifying' | BagProgress['writing']

export interface ExportToMake {
  readonly data: string
  /** The zip, which is there only once it is whole. */
  readonly file: string
  readonly filter: ExportFilter
  readonly reason: string
  /** The day it is begun, UTC: 2026-03-02. */
  readonly day: string
  /**
   * Has the head that is exported stamped by an authority, if the site has one: once all trails were verified. Settles
   * which stamps go into the bag; without an answer, those that are there.
   */
  readonly stamp: () => Promise<StampsToExport | undefined>
  /** Has the relay record the seal: gives the place of its record. */
  readonly seal: (body: Body) => Promise<number>
  readonly onProgress: (step: ExportStep, done: number, of: number) => void
  /** Looked at while it is written; without it, it may fill the disk. */
  readonly room?: Room
}

/** A record has room for so much of a seal. */
const SEAL_BYTES_MAX = 60_000
const NO_DIGEST = '0'.repeat(64)

/**
 * Makes a sealed export of a data folder, beside the relay that writes it: what a command and what people ask by HTTP
 * come to is the same. Rejects with `UnusableInput`, or `NothingAskedFor`: then there is no file.
 */
export async function makeExport({
  data,
  file,
  filter,
  reason,
  day,
  stamp,
  seal,
  onProgress,
  room,
}: ExportToMake): Promise<Seal> {
  const verified = await verifyTrails(data, {
    onProgress: (done, of) => onProgress('verifying', done, of),
  })
  const { leaves } = verified
  if (leaves === undefined) throw new Error('the trail that is written to was not verified')
  try {
    requireSound(verified)
    const stamps = await stamp()
    const make = (sink: BagSink) =>
      reading(data, async (read) => {
        if (read.trail.origin !== verified.origin)
          throw new ExportRefused('trail-unsound', 'the relay has begun a new trail meanwhile: export again')
        const isStampOf = await stampReader(read.database)
        const sound = read.trails.filter(({ origin }) => !verified.unsound.includes(origin))
        const settled = { stamps: stamps ?? stampsToExport(read.database, read.trails) }
        const trails = sound.flatMap((trail) => trailToExport(read, trail, isStampOf, settled) ?? [])
        const taken = new Set(trails.map(({ trail }) => trail))
        const here = read.trails.map(({ origin }) => origin).filter((origin) => !taken.has(origin))
        const leftOut = [...here, ...removedTrails(read.store)]
        const asked = toExport(read, { filter, reason, day, trails, leftOut })
        requireRoom(asked)
        const from = trails.find(({ trail }) => trail === read.trail.origin)?.size ?? 0
        return makeBag(
          asked,
          sink,
          (body) => sealAndProve(read, () => seal(body), { leaves: leaves.leaves, from }),
          ({ writing, done, of }) => onProgress(writing, done, of),
        )
      })
    return await writeZip(file, make, room)
  } finally {
    leaves.close()
  }
}

function requireSound({ origin, unsound }: VerifiedTrails): void {
  if (!unsound.includes(origin)) return
  throw new ExportRefused(
    'trail-unsound',
    'the trail does not verify, so nothing is exported: relay verify --data says what is wrong',
  )
}

/** What the seal says has to fit into a record: that is known before anything is written. */
function requireRoom({ trails, filter, reason, software, organization, leftOut }: ToExport): void {
  const said = { filter, reason, software, organization, leftOut }
  const root = new Uint8Array(32)
  const digests = { manifest: NO_DIGEST, info: NO_DIGEST, count: 0 }
  const roots = trails.map(({ trail, size }) => ({ trail, size, root }))
  const body = sealBody({ format: BAG_FORMAT, ...said, ...digests, trails: roots })
  const number = trails.length + said.leftOut.length
  if (number > BAG_TRAILS_MAX || utf8(canonical(body)).length > SEAL_BYTES_MAX)
    throw new ExportRefused(
      'too-many-trails',
      `this relay has had ${number} trails, and the seal has room for ${BAG_TRAILS_MAX}, with what is asked for: name less, or export from a copy of the data folder before the newest trails`,
    )
}
