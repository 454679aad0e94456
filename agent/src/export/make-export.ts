import {
  BAG_FORMAT,
  BAG_TRAILS_MAX,
  type BagProgress,
  type ExportFilter,
  makeBag,
  type Seal,
  sealBody,
} from '@compliance-relay/shared/bag'
import { type Body, canonical, utf8 } from '@compliance-relay/shared/trail'
import { VERIFY_PATIENCE } from '../ask-notary.ts'
import { checkTrail } from '../check-trail.ts'
import { type Reading, reading } from '../commands/reading.ts'
import { openNotary } from '../notary-queue.ts'
import { readSettings } from '../open-relay.ts'
import { type TemporaryLeafStore, temporaryLeafStore } from '../temporary-leaf-store.ts'
import { stampReader } from '../time-stamps/is-stamp-of.ts'
import { softwareName } from '../version.ts'
import { ExportRefused } from './export-refused.ts'
import { sealAndProve } from './seal-proof.ts'
import { trailToExport } from './trails-to-export.ts'
import { type Room, writeZip } from './zip-file.ts'

/** What is being done: all trails verified first, then the bag written. */
export type ExportStep = 'verifying' | BagProgress['writing']

export interface ExportToMake {
  readonly data: string
  /** The zip, which is there only once it is whole. */
  readonly file: string
  readonly filter: ExportFilter
  readonly reason: string
  /** Has the head that is exported stamped by an authority, if the site has one: once all trails were verified. */
  readonly stamp: () => Promise<void>
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
  stamp,
  seal,
  onProgress,
  room,
}: ExportToMake): Promise<Seal> {
  const verified = await verifyAll(data, (done, of) => onProgress('verifying', done, of))
  const make = (sink: Parameters<typeof makeBag>[1]) =>
    reading(data, async (read) => {
      if (read.trail.origin !== verified.origin)
        throw new ExportRefused('trail-unsound', 'the relay has begun a new trail meanwhile: export again')
      const isStampOf = await stampReader(read.database)
      const trails = read.trails.filter(({ origin }) => !verified.unsound.includes(origin))
      const asked = trails.flatMap((trail) => trailToExport(read, trail, isStampOf) ?? [])
      const taken = new Set(asked.map(({ trail }) => trail))
      const policy = trails
        .filter(({ origin }) => taken.has(origin))
        .map(({ vkey }) => `log ${vkey}\n`)
        .join('')
      const said = {
        filter,
        reason,
        software: softwareName,
        organization: readSettings(read.host, read.trail).org,
        leftOut: read.trails.map(({ origin }) => origin).filter((origin) => !taken.has(origin)),
      }
      requireRoom({ ...said, trails: asked })
      const from = asked.find(({ trail }) => trail === read.trail.origin)?.size ?? 0
      const day = new Date().toISOString().slice(0, 10)
      return makeBag(
        { ...said, trails: asked, policy: utf8(`${policy}quorum none\n`), day },
        sink,
        (body) => sealAndProve(read, () => seal(body), { leaves: verified.leaves.leaves, from }),
        ({ writing, done, of }) => onProgress(writing, done, of),
      )
    })
  try {
    await stamp()
    return await writeZip(file, make, room)
  } finally {
    verified.leaves.close()
  }
}

/** What the seal says has to fit into a record: that is known before anything is written. */
function requireRoom({
  trails,
  ...said
}: Pick<Seal, 'reason' | 'software' | 'organization' | 'leftOut'> & {
  readonly filter: ExportFilter
  readonly trails: readonly { readonly trail: string; readonly size: number }[]
}): void {
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

interface VerifiedTrails {
  /** Name of the trail that is written to. */
  readonly origin: string
  /** Names of those that do not verify. */
  readonly unsound: readonly string[]
  /** Of that trail. */
  readonly leaves: TemporaryLeafStore
}

/** Every trail verified as start-up and relay verify do. Throws `UnusableInput`. */
async function verifyAll(
  data: string,
  onProgress: (done: number, of: number) => void,
): Promise<VerifiedTrails> {
  return reading(data, async (read) => {
    const { notary: asked } = readSettings(read.host, read.trail)
    const { notary, close } = await openNotary(asked.folder)
    const of = read.trails.reduce((sum, { id }) => sum + read.store.size(id), 0)
    const unsound: string[] = []
    let own: TemporaryLeafStore | undefined
    let done = 0
    try {
      for (const trail of read.trails) {
        const leaves = temporaryLeafStore()
        try {
          const { report } = await checkTrail(trail, {
            store: read.store,
            keys: [],
            notary,
            identity: asked.identity,
            patience: VERIFY_PATIENCE,
            leaves: leaves.leaves,
            pause: async () => onProgress(done + leaves.leaves.size, of),
          })
          done += report.lines
          if (report.findings.length > 0) unsound.push(trail.origin)
          if (isOwn(read, trail)) own = leaves
        } finally {
          if (own !== leaves) leaves.close()
        }
      }
    } catch (error) {
      own?.close()
      throw error
    } finally {
      close(true)
    }
    if (own === undefined) throw new Error('the trail that is written to was not verified')
    if (unsound.includes(read.trail.origin)) {
      own.close()
      throw new ExportRefused(
        'trail-unsound',
        'the trail does not verify, so nothing is exported: relay verify --data says what is wrong',
      )
    }
    return { origin: read.trail.origin, unsound, leaves: own }
  })
}

function isOwn({ trail }: Reading, { id }: { readonly id: number }): boolean {
  return trail.id === id
}
