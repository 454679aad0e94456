import { type BagSource, BagUnreadable, openZipBag, unreadableText } from '@compliance-relay/shared/bag'
import { CheckedBag } from './checked-bag.ts'
import { folderBag } from './dropped-bag.ts'
import { findFiles } from './find-files.ts'
import { anchorsIn, checkpointsIn, givenTexts, trustIn, Unusable } from './given-trust.ts'
import type { Ask, DroppedFile, Given, Progress, Told } from './messages.ts'

/* Everything that takes time: the page itself never reads a file. One bag a worker; the page ends it to cancel. */

/** Progress is told so often, and no more: each telling is work for the page. */
const PROGRESS_MILLISECONDS = 100

let bag: CheckedBag | undefined
let files: DroppedFile[] = []
let isStopped = false

addEventListener('message', async ({ data }: MessageEvent<Ask>) => {
  try {
    await answer(data)
  } catch (error) {
    const why = error instanceof Unusable ? error.message : `It failed, and nothing is said: ${String(error)}`
    tell({ told: 'unusable', why })
  }
})

async function answer(asked: Ask): Promise<void> {
  switch (asked.ask) {
    case 'verify':
      return verify(asked.given, asked.bag.name, () => opened(asked.bag))
    case 'verify-folder':
      files.push(...asked.files)
      if (asked.isLast) await verifyFolder(asked.given)
      return
    case 'find':
      files.push(...asked.files)
      if (asked.isLast) await find()
      return
    case 'stop':
      isStopped = true
  }
}

async function verify(given: Given, name: string, bagOf: () => Promise<BagSource>): Promise<void> {
  const trust = await trustIn(given)
  const newest = await checkpointsIn(given)
  const timeStamps = await anchorsIn(given)
  const progress = atTimes()
  const records = { done: 0, of: 0 }
  const checked = await CheckedBag.of(await bagOf(), {
    // Nobody's word counts: then there is no key it could be sealed by.
    trust: trust ?? { fingerprints: [] },
    newest,
    ...(timeStamps && { timeStamps }),
    onProgress: (doneBytes, ofBytes) => progress({ doneBytes, ofBytes, ...(records.of > 0 ? records : {}) }),
    onRecord: ({ of }) => {
      records.done++
      records.of = of
    },
  })
  bag = checked
  const { report } = checked
  const isTrustGiven = trust !== undefined
  const isEvidence = isTrustGiven && checked.isEvidence
  tell({
    told: 'report',
    result: {
      file: name,
      report,
      manifest: checked.manifest,
      heldAgainst: await givenTexts(given),
      isTrustGiven,
      isEvidence,
    },
  })
}

async function verifyFolder(given: Given): Promise<void> {
  const dropped = files
  files = []
  const { name, source } = folderBag(dropped)
  await verify(given, name, async () => source)
}

async function opened(file: File) {
  try {
    return await openZipBag(file)
  } catch (error) {
    if (error instanceof BagUnreadable)
      throw new Unusable(unreadableText(file.name, error, 'drop the folder here'))
    throw error
  }
}

async function find(): Promise<void> {
  const dropped = files
  files = []
  isStopped = false
  if (bag === undefined) throw new Unusable('No export was checked yet.')
  const answers = await findFiles(bag, dropped, { isStopped: () => isStopped, onProgress: atTimes() })
  tell({ told: 'answers', answers })
}

/** Tells progress now and then. */
function atTimes(): (progress: Progress) => void {
  let next = 0
  return (progress) => {
    const now = performance.now()
    if (now < next) return
    next = now + PROGRESS_MILLISECONDS
    tell({ told: 'progress', progress })
  }
}

function tell(told: Told): void {
  postMessage(told)
}
