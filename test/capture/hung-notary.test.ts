import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workstation } from '../support/workstation.ts'

/*
 * A share that hangs answers nothing and refuses nothing, and Node waits for whoever it has asked. Here the system call
 * that opens the notary's name is held up, for longer than any test.
 */

const hasTracer = spawnSync('strace', ['-V']).status === 0
const said = hasTracer ? '' : ' (not executed: strace is not here)'
const SECOND_MICROSECONDS = 1_000_000

let station: Workstation
let hung: Workstation
let script: string

/** Holds up who opens the notary's name, each time, or only those that are given. */
function holdUp(seconds: number, when = '1+'): void {
  const name = join(station.notary, 'notary.id')
  const delay = `delay_enter=${seconds * SECOND_MICROSECONDS}:when=${when}`
  writeFileSync(
    script,
    `exec strace -f -qq -o ${join(station.base, 'trace')} -P ${name} -e trace=openat -e inject=openat:${delay} "$@"\n`,
  )
}

beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  writeFileSync(join(station.folder, 'first.dat'), 'x')
  await station.settled()
  await station.stop()
  script = join(station.base, 'strace.sh')
  holdUp(3_600)
  hung = new Workstation({ through: ['bash', script] })
  Object.assign(hung, { data: station.data, notary: station.notary, folder: station.folder })
})
afterEach(async () => {
  await hung.remove()
  await station.remove()
})

/** The relay itself, below its tracer. */
function relayPid(): number {
  return Number(execFileSync('pgrep', ['-P', String(hung.pid)], { encoding: 'utf8' }).split('\n')[0])
}

/** Tells the relay to end, and how long it took, in milliseconds. The tracer keeps what is left of it, and is ended too. */
async function timeToEnd(): Promise<number> {
  const pid = relayPid()
  const since = Date.now()
  process.kill(pid, 'SIGTERM')
  const hasEnded = (): boolean => {
    try {
      return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return true
    }
  }
  while (!hasEnded() && Date.now() - since < 60_000) await wait(50)
  const taken = Date.now() - since
  await hung.stop('SIGKILL')
  return taken
}

test(`a notary that hangs holds up neither the start, nor capture, nor the stop${said}`, {
  tags: ['req/P11-10e-2', 'challenge', 'fault'],
}, async () => {
  if (!hasTracer) return
  const since = Date.now()
  await hung.start()
  expect(Date.now() - since).toBeLessThan(45_000)
  writeFileSync(join(hung.folder, 'second.dat'), 'x')
  const { notary } = await hung.until('it is recorded', ({ units }) => units.recorded === 2)
  expect(notary.behind).toBe(true)
  await hung.until('the notary is missed', (status) => status.notary.state === 'unreachable', 60)
  expect(await timeToEnd()).toBeLessThan(25_000)

  const kinds = station.records().map(({ kind }) => kind)
  expect(kinds.at(-1)).toBe('relay.stopped')
  const started = station.records().findLast(({ kind }) => kind === 'relay.started')
  expect(started?.body['notary']).toMatchObject([
    { code: 'notary-unreachable', found: 'it did not answer within 20 seconds' },
  ])
  // What the notary was not given, it is given when it answers again.
  await station.start()
  await station.settled()
  expect(station.verify().code).toBe(0)
})

test(`a trail that was set back behind a slow notary is found out as soon as the notary answers${said}`, {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  if (!hasTracer) return
  cpSync(station.data, join(station.base, 'copy'), { recursive: true })
  await station.start()
  const { trail: old } = await station.status()
  writeFileSync(join(station.folder, 'second.dat'), 'x')
  await station.until('it is recorded', ({ units, settled }) => settled && units.recorded === 2)
  await station.stop()
  rmSync(station.data, { recursive: true })
  renameSync(join(station.base, 'copy'), station.data)

  holdUp(25, '1')
  await hung.start()
  const started = await hung.status()
  expect([started.trail, started.notary.behind]).toEqual([old, true])
  const status = await hung.until('a new trail is begun', ({ trail }) => trail !== old)
  expect(status.left).toBe(old)
  await hung.until('all is recorded', ({ units, settled }) => settled && units.recorded === 2)
})

test(`a start that waits for a notary that hangs can be ended${said}`, {
  tags: ['req/P11-10e-2', 'fault'],
}, async () => {
  if (!hasTracer) return
  const starting = hung.start().catch((error: unknown) => error)
  for (const until = Date.now() + 30_000; Date.now() < until; await wait(100))
    if (spawnSync('grep', ['-q', 'notary.id', join(station.base, 'trace')]).status === 0) break
  await wait(2_000)
  expect(await timeToEnd()).toBeLessThan(5_000)
  expect(await starting).toBeInstanceOf(Error)
})
