import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { brukerRun, writeRun } from '../support/instrument.ts'
import type { Random } from '../support/random.ts'
import type { Workstation } from '../support/workstation.ts'
import { busyProcess, disturb, requireAlive } from './disturbance.ts'
import { type Finding, finding } from './finding.ts'
import { judgeStation } from './judge-station.ts'
import type { Round } from './round.ts'

/** The bursts of CAPTURE.md 1.3. Each gives way now and then, so that the relay can be ended in the midst of it. */
const bursts: readonly {
  readonly name: string
  readonly units: number
  readonly write: (station: Workstation) => AsyncGenerator<void>
}[] = [
  {
    name: '10,000 files in one folder',
    units: 10_000,
    async *write({ folder }) {
      yield* writeFlat(folder, 10_000, '')
    },
  },
  {
    name: '1,000 new folders of ten files',
    units: 10_000,
    async *write({ folder }) {
      for (let i = 0; i < 1_000; i++) yield* writeFlat(join(folder, `d${i}`), 10, String(i))
    },
  },
  {
    name: '500 Bruker runs at once',
    units: 500,
    async *write({ folder }) {
      for (let i = 0; i < 500; i++) {
        writeRun(join(folder, `sample-${i}`, '10'), brukerRun(64))
        yield
      }
    },
  },
  {
    name: '200 Bruker runs, 20 ms apart',
    units: 200,
    async *write({ folder }) {
      for (let i = 0; i < 200; i++) {
        writeRun(join(folder, `sample-${i}`, '10'), brukerRun(64))
        await wait(20)
        yield
      }
    },
  },
  {
    name: '50 folders of 20 files moved in',
    units: 1_000,
    async *write({ folder, base }) {
      for (let i = 0; i < 50; i++) {
        yield* writeFlat(join(base, 'elsewhere', `m${i}`), 20, String(i))
        renameSync(join(base, 'elsewhere', `m${i}`), join(folder, `m${i}`))
      }
    },
  },
]

async function* writeFlat(folder: string, count: number, salt: string): AsyncGenerator<void> {
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, `f${i}.dat`), `${salt} ${i} ${'x'.repeat(i % 400)}`)
    if (i % 50 === 49) yield
  }
  yield
}

/** One burst, the relay being ended now and then: each unit is recorded, and exactly once. */
export const burstRound: Round = { workstation: { waitReady: false }, run }

async function run(station: Workstation, random: Random, note: (what: string) => void): Promise<Finding[]> {
  const burst = random.pick(bursts)
  const plan = {
    hints: random.pick(['on', 'off']),
    busy: random.pick([0, 2]),
    disturbances: random.integer(0, 5),
  }
  note(`plan ${burst.name} ${JSON.stringify(plan)}`)
  station.init()
  const busy = Array.from({ length: plan.busy }, busyProcess)
  try {
    const options = (): string[] => ['--hints', plan.hints]
    await station.start(...options())
    let written = false
    const write = async (): Promise<void> => {
      for await (const _ of burst.write(station)) await new Promise(setImmediate)
      written = true
    }
    const interrupt = async (): Promise<void> => {
      for (let i = 0; i < plan.disturbances; i++) {
        await wait(random.integer(0, 5_000))
        note(`${await disturb(station, random, options)}, ${written ? 'after' : 'while'} writing`)
      }
    }
    await Promise.all([write(), interrupt()])
    await station.until('all is recorded', ({ units }) => units.recorded >= burst.units, 400)
    await station.settled(300)
  } finally {
    for (const one of busy) one.end()
  }
  requireAlive(station)
  const captures = station.records().filter(({ kind }) => /^(?:file|dataset|capture|record)\./.test(kind))
  const others = captures.filter(({ kind }) => !kind.endsWith('.created'))
  return [
    ...others.map(({ seq, kind }) => finding('duplicate', '', `record ${seq} is ${kind}, where all is new`)),
    ...(captures.length === burst.units
      ? []
      : [finding('duplicate', '', `${captures.length} records of ${burst.units} units`)]),
    ...(await judgeStation(station, undefined)),
  ]
}
