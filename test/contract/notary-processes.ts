import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const program = join(import.meta.dirname, 'notary-child.ts')

/** What two processes were told that put the sizes 1 to `count` at the same time, each its own notes. */
export async function raced(child: readonly string[], count: number): Promise<readonly [string[], string[]]> {
  const runners = ['ada', 'ben'].map((name) => spawned(['race', name, String(count), ...child]))
  const said = runners.map(linesOf)
  while (said.some((lines) => lines[0] !== 'ready')) await stillRunning(runners)
  for (const { stdin } of runners) stdin?.write('!')
  await Promise.all(runners.map((runner) => once(runner, 'close')))
  const [ada = [], ben = []] = said.map((lines) => lines.slice(1))
  return [ada, ben]
}

/**
 * Lets a process put notes, kills it after a while, looks, and lets another go on. Returns how many were
 * acknowledged. The seed of the times is printed; `SEED=n` runs them again, as far as a machine does the same twice.
 */
export async function killedWhileFilling(
  child: readonly string[],
  kills: number,
  look: (last: number) => Promise<void>,
): Promise<number> {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  process.stdout.write(`kill -9 while notes are put: SEED=${seed}\n`)
  const random = randomFrom(seed)
  let last = 0
  for (let kill = 0; kill < kills; kill++) {
    const filler = spawned(['fill', String(last + 1), ...child])
    const lines = linesOf(filler)
    while (lines.length === 0) await stillRunning([filler])
    await wait(random() * 60)
    filler.kill('SIGKILL')
    await once(filler, 'close')
    last = Number(lines.at(-1))
    await look(last)
  }
  return last
}

function spawned(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** The whole lines a process has written, as they come. */
function linesOf({ stdout }: ChildProcess): string[] {
  const lines: string[] = []
  let rest = ''
  stdout?.on('data', (chunk: Buffer) => {
    const [...parts] = `${rest}${chunk}`.split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  return lines
}

async function stillRunning(processes: readonly ChildProcess[]): Promise<void> {
  if (processes.some(({ exitCode }) => exitCode !== null)) throw new Error('a process ended before it began')
  await wait(2)
}

/** Numbers from 0 to 1 that a seed repeats (a linear congruential generator of Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
