import { createReadStream, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import type { ExportFailure } from '@compliance-relay/shared/api'
import { NothingAskedFor, sealBody, verifyBag } from '@compliance-relay/shared/bag'
import { ExportFailed } from '@compliance-relay/shared/relay'
import type { Body } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import { openZip } from '../verify-bag-command.ts'
import { roomIn } from './export-folder.ts'
import type { ExportTask, Failed, FromExportProcess, LastWord, ToExportProcess } from './export-messages.ts'
import { ExportRefused } from './export-refused.ts'
import { listen, say } from './export-words.ts'
import { makeExport } from './make-export.ts'
import { digestOf, printExport } from './print-export.ts'
import { CHANNEL } from './run-export-task.ts'
import { sealAgain } from './seal-again.ts'
import { writeWhole } from './write-whole.ts'

/*
 * A process of its own that makes one export, comes to its seal a second time, checks one, or prints one, for the relay
 * that started it: reading, packing and laying out take a processor for minutes, and the relay's own has to be free for
 * captures. It is given no key, and writes one file. It ends with the relay: what it was writing then, the next start
 * removes.
 */

const PROGRESS_MILLISECONDS = 200
/** Other processes first: nobody waits for an export as an instrument does. */
const PRIORITY = 10
/** Of what is found in a bag so much is said. */
const FINDINGS_SAID_MAX = 10
const SAYS_MAX = 1_000

const relay = new Socket({ fd: CHANNEL })
/** One question at a time: the next word is its answer. */
let answer: (word: ToExportProcess) => void = (word) => {
  if ('task' in word) void work(word.task)
}
listen(relay, { onWord: (word) => answer(word as ToExportProcess), onFault: () => process.exit(1) })
relay.once('close', () => process.exit(1))

async function work(task: ExportTask): Promise<void> {
  try {
    setPriority(PRIORITY)
  } catch {
    // Where the system has no such thing, it is done like anything else.
  }
  try {
    tell(await done(task), end)
  } catch (error) {
    tell({ failed: failedBy(error) }, end)
  }
}

async function done(task: ExportTask): Promise<LastWord> {
  switch (task.make) {
    case 'bag':
      await makeBag(task)
      return { made: true }
    case 'seal':
      return { toSeal: sealBody(await sealAgain(task)) }
    case 'check':
      return { checked: await check(task) }
    case 'report':
      return { printed: await print(task) }
  }
}

async function makeBag({ make: _, ...task }: Extract<ExportTask, { make: 'bag' }>): Promise<void> {
  let said = 0
  await makeExport({
    ...task,
    stamp: async () => {
      const word = await asked({ stamp: true })
      return 'stamps' in word ? word.stamps : undefined
    },
    seal: sealedByRelay,
    onProgress: (step, doneOf, of) => {
      if (performance.now() - said < PROGRESS_MILLISECONDS) return
      said = performance.now()
      tell({ stage: step === 'verifying' ? 'checking' : 'making', done: Math.min(doneOf, of), of })
    },
    room: roomIn(dirname(task.file)),
  })
}

async function check({ bag: file, fingerprints }: Extract<ExportTask, { make: 'check' }>) {
  const bag = await openZip(file)
  try {
    const { findings, sealed } = await verifyBag(bag, { trust: { fingerprints } })
    return {
      findings: findings.slice(0, FINDINGS_SAID_MAX).map(({ code }) => code),
      seal: sealed?.holds === true ? { trail: sealed.trail, seq: sealed.seq } : null,
      sha256: await digestOf(createReadStream(file)),
      sizeBytes: statSync(file).size,
    }
  } finally {
    await bag.close()
  }
}

function print({ bag, file, form, fingerprints }: Extract<ExportTask, { make: 'report' }>): Promise<number> {
  return printExport(bag, { trust: { fingerprints }, isOwn: true }, form, (pieces) =>
    writeWhole(file, pieces, roomIn(dirname(file))),
  )
}

/** The relay says who asked, and records it: this process only says what is to be sealed. */
async function sealedByRelay(seal: Body): Promise<number> {
  const word = await asked({ seal })
  if ('sealed' in word) return word.sealed
  throw new ExportFailed('refused' in word ? word.refused : 'internal')
}

function asked(question: FromExportProcess): Promise<ToExportProcess> {
  return new Promise((resolve) => {
    answer = resolve
    tell(question)
  })
}

function failedBy(error: unknown): Failed {
  const says = messageOf(error).slice(0, SAYS_MAX)
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

function tell(word: FromExportProcess, then: () => void = () => {}): void {
  say(relay, word, then)
}
