import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { HashPool } from '../../agent/src/capture/hash-pool.ts'
import type { ReadResult, ReadTask } from '../../agent/src/capture/hash-task.ts'
import { stampOf } from '../../agent/src/capture/stamp.ts'
import { BUILT_IN_PROFILES, loadProfiles } from '../../agent/src/instruments/load-profiles.ts'
import { count, type Row, row } from './row.ts'
import { captured, newStation, seconds, startedStation, trailSize, untilRecorded } from './stations.ts'

/* Real relay processes, the quiet window at its default of 3 s. Baselines are other programs on the same files in the same run. */

const QUIET_MILLISECONDS = 3_000

/** From the last write of a file to its durable record, one file each 150 ms. */
export async function latency(files = 200): Promise<Row> {
  const station = await startedStation()
  try {
    const written = new Map<string, number>()
    for (let i = 0; i < files; i++) {
      const name = `f${i}.dat`
      writeFileSync(join(station.folder, name), randomBytes(20_480))
      written.set(name, Date.now())
      await wait(150)
    }
    await station.settled()
    const times = captured(station)
      .map(({ path, time }) => (time - (written.get(path) ?? Number.NaN)) / 1_000)
      .sort((a, b) => a - b)
    if (times.length !== files) throw new Error(`${times.length} records of ${files} files`)
    const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN
    return row(
      `last write to record, ${count(files)} files`,
      `p50 ${at(0.5).toFixed(2)} s, p95 ${at(0.95).toFixed(2)} s, max ${at(1).toFixed(2)} s`,
      'quiet window 3 s',
      'p95 ≤ 4.5 s',
      at(0.95) <= 4.5,
    )
  } finally {
    await station.remove()
  }
}

/** Files moved in at once; from the end of their quiet window to the last record. */
export async function burst(files: number): Promise<Row> {
  const station = await startedStation()
  try {
    const outside = join(station.base, 'outside')
    mkdirSync(outside)
    for (let i = 0; i < files; i++) writeFileSync(join(outside, `f${i}.dat`), randomBytes(20_480))
    const plain =
      files /
      seconds(() => run('find . -type f -print0 | xargs -0 openssl dgst -sha256 > /dev/null', outside))
    await station.settled()
    const before = trailSize(station)
    const moved = Date.now()
    renameSync(outside, join(station.folder, 'in'))
    await untilRecorded(station, before, files, 300)
    await station.settled()
    const times = captured(station)
    if (times.length !== files) throw new Error(`${times.length} records of ${files} files`)
    const ours =
      (times.reduce((last, { time }) => Math.max(last, time), 0) - moved - QUIET_MILLISECONDS) / 1_000
    const rate = files / ours
    return row(
      `burst of ${count(files)} × 20 KiB`,
      `${count(rate)} files/s, ratio ${(rate / plain).toFixed(2)}, ${ours.toFixed(2)} s after the window`,
      `find | xargs openssl dgst ${count(plain)} files/s`,
      '≥ 3,000/s, ratio ≥ 0.3',
      rate >= 3_000 && rate / plain >= 0.3,
    )
  } finally {
    await station.remove()
  }
}

/**
 * One large file in turns, in the thread that a relay reads large files in, beside `openssl speed`: each before and after
 * the other, the better of each.
 */
export async function largeFile(gibibytes = 2): Promise<Row> {
  const station = newStation()
  const { read, close } = largeReader()
  try {
    const path = join(station.folder, 'large.dat')
    const descriptor = openSync(path, 'w')
    const block = randomBytes(1 << 24)
    for (let i = 0; i < gibibytes * 64; i++) writeSync(descriptor, block)
    fsyncSync(descriptor)
    closeSync(descriptor)
    const stat = statSync(path, { bigint: true })
    const file = { path, stamp: stampOf(stat), member: 'large.dat', size: Number(stat.size) }
    const task: Omit<ReadTask, 'id'> = {
      root: station.folder,
      name: 'large.dat',
      kind: 'file',
      profile: 'file',
      evenIfIncomplete: true,
      files: [file],
    }
    let ours = 0
    let plain = 0
    for (let turn = 0; turn < 3; turn++) {
      plain = Math.max(plain, opensslSpeed())
      const began = performance.now()
      const { state } = await read({ ...task, id: turn })
      if (state !== 'read') throw new Error(`the large file was ${state}`)
      ours = Math.max(ours, file.size / (performance.now() - began) / 1e6)
    }
    return row(
      `one file of ${gibibytes} GiB, in turns`,
      `${ours.toFixed(2)} GB/s, ratio ${(ours / plain).toFixed(2)}`,
      `openssl speed ${plain.toFixed(2)} GB/s`,
      'ratio ≥ 0.8',
      ours / plain >= 0.8,
    )
  } finally {
    await close()
    await station.remove()
  }
}

/** One after the other. */
function largeReader() {
  let answered = Promise.withResolvers<ReadResult>()
  const pool = new HashPool({
    profiles: loadProfiles(BUILT_IN_PROFILES),
    now: () => performance.now(),
    onResults: ([result]) => answered.resolve(result as ReadResult),
    onFault: (error) => answered.reject(error),
  })
  // The thread by itself keeps no process alive.
  const alive = setInterval(() => {}, 60_000)
  const read = (task: ReadTask) => {
    answered = Promise.withResolvers()
    pool.submit(task)
    return answered.promise
  }
  const close = () => {
    clearInterval(alive)
    return pool.close()
  }
  return { read, close }
}

/** SHA-256 in blocks of a mebibyte, GB/s by the clock on the wall, as ours is: by itself it counts CPU time only. */
function opensslSpeed(): number {
  const text = run('openssl speed -elapsed -seconds 2 -bytes 1048576 -evp sha256 2>/dev/null', '.')
  return Number(/([0-9.]+)k\s*$/m.exec(text)?.[1]) / 1e6
}

function run(command: string, folder: string): string {
  return execFileSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
}
