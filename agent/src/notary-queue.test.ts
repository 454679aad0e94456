import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Notary } from '@compliance-relay/shared/relay'
import { printCheckpoint, signCheckpoint, signerOf } from '@compliance-relay/shared/trail'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askNotary } from './ask-notary.ts'
import { NotaryQueue } from './notary-queue.ts'

/* A notary that hangs is hard to come by: what does not answer here is the port, and for the process a real pipe. */

const origin = 'lab.example/t/ws/20260302-0001'
const signer = signerOf(origin, 'note', new Uint8Array(32).fill(7))
const trail = { id: 1, origin, vkey: signer.vkey }

/** Answers what it is told to, and of all else nothing, for ever. */
function notaryThat(answers: Partial<Notary>): Notary & { readonly calls: string[] } {
  const calls: string[] = []
  const never = (name: string) => () => {
    calls.push(name)
    return new Promise<never>(() => {})
  }
  const notary = {
    calls,
    place: 'a notary',
    identity: never('identity'),
    put: never('put'),
    get: never('get'),
    putTimeStamp: never('putTimeStamp'),
    getTimeStamp: never('getTimeStamp'),
    list: async function* () {
      yield await never('list')()
    },
    listTimeStamps: async function* () {
      yield await never('listTimeStamps')()
    },
    originHashes: never('originHashes'),
    origins: never('origins'),
    keepConflict: never('keepConflict'),
    ...answers,
  }
  return notary
}

function noteOf(size: number, byte = 1): Uint8Array {
  return printCheckpoint(signCheckpoint({ origin, size, root: new Uint8Array(32).fill(byte) }, signer))
}

const own = [{ size: 1, note: noteOf(1), notarised: null }]
const asking = { trail, identity: 'n', remembered: () => ({ size: 1, own }), patience: { all: 100 } }

test('a notary that never answers is unreachable when the time is over, and is asked nothing more', {
  tags: ['req/P11-10e-2', 'fault'],
}, async () => {
  const notary = notaryThat({})
  const { findings } = await askNotary(notary, asking)
  expect(findings).toEqual([
    { code: 'notary-unreachable', expected: 'a notary', found: 'it did not answer within 0.1 seconds' },
  ])
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(notary.calls).toEqual(['identity'])
})

test('what a slow notary says of more records than there are is seen before the time is over', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  const notary = notaryThat({
    identity: async () => 'n',
    list: async function* () {
      for (let size = 1; size <= 5; size++) yield size
    },
    get: (_, size) => (size === 5 ? Promise.resolve(noteOf(5)) : new Promise(() => {})),
  })
  const { findings, notarised } = await askNotary(notary, asking)
  expect(findings.map(({ code }) => code)).toEqual(['notary-ahead', 'notary-unreachable'])
  expect(notarised?.size).toBe(5)
})

test('each answer may take its time where nothing is said of all of them', async () => {
  const notary = notaryThat({
    identity: () => new Promise((resolve) => setTimeout(() => resolve('n'), 80)),
    list: async function* () {
      yield 1
    },
    get: () => new Promise((resolve) => setTimeout(() => resolve(noteOf(1)), 80)),
  })
  const { findings } = await askNotary(notary, { ...asking, patience: { each: 150 } })
  expect(findings).toEqual([])
})

describe('a checkpoint of this trail under the name of another', () => {
  const misplaced = (note: Uint8Array) =>
    notaryThat({
      identity: async () => 'n',
      list: async function* () {
        yield 1
        yield 2
      },
      get: async (_, size) => (size === 1 ? noteOf(1) : note),
    })
  const remembered = () => ({ size: 4, own })

  test('of more records than there are shows that records were removed', {
    tags: ['req/P11-10a-3', 'challenge'],
  }, async () => {
    const { findings } = await askNotary(misplaced(noteOf(9)), { ...asking, remembered })
    expect(findings.map(({ code, size }) => [code, size])).toEqual([
      ['notary-foreign', 2],
      ['notary-ahead', 9],
    ])
  })

  test('of records that there are is to be held against them', {
    tags: ['req/P11-10a-3', 'challenge'],
  }, async () => {
    const note = noteOf(3, 66)
    const view = await askNotary(misplaced(note), { ...asking, remembered })
    expect(view.findings.map(({ code }) => code)).toEqual(['notary-foreign'])
    expect(view.strangers).toEqual([{ size: 3, note }])
  })

  test('signed by another key says nothing of this trail', async () => {
    const other = signerOf(origin, 'note', new Uint8Array(32).fill(8))
    const note = printCheckpoint(signCheckpoint({ origin, size: 9, root: new Uint8Array(32) }, other))
    const view = await askNotary(misplaced(note), { ...asking, remembered })
    expect(view.findings.map(({ code }) => code)).toEqual(['notary-foreign'])
    expect(view.strangers).toEqual([])
  })
})

test('a call begins when the one before was answered, whether anybody still waits for that or not', {
  tags: ['req/P11-10e-2', 'fault'],
}, async () => {
  let answer: (identity: string) => void = () => {}
  const notary = notaryThat({
    identity: () =>
      new Promise((resolve) => {
        answer = resolve
      }),
    get: async () => undefined,
  })
  let now = 0
  const queue = new NotaryQueue(notary, () => now)
  const first = queue.identity()
  let isGot = false
  const second = queue.get(origin, 1).then(() => {
    isGot = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  now = 25_000
  expect(queue.silentMilliseconds).toBe(25_000)
  expect(isGot).toBe(false)
  answer('n')
  expect(await first).toBe('n')
  await second
  expect(queue.isAnswering).toBe(true)
})

test('a process ends although a call to its notary hangs, by itself and when it is told to', {
  tags: ['req/P11-10e-2', 'fault'],
}, async () => {
  if (process.platform === 'win32') return
  const base = mkdtempSync(join(tmpdir(), 'relay-queue-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const pipe = join(base, 'pipe')
  spawnSync('mkfifo', [pipe])
  // Opening a pipe that nobody writes to keeps a thread, as a share does that hangs.
  const script = (then: string): string =>
    `import { openNotary } from ${JSON.stringify(join(import.meta.dirname, 'notary-queue.ts'))}
     import { FileNotary } from '@compliance-relay/shared/relay'
     import { open } from 'node:fs/promises'
     FileNotary.prototype.identity = () => open(${JSON.stringify(pipe)})
     const { notary, close } = await openNotary({ folder: ${JSON.stringify(base)}, identity: '' })
     process.on('SIGTERM', () => {})
     notary.identity()
     await new Promise((resolve) => setTimeout(resolve, 100))
     process.stdout.write('done')
     ${then}`
  for (const then of ['close(true)', 'process.exit(0)']) {
    const { stdout, signal } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '-e', script(then)],
      { cwd: import.meta.dirname, encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
    )
    expect({ stdout, signal }).toEqual({ stdout: 'done', signal: 'SIGTERM' })
  }
})
