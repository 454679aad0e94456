import { statSync } from 'node:fs'
import { ask, NoRoom, type Request } from '../control.ts'
import type { DataFolder } from '../data-folder.ts'
import type { Relay } from '../relay.ts'
import { whyNoRelay } from '../secrets.ts'
import { tryWriterLock } from '../sqlite/writer-lock.ts'
import { UnusableInput } from '../unusable-input.ts'
import { reading } from './reading.ts'

/** Loaded where no relay runs, as a whole relay is: it takes longer than to ask one. */
const aboutStopped = () => import('./stopped-relay.ts')

/** Throws `UnusableInput` where no relay was set up. */
export function requireRelay(folder: DataFolder): void {
  try {
    statSync(folder.database)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new UnusableInput(
        `this account may not look into ${folder.path}: ask as the account the relay runs under`,
      )
    throw new UnusableInput(whyNoRelay(folder))
  }
}

/** Whether a relay runs on the data folder now. */
export function isRunning(folder: DataFolder): boolean {
  const lock = tryWriterLock(folder.lock)
  lock?.release()
  return lock === undefined
}

/** On a full disk, what can be told without writing anything is told. */
async function askRunning(folder: DataFolder, request: Request): Promise<unknown> {
  try {
    return await ask(folder.control, request)
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error
    if (request.command === 'status') return reading(folder.path, (await aboutStopped()).unaskedStatus)
    if (request.command === 'unclaimed') return readUnclaimed(folder, request)
    throw error
  }
}

async function readUnclaimed(folder: DataFolder, request: Request): Promise<unknown> {
  const { stoppedUnclaimed } = await aboutStopped()
  const { limit, after } = request.arguments
  const page = { limit: Number(limit), after: after === undefined ? undefined : String(after) }
  return reading(folder.path, (data) => stoppedUnclaimed(data, page))
}

/**
 * Asks the running relay. Where none runs, the data folder is opened for this one thing, if that makes sense: the
 * lock is held meanwhile, and start and stop are records as always.
 */
export async function askRelay(folder: DataFolder, request: Request): Promise<unknown> {
  requireRelay(folder)
  if (isRunning(folder)) return askRunning(folder, request)
  if (request.command === 'status') return reading(folder.path, (await aboutStopped()).stoppedStatus)
  if (request.command === 'unclaimed') return readUnclaimed(folder, request)
  if (request.command === 'scan') throw new UnusableInput('no relay is running on this data folder')
  return inStoppedRelay(folder, request, (_, result) => Promise.resolve(result))
}

/** As `askRelay`, of a relay that runs; undefined if none does. */
export async function askIfRunning(folder: DataFolder, request: Request): Promise<unknown> {
  requireRelay(folder)
  const lock = tryWriterLock(folder.lock)
  if (lock === undefined) return askRunning(folder, request)
  lock.release()
  return undefined
}

/** Opens the data folder for one request, and for what `then` does with its result. Start and stop are records. */
export async function inStoppedRelay<Result>(
  folder: DataFolder,
  request: Request,
  then: (relay: Relay, result: unknown) => Promise<Result>,
): Promise<Result> {
  const [{ openRelayFor, relayNameIn }, { handleRequest }, { logNotes }] = await Promise.all([
    import('./run.ts'),
    import('../requests.ts'),
    import('../log.ts'),
  ])
  const relay = await openRelayFor(folder, logNotes(relayNameIn(folder), 'warn'), () => {})
  const self = { uid: process.getuid?.() ?? -1 }
  try {
    relay.recordStart()
    // A badge that is refused is a record too. Anything else that is refused leaves none.
    let isRecorded = request.command === 'badge.in'
    try {
      const result = await handleRequest(relay, request, self)
      isRecorded = true
      return await then(relay, result)
    } finally {
      if (isRecorded) await relay.stop(`only to do ${request.command}`)
    }
  } finally {
    relay.close()
  }
}
