import type { Workstation } from '../support/workstation.ts'
import { capturesOf } from './captures.ts'
import { readDisk, readMemory } from './disk.ts'
import { requireAlive } from './disturbance.ts'
import { type Finding, finding } from './finding.ts'
import { judge } from './judge.ts'
import type { Step } from './steps.ts'

/** Stops a relay that has settled, and holds trail, disk, past and memory against each other. */
export async function judgeStation(
  station: Workstation,
  steps: readonly Step[] | undefined,
): Promise<Finding[]> {
  requireAlive(station)
  const records = station.records()
  await station.stop()
  const verdict = station.verify()
  const disk = readDisk(station.folder)
  return [
    ...(verdict.code === 0 ? [] : [finding('verify', '', verdict.out)]),
    ...judge({ captures: capturesOf(records), disk, steps, remembered: readMemory(station.data) }),
  ]
}
