import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import type { Claim, Member } from '../types.ts'
import { TEXT_BYTES_MAX, type UnitFiles } from '../unit-files.ts'
import {
  type DataHash,
  isInProgress,
  lastAcquisition,
  lastDataHash,
  readAudit,
  wasTerminated,
} from './bruker-audit.ts'
import { valueOfLdr } from './ldr.ts'

const PROCNOS_MAX = 64
/** Rows of a `ser` begin at multiples of this. */
const ROW_STEP_BYTES = 1_024

/**
 * A Bruker acquisition has ended when TopSpin has written `audita.txt` to its end; its last data hash then covers the
 * data, or of a run ended early the rows that were acquired, for `ser` has its full size from the start. XWIN-NMR
 * wrote no audit trail: there only the size can be judged.
 */
export function applyBrukerAcquisition(files: UnitFiles): Outcome {
  const acqusFile = files.at('acqus')
  const acqus = acqusFile && files.text(acqusFile)
  if (acqus === undefined) return missing('acqus is not there')
  if (!acqus.includes('##END=')) return missing('acqus does not end with ##END=')
  const data = dataFile(files, acqus)
  if (data === undefined) return missing('neither fid nor ser is there')
  const isMany = Number(valueOfLdr(acqus, '$PARMODE') ?? 0) >= 1
  if (isMany && files.at('acqu2s') === undefined) return missing('acqu2s is not there')
  const cut = files.findAll('acqu#s').find((file) => files.text(file)?.includes('##END=') !== true)
  if (cut !== undefined) return missing(`${named(cut.path)} does not end with ##END=`)
  const processed = processings(files)
  const auditFile = files.at('audita.txt')
  if (auditFile === undefined) {
    // What was processed has been acquired, and auditp.txt tells of both.
    if (isTopSpin(acqus) && processed.trails === 0) return missing('audita.txt is not there')
    return together(bySize(data, acqus), processed)
  }
  const text = files.tailText(auditFile, TEXT_BYTES_MAX)
  if (text === undefined) return unreadable(auditFile)
  const audit = readAudit(text)
  if (!audit.isWhole) return missing('audita.txt does not end with ##END=')
  // It is copied into each experiment before it is run, and arrives after the data when an experiment is copied.
  if (files.at('pulseprogram') === undefined) return missing('pulseprogram is not there')
  if (isInProgress(audit)) return missing('audita.txt says that the acquisition is in progress')
  const entry = lastAcquisition(audit)
  const aborted = entry !== undefined && wasTerminated(entry)
  const hash = lastDataHash(audit)
  const own = hash === undefined ? bySize(data, acqus) : byHash(data, hash, widthOf(acqus), auditFile.path)
  return { ...together(own, processed), ...(aborted ? { aborted } : {}) }
}

function isTopSpin(acqus: string): boolean {
  return (valueOfLdr(acqus, 'TITLE') ?? '').toLowerCase().includes('topspin')
}

function dataFile(files: UnitFiles, acqus: string): Member | undefined {
  const fid = files.at('fid')
  const ser = files.at('ser')
  return valueOfLdr(acqus, '$PARMODE') === '0' ? (fid ?? ser) : (ser ?? fid)
}

/** Bytes of a point: DTYPA 2 is double, as TopSpin 4 writes. */
function widthOf(acqus: string): number {
  return valueOfLdr(acqus, '$DTYPA') === '2' ? 8 : 4
}

/** A spectrum of flexControl: `fid` has the points that `acqus` says. */
export function applyBrukerSize(files: UnitFiles): Outcome {
  const fid = files.at('fid')
  const acqus = files.at('acqus')
  const text = acqus && files.text(acqus)
  return fid === undefined || text === undefined ? complete : bySize(fid, text)
}

/** All of a 1D is written at once, TD points. How many rows a `ser` should have, nothing says for certain. */
function bySize({ path, size }: Member, acqus: string): Outcome {
  const points = Number(valueOfLdr(acqus, '$TD') ?? 0)
  const needed = points * widthOf(acqus)
  if (!Number.isSafeInteger(needed) || size >= needed)
    return size === 0 ? missing(`${named(path)} is empty`) : complete
  return missing(`${named(path)} has ${size} of ${needed} bytes`)
}

