import { readFileSync } from 'node:fs'

/** User and system time of a process with all its threads, in seconds (proc(5), stat, fields 14 and 15, 100 ticks a second). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export interface Memory {
  readonly rssMiB: number
  /** The most it has been since the process began. */
  readonly peakMiB: number
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1')
  const mebibytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+([0-9]+) kB$`, 'm').exec(text)?.[1]) / 1_024
  return { rssMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM') }
}
