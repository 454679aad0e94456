import { createReadStream, statSync } from 'node:fs'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import type { ExportFailure } from '@compliance-relay/shared/api'
import { NothingAskedFor, withheldBy } from '@compliance-relay/shared/bag'
import { ExportFailed, type MadeBag } from '@compliance-relay/shared/relay'
import type { Body } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import { roomIn } from './export-folder.ts'
import type { ExportTask, Failed, FromExportProcess, ToExportProcess } from './export-messages.ts'
import { ExportRefused } from './export-refused.ts'
import { makeExport } from './make-export.ts'
import { digestOf, printExport } from './print-export.ts'
import { writeWhole } from './write-whole.ts'

/*
 * A process of its own that makes one export, or prints one, for the relay that started it: reading, packing and laying
 * out take a processor for minutes, and the relay's own has to be free for captures. It is given no key, and writes
 * one file. It ends with the relay: what it was writing then, the next start removes.
 */

const PROGRESS_MILLISECONDS = 200
/** Other processes first: nobody waits for an export as an instrument does. */
const PRIORITY = 10

process.once('disconnect', () => process.exit(1))
process.once('message', (message: ToExportProcess) => {
  if ('task' in message) void work(message.task)
})

async function work(task: ExportTask): Promise<void> {
  try {
    setPriority(PRIORITY)
  } catch {
    // Where the system has no such thing, it is done like anything else.
  }
  try {
    const done = task.make === 'bag' ? { made: await makeBag(task) } : { printed: await print(task) }
    tell(done, end)
  } catch (error) {
    tell({ failed: failedBy(error) }, end)
  }
}

async function makeBag({
  data,
  file,
  filter,
  reason,
}: Extract<ExportTask, { make: 'bag' }>): Promise<MadeBag> {
  let said = 0
  let timeStamp: string | null = null
  const seal = await makeExport({
    data,
    file,
    filter,
    reason,
    stamp: async () => {
      const answer = await asked({ stamp: true })
      timeStamp = 'stamped' in answer ? answer.stamped : null
    },
    seal: sealedByRelay,
    onProgress: (step, done, of) => {
      if (performance.now() - said < PROGRESS_MILLISECONDS) return
      said = performance.now()
      tell({ stage: step === 'verifying' ? 'checking' : 'making', done: Math.min(done, of), of })
    },
    room: roomIn(dirname(file)),
  })
  return {
    sha256: await digestOf(createReadStream(file)),
    manifest: seal.manifest,
    sizeBytes: statSync(file).size,
    records: seal.count,
    withheld: withheldBy(seal),
    leftOut: seal.leftOut,
    timeStamp,
  }
}

function print({ bag, file, form, fingerprints }: Extract<ExportTask, { make: 'report' }>): Promise<number> {
  return printExport(bag, { trust: { fingerprints } }, form, (pieces) =>
    writeWhole(file, pieces, roomIn(dirname(file))),
  )
}

/** The relay says who asked, and records it: this process only says what is to be sealed. */
async function sealedByRelay(seal: Body): Promise<number> {
  const answer = await asked({ seal })
  if ('sealed' in answer) return answer.sealed
  throw new ExportFailed('refused' in answer ? answer.refused : 'internal')
}

/** One question at a time: the next message is its answer. */
function asked(question: FromExportProcess): Promise<ToExportProcess> {
  return new Promise((resolve) => {
    process.once('message', resolve)
    tell(question)
  })
}

function failedBy(error: unknown): Failed {
  const says = messageOf(error)
  if (error instanceof NothingAskedFor) {
    const { unmatched } = error
    return { code: 'nothing-asked-for', says, ...(unmatched === undefined ? {} : { unmatched }) }
  }
  return { code: codeOf(error), says }
}

function codeOf(error: unknown): ExportFailure {
  if (error instanceof ExportRefused || error instanceof ExportFailed) return error.code
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no-room'
  return 'internal'
}

/** With what was said on its way. */
function end(): void {
  process.exit(0)
}

function tell(message: FromExportProcess, then: () => void = () => {}): void {
  process.send?.(message, then)
}
