import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, openAsBlob, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { openZipBag } from '@compliance-relay/shared/bag'
import { count, type Row, row } from './row.ts'
import { grow } from './starts.ts'
import { newStation } from './stations.ts'

const command = join(import.meta.dirname, '../../agent/bin/relay.mjs')
const probe = `data:text/javascript,process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS))`

/** Everything exported into a sealed bag and verified again, each by a command of its own, for trails that grow. */
export async function exports(sizes: readonly number[]): Promise<Row[]> {
  const station = newStation()
  try {
    station.init()
    const rows: Row[] = []
    const before = { export: 0, verify: 0 }
    for (const size of sizes) {
      await grow(station, size)
      const file = join(station.base, 'export.zip')
      const fingerprint = JSON.parse(station.relay('keys', '--data', station.data, '--json')).keys[0]
        .fingerprint as string
      const why = 'measuring how long an export takes'
      const made = run('export', '--data', station.data, '--out', file, '--reason', why)
      const plain = await plainCost(file, station.base)
      const checked = run('verify', file, '--fingerprint', fingerprint)
      for (const [name, { seconds, peakMiB }] of [
        ['export', made],
        ['verify', checked],
      ] as const) {
        const beside = name === 'export' ? plain.packed : plain.digests
        rows.push(
          row(
            `${name} ${count(size)} records`,
            `${seconds.toFixed(1)} s, peak ${count(peakMiB)} MiB, ${count(size / seconds)} entries/s`,
            `SHA-256 of its ${count(plain.mebibytes)} MiB ${plain.digests.toFixed(1)} s, gzip ${plain.packed.toFixed(1)} s, ratio ${(beside / seconds).toFixed(2)}; zip ${count(statSync(file).size / 2 ** 20)} MiB`,
            'memory 64 B a record',
            before[name] === 0 ? undefined : peakMiB < before[name] + 100,
          ),
        )
        before[name] = peakMiB
      }
      if (size <= PRINTED_MAX) rows.push(printed(file, fingerprint, size))
      rmSync(file)
    }
    return rows
  } finally {
    await station.remove()
  }
}

/** Nobody reads more on paper; it takes some milliseconds a record. */
const PRINTED_MAX = 100_000

function printed(file: string, fingerprint: string, size: number): Row {
  const out = `${file}.pdf`
  const { seconds, peakMiB } = run('report', file, '--fingerprint', fingerprint, '--out', out)
  const mebibytes = statSync(out).size / 2 ** 20
  rmSync(out)
  return row(
    `report as PDF ${count(size)} records`,
    `${seconds.toFixed(1)} s, peak ${count(peakMiB)} MiB, ${count(size / seconds)} records/s`,
    `verified before, laid out twice; PDF ${mebibytes.toFixed(1)} MiB`,
    'memory by the page',
    undefined,
  )
}

function run(...args: string[]): { readonly seconds: number; readonly peakMiB: number } {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', probe, command, ...args], {
    encoding: 'utf8',
  })
  const peak = /PEAK (\d+)/.exec(stderr)?.[1]
  if (status !== 0 || peak === undefined) throw new Error(`relay ${args[0]} failed: ${stdout}${stderr}`)
  return { seconds: (performance.now() - began) / 1_000, peakMiB: Number(peak) / 1_024 }
}

/** The least it takes: every byte of the bag digested once, and packed once as a zip packs. */
async function plainCost(file: string, base: string) {
  const bag = await openZipBag(await openAsBlob(file))
  const unpacked = join(base, 'unpacked')
  let bytes = 0
  const out = createWriteStream(unpacked)
  for (const { name } of bag.files)
    for await (const piece of bag.read(name)) {
      bytes += piece.length
      if (!out.write(piece)) await new Promise((resolve) => out.once('drain', resolve))
    }
  await new Promise<void>((resolve) => out.end(resolve))
  await bag.close()
  const began = performance.now()
  await pipeline(createReadStream(unpacked), createHash('sha256'))
  const digested = performance.now()
  await pipeline(createReadStream(unpacked), createGzip({ level: 6 }), createWriteStream(`${unpacked}.gz`))
  const packed = performance.now()
  rmSync(unpacked)
  rmSync(`${unpacked}.gz`)
  return {
    digests: (digested - began) / 1_000,
    packed: (packed - digested) / 1_000,
    mebibytes: bytes / 2 ** 20,
  }
}
