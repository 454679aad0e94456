import { spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/*
 * Stands in the place of the process that makes exports: has the true one do the work, and lies about it on the way. Which
 * lie, the reason of the export says; without one it only passes on what is said.
 */

type Said = Record<string, unknown>
interface Task {
  readonly make: string
  readonly file: string
  readonly reason?: string
}

/** What is told the relay in the place of what the true process says. */
type Lie = (said: Said, task: Task) => readonly Said[]

const sealing =
  (change: (seal: Said) => Said): Lie =>
  (said) =>
    'seal' in said ? [{ ...said, seal: change(said['seal'] as Said) }] : [said]
const madeAfter =
  (work: (task: Task) => void, more: Said = {}): Lie =>
  (said, task) => {
    if (!('made' in said)) return [said]
    work(task)
    return [{ ...said, ...more }]
  }

const lies: { readonly [name: string]: Lie } = {
  filter: sealing((seal) => ({ ...seal, filter: {} })),
  reason: sealing((seal) => ({ ...seal, reason: 'for something else altogether' })),
  count: sealing((seal) => ({ ...seal, count: (seal['count'] as number) + 1 })),
  manifest: sealing((seal) => ({ ...seal, manifest: 'f'.repeat(64) })),
  info: sealing((seal) => ({ ...seal, info: 'f'.repeat(64) })),
  person: sealing((seal) => ({ ...seal, actor: { id: 'mallory', name: 'Mallory', via: 'session' } })),
  by: sealing((seal) => ({ ...seal, by: { session: 'another' } })),
  'seal-twice': (said) => ('seal' in said ? [said, said] : [said]),
  'made-twice': (said) => ('made' in said ? [said, said] : [said]),
  'made-at-once': (said) => ('seal' in said ? [{ made: true }] : [said]),
  'no-words': () => ['of no form' as unknown as Said],
  file: madeAfter(() => {}, { file: '/etc/passwd' }),
  'changed-later': madeAfter(({ file }) => appendFileSync(file, 'x')),
  'bit-changed': madeAfter(({ file }) => {
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, 'x', 400)
  }),
  'other-file': madeAfter(({ file }) => writeFileSync(file, 'not what was made')),
  linked: madeAfter(({ file }) => {
    copyFileSync(file, join(dirname(file), 'left-here'))
    rmSync(file)
    symlinkSync(join(dirname(file), 'left-here'), file)
  }),
  'no-file': madeAfter(({ file }) => rmSync(file)),
  'one-long-word': (said) =>
    'seal' in said ? [{ failed: { code: 'internal', says: 'x'.repeat(64 << 20) } }] : [said],
  'many-words': (said) =>
    'seal' in said ? new Array(400_000).fill({ stage: 'making', done: 1, of: 2 }) : [said],
  'ends-at-seal': (said) => ('seal' in said ? process.exit(0) : [said]),
  'killed-at-seal': (said) => ('seal' in said ? kill() : [said]),
}

function kill(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('it is still there')
}

const relay = new Socket({ fd: 3 })
const honest = spawn(process.execPath, [join(import.meta.dirname, 'honest-export-process.ts')], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
})
const honestChannel = honest.stdio[3] as Socket
let task: Task | undefined
let lie: Lie = (said) => [said]

function wordsOf(socket: Socket, take: (said: Said) => void): void {
  createInterface({ input: socket }).on('line', (line) => take(JSON.parse(line)))
}
const say = (socket: Socket, said: unknown) => socket.write(`${JSON.stringify(said)}\n`)

wordsOf(relay, (said) => {
  if ('task' in said) {
    task = said['task'] as Task
    const named = /^lie: (\S+)/.exec(task.make === 'bag' ? (task.reason ?? '') : '')?.[1] ?? ''
    const after = /^killed-after-(\d+)$/.exec(named)?.[1]
    if (after !== undefined) setTimeout(kill, Number(after))
    if (named === 'nothing') process.exit(0)
    lie = lies[named] ?? lie
  }
  say(honestChannel, said)
})
wordsOf(honestChannel, (said) => {
  for (const one of task === undefined ? [] : lie(said, task)) say(relay, one)
})
honest.on('close', () => relay.end(() => process.exit(0)))
relay.on('error', () => {}).on('close', () => process.exit(1))
