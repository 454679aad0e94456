import { type MessagePort, workerData } from 'node:worker_threads'
import { commandNamed } from '../../agent/src/cli.ts'
import type { CommandAnswer, CommandThread } from './command-thread.ts'

/** Runs commands of the relay one after the other, for whoever waits for each answer: see `CommandThread`. */
const { port, answered } = workerData as { readonly port: MessagePort; readonly answered: Int32Array }

port.on('message', async ([name = '', ...args]: Parameters<CommandThread['run']>) => {
  port.postMessage(await answerOf(name, args))
  Atomics.store(answered, 0, 1)
  Atomics.notify(answered, 0)
})

async function answerOf(name: string, args: readonly string[]): Promise<CommandAnswer> {
  let out = ''
  const write = (text: string): void => {
    out += text
  }
  try {
    return { code: await (await commandNamed(name)).run(args, { write }), out }
  } catch {
    return undefined
  }
}