function byHash(
  { path, size }: Member,
  { digest, rowPoints, rows }: DataHash,
  width: number,
  from: string,
): Outcome {
  const rowBytes = rowPoints * width
  const stepBytes = Math.ceil(rowBytes / ROW_STEP_BYTES) * ROW_STEP_BYTES
  const isPadded = rows > 1 && stepBytes !== rowBytes && size >= rows * stepBytes
  const needed = isPadded ? rows * stepBytes : rows * rowBytes
  if (size < needed) return missing(`${named(path)} has ${size} of ${needed} bytes`)
  // Whether the hash takes in the padding is not known.
  if (isPadded) return { notes: [`the data hash in ${named(from)} covers padded rows`] }
  return { claims: [{ path, algorithm: 'md5', digest, from, ...(needed < size ? { bytes: needed } : {}) }] }
}

interface Processed extends Outcome {
  readonly trails: number
}

/** Spectra and what `auditp.txt` beside them says of them: its last data hash is that of `1r`, `2rr` and so on. */
function processings(files: UnitFiles): Processed {
  const phrases: string[] = []
  const claims: Claim[] = []
  for (const { path } of files
    .findAll('pdata/#/1r|pdata/#/2rr|pdata/#/3rrr|pdata/#/4rrrr')
    .slice(0, PROCNOS_MAX)) {
    const status = `${path.slice(0, path.lastIndexOf('/'))}/procs`
    if (files.at(status.toLowerCase()) === undefined) phrases.push(`${named(status)} is not there`)
  }
  const trails = files.findAll('pdata/#/auditp.txt').slice(0, PROCNOS_MAX)
  for (const trail of trails) {
    const text = files.tailText(trail, TEXT_BYTES_MAX)
    const audit = text === undefined ? undefined : readAudit(text)
    if (audit?.isWhole !== true) {
      phrases.push(`${named(trail.path)} does not end with ##END=`)
      continue
    }
    const hash = lastDataHash(audit)
    const folder = trail.path.slice(0, trail.path.lastIndexOf('/')).toLowerCase()
    const spectrum = ['4rrrr', '3rrr', '2rr', '1r']
      .map((name) => files.at(`${folder}/${name}`))
      .find((one) => one)
    if (hash === undefined || spectrum === undefined) continue
    const points = hash.rowPoints * hash.rows
    if (spectrum.size < points * 4)
      phrases.push(`${named(spectrum.path)} has ${spectrum.size} of ${points * 4} bytes`)
    else if (spectrum.size === points * 4 || spectrum.size === points * 8)
      claims.push({ path: spectrum.path, algorithm: 'md5', digest: hash.digest, from: trail.path })
  }
  return { missing: phrases, claims, trails: trails.length }
}

function together(own: Outcome, { missing: phrases = [], claims = [] }: Processed): Outcome {
  return {
    missing: [...(own.missing ?? []), ...phrases],
    claims: [...(own.claims ?? []), ...claims],
    notes: own.notes ?? [],
  }
}

/**
 * Keys of the stamp at the head of Bruker's parameter files, `$$ <time> <user>@<host>` and `$$ <path>`: time, user,
 * host, and sample, which is the folder that the experiment is in.
 */
export function valueOfStamp(text: string, key: string): string | undefined {
  const comments = text
    .split('\n', 20)
    .filter((line) => line.startsWith('$$ '))
    .map((line) => line.slice(3).trim())
  const stamp = comments.find((line) => /^\d{4}-/.test(line)) ?? ''
  const at = stamp.lastIndexOf('@')
  const blank = stamp.lastIndexOf(' ', at)
  switch (key) {
    case 'time':
      return at < 0 ? undefined : stamp.slice(0, blank).trim()
    case 'user':
      return at < 0 ? undefined : stamp.slice(blank + 1, at)
    case 'host':
      return at < 0 ? undefined : stamp.slice(at + 1)
    case 'sample':
      return comments
        .find((line) => /[/\\]acqus$/.test(line))
        ?.split(/[/\\]/)
        .at(-3)
    default:
      return undefined
  }
}
