import { complete, missing, type Outcome } from '../outcome.ts'
import { named } from '../plain-rules.ts'
import { decodeText, latin } from '../text.ts'
import type { Member } from '../types.ts'
import { TEXT_BYTES_MAX, type UnitFiles } from '../unit-files.ts'

/**
 * The heads of ChemStation's data files (.ch, .uv, .ms): texts behind their length, of eight bits in the versions
 * 2, 8, 30, 31, 81 and in UTF-16 in those from 130. The file begins with its version as such a text.
 */
const HEAD_BYTES = 4_096
const PLACES: Readonly<Record<string, readonly [old: number, wide: number]>> = {
  sample: [24, 858],
  operator: [148, 1_880],
  acquired: [178, 2_391],
  instrument: [208, 2_492],
  method: [228, 2_574],
}

/** Keys: sample, operator, acquired, instrument, method. */
export function valueOfChemstation(files: UnitFiles, member: Member, key: string): string | undefined {
  const head = files.once('chemstation', member, () => files.bytes(member, 0, HEAD_BYTES))
  const [old = 0, wide = 0] = PLACES[key] ?? []
  if (head === undefined || old === 0) return undefined
  const version = latin(head.subarray(1, 1 + Math.min(4, head[0] ?? 0)))
  if (!/^\d{1,3}$/.test(version)) return undefined
  if (Number(version) < 100) return latin(head.subarray(old + 1, old + 1 + (head[old] ?? 0)))
  return decodeText(head.subarray(wide + 1, wide + 1 + 2 * (head[wide] ?? 0)), 'utf-16le')
}

/** When RUN.LOG says that the last run began: `12:36:12 08/23/22`, as found. */
export function startInRunLog(log: string): string | undefined {
  const line = log
    .split('\n')
    .findLast((one) => one.includes('Method started') || one.includes('Instrument running'))
  return /(\d{1,2}:\d{2}:\d{2} +\d{1,2}\/\d{1,2}\/\d{2,4})\s*$/.exec(line ?? '')?.[1]
}

const SIGNALS_MAX = 200
const NAMED_MAX = 5
const DATA_PATH = /<Path>([^<\\/]{1,255})[\\/]([^<\\/]{1,255}\.(?:ch|uv|ms|it))<\/Path>/gi

/**
 * `sequence.acam_` names the files of its run, each as `<Path>run.D\FID1A.CH</Path>`: the data files among them are
 * there. Where it tells of several runs, or cannot be read, nothing is said.
 */
export function applyChemstationSignals(files: UnitFiles): Outcome {
  const member = files.at('sequence.acam_')
  const text = member && files.text(member)
  if (member === undefined || text === undefined) return complete
  if (member.size <= TEXT_BYTES_MAX && text.includes('<ACAML') && !text.includes('</ACAML>'))
    return missing(`${named(member.path)} does not end with </ACAML>`)
  const folders = new Set<string>()
  const absent = new Set<string>()
  for (const [, folder = '', name = ''] of [...text.matchAll(DATA_PATH)].slice(0, SIGNALS_MAX)) {
    folders.add(folder.toLowerCase())
    if (files.at(name.toLowerCase()) === undefined) absent.add(name.toLowerCase())
  }
  if (folders.size > 1) return complete
  return missing(...[...absent].slice(0, NAMED_MAX).map((name) => `${named(name)} is not there`))
}
