/**
 * Peak memory of `relay verify` on trails of different lengths, each in a process of its own: what it
 * holds must not grow with the file.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hex, macKey } from '@compliance-relay/shared/trail'
import { sampleLines } from '../support/sample-trail.ts'

const command = join(import.meta.dirname, '../../agent/bin/relay.mjs')
// Prints the peak as the process ends: /usr/bin/time would be another tool to install.
const probe = `data:text/javascript,process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS))`

export interface MemoryRow {
  readonly entries: number
  readonly fileMiB: number
  readonly peakMiB: number
  readonly seconds: number
}

export function measureMemory(sizes: readonly number[]): MemoryRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'))
  try {
    return sizes.map((entries) => measure(join(folder, `${entries}.jsonl`), entries))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measure(file: string, entries: number): MemoryRow {
  const secret = randomBytes(32)
  writeTrail(file, entries, secret)
  const start = process.hrtime.bigint()
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', probe, command, 'verify', file, '--key', hex(secret)],
    { encoding: 'utf8' },
  )
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const peak = /PEAK (\d+)/.exec(stderr)?.[1]
  if (status !== 0 || peak === undefined) throw new Error(`relay verify failed: ${stdout}${stderr}`)
  const fileMiB = statSync(file).size / 2 ** 20
  rmSync(file)
  return { entries, fileMiB, peakMiB: Number(peak) / 1024, seconds }
}

function writeTrail(file: string, entries: number, secret: Uint8Array): void {
  const descriptor = openSync(file, 'wx')
  let batch: Uint8Array[] = []
  const flush = (): void => {
    writeSync(descriptor, Buffer.concat(batch))
    batch = []
  }
  for (const line of sampleLines(entries, macKey(secret))) {
    batch.push(line, Buffer.of(0x0a))
    if (batch.length >= 4_000) flush()
  }
  flush()
  closeSync(descriptor)
}
