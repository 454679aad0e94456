import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '../support/random.ts'
import type { Workstation } from '../support/workstation.ts'
import { busyProcess, disturb, requireAlive } from './disturbance.ts'
import type { Finding } from './finding.ts'
import { FolderModel, stepsBelow } from './folder-model.ts'
import { Hand, WATCHED } from './hand.ts'
import { judgeStation } from './judge-station.ts'
import type { Round } from './round.ts'

/** What a round of this kind will be like; all of it drawn before it begins. */
function planOf(random: Random) {
  return {
    seconds: random.pick([4, 8, 8, 15, 25]),
    /** Longest pause between two things that are done. */
    pauseMilliseconds: random.pick([2, 10, 50, 200, 600, 1_500]),
    disturbances: random.pick([0, 0, 1, 2, 4, 8]),
    busy: random.pick([0, 0, 1, 2]),
    hints: random.pick(['on', 'on', 'off', 'either'] as const),
    patient: random.chance(0.12),
    /** Things done before the relay is started at all. */
    before: random.pick([0, 0, 10, 60]),
    /** Whether it is left to find everything by itself in the end, by frequent scans, or is told to look. */
    alone: random.chance(0.4),
  }
}

/** A watched folder on which random things are done at random speed, the relay being ended now and then. */
export const instrumentRound: Round = { workstation: { init: ['--quiet', '1'], waitReady: false }, run }

async function run(station: Workstation, random: Random, note: (what: string) => void): Promise<Finding[]> {
  const plan = planOf(random)
  note(`plan ${JSON.stringify(plan)}`)
  const model = new FolderModel(station.base)
  const [acting, disturbing, pausing] = [random.fork(), random.fork(), random.fork()]
  const pause = (): Promise<void> => wait(pausing.integer(0, plan.pauseMilliseconds))
  const hand = new Hand({ model, random: acting, pause, patient: plan.patient })
  const options = (): string[] => {
    const hints = plan.hints === 'either' ? disturbing.pick(['on', 'off']) : plan.hints
    const seconds = plan.alone ? ['--scan-seconds', '3', '--rescan-seconds', '8'] : []
    return ['--hints', hints, ...seconds]
  }
  station.init()
  for (let i = 0; i < plan.before; i++) note(await hand.act())
  const busy = Array.from({ length: plan.busy }, busyProcess)
  try {
    await station.start(...options())
    const until = Date.now() + plan.seconds * 1_000
    const act = async (): Promise<void> => {
      while (Date.now() < until) {
        note(await hand.act())
        await pause()
      }
    }
    const interrupt = async (): Promise<void> => {
      for (let i = 0; i < plan.disturbances; i++) {
        await wait(disturbing.integer(0, (2_000 * plan.seconds) / plan.disturbances))
        if (Date.now() > until) return
        note(await disturb(station, disturbing, options))
      }
    }
    await Promise.all([act(), interrupt()])
    await hand.rest()
    note('rest')
  } finally {
    for (const one of busy) one.end()
  }
  requireAlive(station)
  if (plan.alone) await settleAlone(station)
  else await settleAsked(station)
  return judgeStation(station, stepsBelow(model.steps, WATCHED))
}

const SETTLED_SECONDS = 300

async function settleAsked(station: Workstation): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await station.until('it is at work', ({ state }) => state === 'running', SETTLED_SECONDS)
    await station.scan()
    await station.settled(SETTLED_SECONDS)
  }
}

/** Every file is looked at each ten seconds at most: nothing may be open after two such looks. */
async function settleAlone(station: Workstation): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await wait(11_000)
    await station.settled(SETTLED_SECONDS)
  }
}
