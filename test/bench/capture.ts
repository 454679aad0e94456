import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import {
  Frontier,
  type Head,
  headAfter,
  leafHash,
  macKey,
  readEntryParts,
} from '@compliance-relay/shared/trail'
import { UnitReader } from '../../agent/src/capture/read-unit.ts'
import { stampOf } from '../../agent/src/capture/stamp.ts'
import { BUILT_IN_PROFILES, loadProfiles } from '../../agent/src/instruments/load-profiles.ts'
import { openDatabase } from '../../agent/src/sqlite/database.ts'
import { TrailStore } from '../../agent/src/sqlite/trail-store.ts'
import { BATCH_RECORDS_MAX, TrailWriter } from '../../agent/src/trail-writer.ts'
import { Workstation } from '../support/workstation.ts'

/* Real relay processes, the quiet window at its default of 3 s. Baselines are other programs on the same files in the same run. */

const QUIET_MILLISECONDS = 3_000

export type Row = readonly [what: string, figure: string, beside: string, wanted: string]

/** From the last write of a file to its durable record, one file each 150 ms. */
export async function latency(files = 200): Promise<Row> {
  const station = await started()
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
      .map(({ path, time }) => time - (written.get(path) ?? Number.NaN))
      .sort((a, b) => a - b)
    const at = (share: number): string =>
      `${((times[Math.floor(times.length * share)] ?? Number.NaN) / 1_000).toFixed(2)} s`
    return [
      `last write to record, ${times.length} files`,
      `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(0.999)}`,
      'quiet window 3 s',
      'p95 ≤ 4.5 s',
    ]
  } finally {
    await station.remove()
  }
}

/** Files moved in at once; from the end of their quiet window to the last record. */
export async function burst(files = 10_000): Promise<Row> {
  const station = await started()
  try {
    const outside = join(station.base, 'outside')
    mkdirSync(outside)
    for (let i = 0; i < files; i++) writeFileSync(join(outside, `f${i}.dat`), randomBytes(20_480))
    const baseline = seconds(() =>
      execFileSync('bash', ['-c', 'find . -type f -print0 | xargs -0 openssl dgst -sha256 > /dev/null'], {
        cwd: outside,
      }),
    )
    const moved = Date.now()
    renameSync(outside, join(station.folder, 'in'))
    await station.until('all is recorded', ({ units }) => units.recorded === files, 300)
    await station.settled()
    const last = Math.max(...captured(station).map(({ time }) => time))
    const ours = (last - moved - QUIET_MILLISECONDS) / 1_000
    const rate = files / ours
    const plain = files / baseline
    return [
      `burst of ${files} × 20 KiB`,
      `${Math.round(rate)} files/s (${ours.toFixed(2)} s after the window)`,
      `openssl ${Math.round(plain)}/s, ratio ${(rate / plain).toFixed(2)}`,
      '≥ 3,000/s, ratio ≥ 0.3',
    ]
  } finally {
    await station.remove()
  }
}

/** One large file through the reader, beside `openssl speed`. */
export function largeFile(gibibytes = 2): Row {
  const station = new Workstation()
  try {
    const path = join(station.folder, 'large.dat')
    const descriptor = openSync(path, 'w')
    const block = randomBytes(1 << 24)
    for (let i = 0; i < gibibytes * 64; i++) writeSync(descriptor, block)
    fsyncSync(descriptor)
    closeSync(descriptor)
    const stat = statSync(path, { bigint: true })
    const reader = new UnitReader(loadProfiles(BUILT_IN_PROFILES))
    const file = { path, stamp: stampOf(stat), member: 'large.dat', size: Number(stat.size) }
    const task = {
      id: 1,
      root: station.folder,
      name: 'large.dat',
      kind: 'file' as const,
      profile: 'file',
      evenIfIncomplete: true,
      files: [file],
    }
    let state = ''
    const ours =
      Number(stat.size) /
      Math.min(
        ...[1, 2].map(() =>
          seconds(() => {
            state = reader.read(task).state
          }),
        ),
      ) /
      1e9
    if (state !== 'read') throw new Error(`the large file was ${state}`)
    const text = execFileSync(
      'bash',
      ['-c', 'openssl speed -seconds 3 -bytes 1048576 -evp sha256 2>/dev/null'],
      { encoding: 'utf8' },
    )
    const plain = (Number(/([0-9.]+)k\s*$/m.exec(text)?.[1]) * 1_000) / 1e9
    return [
      `one file of ${gibibytes} GiB`,
      `${ours.toFixed(2)} GB/s`,
      `openssl speed ${plain.toFixed(2)} GB/s, ratio ${(ours / plain).toFixed(2)}`,
      'ratio ≥ 0.8',
    ]
  } finally {
    rmSync(station.base, { recursive: true, force: true })
  }
}

