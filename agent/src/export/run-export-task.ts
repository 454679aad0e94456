import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ExportFailed } from '@compliance-relay/shared/relay'
import type { Body } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import {
  type ExportTask,
  type FromExportProcess,
  type LastWord,
  type ToExportProcess,
  wordOfProcess,
} from './export-messages.ts'
import { listen, say } from './export-words.ts'

/** What a process may ask, each once; what is not here, it may not ask. */
export interface Answers {
  readonly onProgress?: (stage: 'checking' | 'making', done: number, of: number) => void
  readonly stamp?: () => Promise<ToExportProcess>
  /** `waits`: who asked is still there to be answered. */
  readonly seal?: (body: Body, waits: () => boolean) => Promise<ToExportProcess>
}

/** What a process may take of memory, whatever it exports or prints. */
const MEMORY_MEBIBYTES_MAX = 1_024
/** No export takes longer: one that does is not waited for. */
const TASK_MILLISECONDS_MAX = 3_600_000
/** Once it has said its last word it has nothing more to do. */
const ENDING_MILLISECONDS = 10_000
/** Where the two talk: file descriptors 0 to 2 are nobody's. */
export const CHANNEL = 3
const PROGRAM = fileURLToPath(new URL('./export-process.ts', import.meta.url))

export interface RunningTask {
  /**
   * What it ended with. Rejects with `ExportFailed` for a process that says so, that ends otherwise than in order and with
   * one last word, and for one that says anything else than a process may: that is killed at its first word out of place.
   */
  readonly ended: Promise<Exclude<LastWord, { failed: unknown }>>
  kill(): void
}

/** Begins a task in a process of its own. `log` is told why there is nothing, where it is not for whoever asked to look at. */
export function runExportTask(
  task: ExportTask,
  answers: Answers,
  log: (failed: { readonly code: string; readonly reason: string }) => void,
  { program = PROGRAM, millisecondsMax = TASK_MILLISECONDS_MAX } = {},
): RunningTask {
  const child = spawn(process.execPath, [`--max-old-space-size=${MEMORY_MEBIBYTES_MAX}`, program], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  return { ended: endOf(child, task, answers, log, millisecondsMax), kill: () => void child.kill('SIGKILL') }
}

function endOf(
  child: ChildProcess,
  task: ExportTask,
  answers: Answers,
  log: Parameters<typeof runExportTask>[2],
  millisecondsMax: number,
): RunningTask['ended'] {
  return new Promise((resolve, reject) => {
    const channel = child.stdio[CHANNEL] as Socket
    let last: LastWord | undefined
    let fault: string | undefined
    const giveUp = (why: string) => {
      fault ??= why
      child.kill('SIGKILL')
      channel.destroy()
    }
    let late = setTimeout(() => giveUp('it took longer than any export may'), millisecondsMax)
    const open = { ...answers }
    const answered = (answer: Promise<ToExportProcess>) =>
      void answer.then(
        (word) => say(channel, word),
        (error: unknown) => giveUp(messageOf(error)),
      )
    const take = (word: FromExportProcess) => {
      if (last !== undefined) return giveUp('it went on after its last word')
      if ('stage' in word) return open.onProgress?.(word.stage, word.done, word.of)
      const { stamp, seal } = open
      if ('stamp' in word && stamp !== undefined) {
        delete open.stamp
        return answered(stamp())
      }
      if ('seal' in word && seal !== undefined) {
        delete open.seal
        return answered(seal(word.seal, () => fault === undefined && isThere(child)))
      }
      if ('stamp' in word || 'seal' in word) return giveUp('it asked for what it may not, or twice')
      last = word
      clearTimeout(late)
      late = setTimeout(() => giveUp('it did not end after its last word'), ENDING_MILLISECONDS)
    }
    listen(channel, {
      onWord: (said) => {
        if (fault !== undefined) return
        const word = wordOfProcess.safeParse(said)
        if (word.success) take(word.data as FromExportProcess)
        else giveUp('it said what is no word')
      },
      onFault: giveUp,
    })
    child.once('error', (error) => giveUp(messageOf(error)))
    // Once all it said has been read.
    child.once('close', (code, signal) => {
      clearTimeout(late)
      const how = fault ?? (code === 0 ? undefined : `its process ended with ${signal ?? code}`)
      if (how === undefined && last !== undefined && !('failed' in last)) return resolve(last)
      const none = {
        code: 'internal',
        says: how ?? 'its process ended without a word',
        unmatched: undefined,
      } as const
      const failed = how === undefined && last !== undefined && 'failed' in last ? last.failed : none
      // What somebody asked for in vain is for them to look at.
      if (failed.code !== 'nothing-asked-for') log({ code: failed.code, reason: failed.says })
      reject(new ExportFailed(failed.code, failed.unmatched))
    })
    say(channel, { task })
  })
}

function isThere({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
