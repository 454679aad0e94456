/**
 * npm run soak [-- --minutes 30] [--seed N] [--rounds N] [--kind instrument|burst|bag-bits]
 *
 * Real relays on real folders, in random rounds until the time is over. The seed of a round is that of the run and the
 * number of the round, so any round can be run again by itself; what the clock decides will not be quite the same.
 * Exit code 1 if a round failed: its folder is kept, and the line of the round says how to repeat it.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Random } from '../support/random.ts'
import { Workstation } from '../support/workstation.ts'
import { bagBits } from './bag-bits.ts'
import { burstRound } from './burst-round.ts'
import { printFinding } from './finding.ts'
import { instrumentRound } from './instrument-round.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string' },
    rounds: { type: 'string', default: '1000000' },
    kind: { type: 'string' },
  },
})
const minutes = wholeNumber('minutes', values.minutes)
const rounds = wholeNumber('rounds', values.rounds)
const seed = wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 1_000_000)))
const kinds = { instrument: instrumentRound, burst: burstRound }
const FINDINGS_SHOWN = 20

function wholeNumber(name: string, text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new RangeError(`--${name} is a whole number, not "${text}"`)
  return Number(text)
}

function kindOf(random: Random): keyof typeof kinds {
  const drawn = random.chance(0.12) ? 'burst' : 'instrument'
  if (values.kind === undefined) return drawn
  if (values.kind !== 'instrument' && values.kind !== 'burst')
    throw new RangeError('--kind is instrument, burst or bag-bits')
  return values.kind
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One round. True if nothing was found; then its folder is removed, else it is kept. */
async function runRound(number: number): Promise<boolean> {
  const random = new Random(seed + number)
  const kind = kindOf(random)
  const { workstation, run } = kinds[kind]
  const station = new Workstation(workstation)
  const log: string[] = []
  const began = Date.now()
  const note = (what: string): void => void log.push(`${new Date().toISOString()} ${what}`)
  const found = await run(station, random, note).then(
    (findings) => findings.map(printFinding),
    (error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  )
  const verdict = found.length === 0 ? 'passed' : 'FAILED'
  const seconds = Math.round((Date.now() - began) / 1_000)
  const plan = log[0]?.slice(log[0].indexOf('plan'))
  print(`${number + 1} ${verdict}, seed ${seed + number}, ${kind}, ${seconds} s, ${log.length} acts, ${plan}`)
  if (found.length === 0) {
    await station.remove()
    return true
  }
  note(`the log of the relay:\n${station.log}`)
  await station.stop('SIGKILL')
  writeFileSync(join(station.base, 'soak.log'), [...log, ...found, ''].join('\n'))
  for (const line of found.slice(0, FINDINGS_SHOWN)) print(`    ${line}`)
  print(`    ${found.length} findings, kept in ${station.base}`)
  print(`    again: npm run soak -- --seed ${seed + number} --rounds 1 --kind ${kind}`)
  return false
}

print(`seed ${seed}, ${minutes} minutes`)
const end = Date.now() + minutes * 60_000
if (values.kind === 'bag-bits') {
  const lost = await bagBits(seed, end, print)
  for (const line of lost.slice(0, FINDINGS_SHOWN)) print(`    ${line}`)
  process.exit(lost.length === 0 ? 0 : 1)
}
let run = 0
let passed = 0
for (; Date.now() < end && run < rounds; run++) if (await runRound(run)) passed++
print(`${run} rounds, ${passed} passed, ${run - passed} failed`)
process.exit(passed === run ? 0 : 1)