/** Many known files: a full scan, and what the relay costs while nothing happens. */
export async function manyFiles(files = 100_000): Promise<Row[]> {
  const station = await started()
  try {
    const outside = join(station.base, 'outside')
    for (let i = 0; i < files; i++) {
      if (i % 100 === 0)
        mkdirSync(join(outside, `d${Math.floor(i / 5_000)}`, `e${i / 100}`), { recursive: true })
      writeFileSync(
        join(outside, `d${Math.floor(i / 5_000)}`, `e${Math.floor(i / 100)}`, `f${i}.dat`),
        `file ${i}`,
      )
    }
    renameSync(outside, join(station.folder, 'in'))
    await station.until('all is recorded', ({ units }) => units.recorded === files, 600)
    await station.settled()
    await station.stop()
    await station.start()
    await station.settled()
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      const began = performance.now()
      await station.scan()
      times.push((performance.now() - began) / 1_000)
    }
    await wait(5_000)
    const before = cpuSeconds(station.pid)
    const idle = 130
    await wait(idle * 1_000)
    const cpu = (100 * (cpuSeconds(station.pid) - before)) / idle
    const rss =
      Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${station.pid}/status`, 'utf8'))?.[1]) / 1_024
    return [
      [
        `scan of ${files} known files`,
        `${Math.min(...times).toFixed(2)} s, asked for by a command`,
        `three: ${times.map((one) => one.toFixed(2)).join(', ')}`,
        '≤ 3 s',
      ],
      [
        `idle with ${files} files watched`,
        `CPU ${cpu.toFixed(2)} %, RSS ${Math.round(rss)} MiB`,
        `over ${idle} s`,
        'CPU < 1 %, RSS < 150 MiB',
      ],
    ]
  } finally {
    await station.remove()
  }
}

/** From the command to a relay at work, on trails of growing size, each verified whole. */
export async function starts(sizes: readonly number[]): Promise<Row[]> {
  const rows: Row[] = []
  const station = new Workstation()
  try {
    station.init()
    for (const size of sizes) {
      grow(station, size)
      const began = performance.now()
      await station.start()
      const ours = (performance.now() - began) / 1_000
      await station.stop()
      rows.push([
        `start with ${size.toLocaleString('en')} records`,
        `${ours.toFixed(2)} s`,
        `${Math.round(statSync(join(station.data, 'relay.db')).size / 2 ** 20)} MiB`,
        'how it grows',
      ])
    }
    return rows
  } finally {
    await station.remove()
  }
}

/** Appends records as a relay would, up to a size: with its key, through its writer. */
function grow(station: Workstation, size: number): void {
  const database = openDatabase(join(station.data, 'relay.db'))
  const store = new TrailStore(database)
  const trail = store.trails().at(-1)
  if (trail === undefined) throw new Error('there is no trail')
  const frontier = new Frontier()
  let head: Head | undefined
  for (const { line } of store.lines(trail.id)) {
    frontier.append(leafHash(line))
    head = headAfter(readEntryParts(line))
  }
  if (head === undefined) throw new Error('the trail is empty')
  const secret = readFileSync(
    join(station.data, 'keys', `${trail.origin.split('/').at(-1)}.mac`),
    'latin1',
  ).trim()
  const writer = new TrailWriter(database, store, macKey(Buffer.from(secret, 'hex')), {
    trail: trail.id,
    head,
    frontier: frontier.state(),
  })
  const actor = { id: 'jdoe', name: 'Jane Doe', via: 'file-owner' }
  while (writer.head.size < size) {
    const time = new Date().toISOString()
    const drafts = Array.from({ length: Math.min(BATCH_RECORDS_MAX, size - writer.head.size) }, (_, i) => {
      const n = writer.head.size + i
      const body = {
        project: 'P-17',
        device: 'ws-test',
        watch: 'w1',
        path: `run-${n}/data.dat`,
        size: 20_480,
        sha256: n.toString(16).padStart(64, '0'),
        seen: { first: time, rest: time },
      }
      return { kind: 'file.created', actor, time, body }
    })
    writer.append(drafts)
  }
  database.close()
}

async function started(): Promise<Workstation> {
  const station = new Workstation(
    process.env['BENCH_BASE'] === undefined ? {} : { base: process.env['BENCH_BASE'] },
  )
  station.init()
  await station.start()
  return station
}

function captured({ data }: Workstation): { readonly path: string; readonly time: number }[] {
  const database = new DatabaseSync(join(data, 'relay.db'), { readOnly: true })
  const rows = database.prepare("SELECT path, time FROM entry_columns WHERE kind = 'file.created'").all() as {
    path: string
    time: string
  }[]
  database.close()
  return rows.map(({ path, time }) => ({ path, time: Date.parse(time) }))
}

function seconds(work: () => void): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1_000
}

/** User and system time of a process with all its threads, in seconds (proc(5), stat, fields 14 and 15, 100 ticks a second). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
