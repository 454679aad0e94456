import { complete, missing, type Outcome } from '../outcome.ts'
import { flatten, named, unreadable } from '../plain-rules.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

const FILE_HEADER_BYTES = 32
const BLOCK_HEADER_BYTES = 28
const LOG_TAIL_BYTES = 4_096

/**
 * A Varian acquisition (VNMR, VnmrJ, OpenVnmrJ): `fid` has the size its big-endian header says, 32 + nblocks x
 * (nbheaders x 28 + ntraces x np x ebytes), and `log`, where there is one, tells of the end. One that was stopped has
 * fewer blocks than its header says.
 */
export function applyVarianAcquisition(files: UnitFiles): Outcome {
  const fid = files.at('fid')
  if (fid === undefined) return missing('fid is not there')
  const procpar = files.at('procpar')
  if (procpar === undefined) return missing('procpar is not there')
  const parameters = files.text(procpar)
  if (parameters === undefined) return unreadable(procpar)
  // Both are written with the data, `text` even if nothing is in it.
  if (files.at('log') !== undefined && files.at('text') === undefined) return missing('text is not there')
  const end = endOf(files, parameters)
  if (typeof end === 'string') return missing(end)
  return { ...sizeOutcome(files, fid, end.aborted), ...(end.aborted ? { aborted: true } : {}) }
}

/** How the run ended, or the phrase that it has not. */
function endOf(files: UnitFiles, parameters: string): { readonly aborted: boolean } | string {
  const log = files.at('log')
  if (log === undefined) {
    // VNMR before VnmrJ kept no log with the data, and had no time_complete.
    return valueOfProcpar(parameters, 'time_complete') === ''
      ? 'procpar has no time_complete'
      : { aborted: false }
  }
  const tail = files.tailText(log, LOG_TAIL_BYTES)
  if (tail === undefined) return `${named(log.path)} cannot be read`
  const lines = tail.split('\n').map(flatten).filter(Boolean)
  const started = lines.findLastIndex((line) => line.includes('experiment started'))
  const since = lines.slice(Math.max(0, started))
  if (since.some((line) => line.includes('acquisition complete'))) return { aborted: false }
  const stopped = ['aborted', 'stopped', 'halted']
  if (since.some((line) => stopped.some((word) => line.includes(word)))) return { aborted: true }
  return `${named(log.path)} does not say 'Acquisition complete'`
}

function sizeOutcome(files: UnitFiles, fid: Member, aborted: boolean): Outcome {
  const header = files.bytes(fid, 0, FILE_HEADER_BYTES)
  if (header === undefined) return unreadable(fid)
  if (header.length < FILE_HEADER_BYTES) return missing(`${named(fid.path)} has no header`)
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  const [blocks, traces, points, pointBytes, headers] = [0, 4, 8, 12, 28].map((at) => view.getInt32(at)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  if (blocks < 1 || traces < 1 || points < 1 || headers < 0 || ![2, 4, 8].includes(pointBytes))
    return missing(`${named(fid.path)} has no header of Varian's`)
  const blockBytes = headers * BLOCK_HEADER_BYTES + traces * points * pointBytes
  const needed = FILE_HEADER_BYTES + (aborted ? 0 : blocks * blockBytes)
  return fid.size >= needed ? complete : missing(`${named(fid.path)} has ${fid.size} of ${needed} bytes`)
}

/**
 * A parameter's first value in `procpar`: a line that begins with its name and ten numbers, then `1 "value"`.
 * Undefined if there is no such parameter.
 */
export function valueOfProcpar(text: string, name: string): string | undefined {
  for (let at = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `); at >= 0; ) {
    const lineEnd = text.indexOf('\n', at + 1)
    if (lineEnd < 0) return undefined
    const header = text
      .slice(at, Math.min(lineEnd, at + 500))
      .trim()
      .split(/\s+/)
    if (header.length >= 10 && header.slice(1).every((number) => Number.isFinite(Number(number)))) {
      const value = text.slice(lineEnd + 1, lineEnd + 4_096).split('\n')[0] ?? ''
      return unquoted(value.slice(value.indexOf(' ') + 1).trim())
    }
    at = text.indexOf(`\n${name} `, lineEnd)
  }
  return undefined
}

function unquoted(value: string): string {
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  return isQuoted ? value.slice(1, -1).replaceAll('\\"', '"') : value
}
