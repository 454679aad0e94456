import type { Capture } from './captures.ts'
import { type Finding, finding } from './finding.ts'
import { historiesOf } from './histories.ts'
import { isBelow, type PathKey } from './path-key.ts'
import { type Content, manifestDigest, type Past, pastOfFile, pastOfFolder, type Step } from './steps.ts'

/** What is below the watched folder. */
export interface Disk {
  readonly files: ReadonlyMap<PathKey, Content>
  readonly folders: ReadonlySet<PathKey>
}

/** What the relay's database remembers of a unit. */
export interface Remembered {
  readonly path: PathKey
  readonly kind: string
  readonly state: string
  readonly digest: string
  readonly seq: number
}

export interface Case {
  readonly captures: readonly Capture[]
  readonly disk: Disk
  /** Undefined: there is no model, and the past is not judged. */
  readonly steps: readonly Step[] | undefined
  readonly remembered: readonly Remembered[]
}

/** All that is wrong. Once a relay has settled there is nothing. */
export function judge({ captures, disk, steps, remembered }: Case): Finding[] {
  const { live, findings } = historiesOf(captures)
  return [
    ...findings,
    ...judgeDisk(live, disk),
    ...(steps === undefined ? [] : [...judgePast(captures, steps), ...judgeModel(steps, disk)]),
    ...judgeMemory(live, remembered),
  ]
}

/** Everything on the disk is in the trail as it is, and nothing else is. */
export function judgeDisk(live: readonly Capture[], { files, folders }: Disk): Finding[] {
  const findings: Finding[] = []
  const sets = live.filter(({ noun }) => noun === 'dataset')
  const setOf = (path: PathKey): Capture | undefined => sets.find((set) => isBelow(path, set.path))
  const recorded = new Map(live.filter(({ noun }) => noun === 'file').map((one) => [one.path, one]))
  for (const [path, { sha256 }] of files) {
    const record = recorded.get(path)
    if (setOf(path) !== undefined) {
      if (record !== undefined)
        findings.push(finding('inside-set', path, `record ${record.seq} stands beside its data set's`))
    } else if (record === undefined)
      findings.push(finding('missing', path, 'is on the disk, and no record that stands has it'))
    else if (record.digest !== sha256)
      findings.push(
        finding('wrong-digest', path, `record ${record.seq} has ${record.digest}, the disk ${sha256}`),
      )
  }
  for (const { path, seq } of recorded.values())
    if (!files.has(path))
      findings.push(finding('not-ended', path, `record ${seq} stands, and it is not on the disk`))
  for (const { path, seq, digest } of sets) {
    if (!folders.has(path)) {
      findings.push(finding('not-ended', path, `record ${seq} stands, and it is not on the disk`))
      continue
    }
    const members = [...files].filter(([file]) => isBelow(file, path))
    const now = manifestDigest(
      new Map(members.map(([file, content]) => [file.slice(path.length + 1), content])),
    )
    if (digest !== now)
      findings.push(finding('wrong-digest', path, `record ${seq} has manifest ${digest}, the disk ${now}`))
  }
  return findings
}

/** Every content and every end that is recorded was real some time. */
export function judgePast(captures: readonly Capture[], steps: readonly Step[]): Finding[] {
  const findings: Finding[] = []
  const known = new Map<string, Past>()
  for (const { path, noun, verb, digest, seq, kind } of captures) {
    if (noun === 'none') continue
    const key = `${noun} ${path}`
    const past = known.get(key) ?? (noun === 'file' ? pastOfFile(steps, path) : pastOfFolder(steps, path))
    known.set(key, past)
    const was = verb === 'deleted' ? past.wasGone : digest !== undefined && past.digests.has(digest)
    if (!was) findings.push(finding('never-was', path, `record ${seq}, ${kind}, says what never was so`))
  }
  return findings
}

/** What the relay remembers is exactly what stands. */
export function judgeMemory(live: readonly Capture[], remembered: readonly Remembered[]): Finding[] {
  const findings: Finding[] = []
  const standing = new Map(live.map((one) => [one.seq, one]))
  for (const { path, kind, state, digest, seq } of remembered) {
    const record = standing.get(seq)
    standing.delete(seq)
    if (state !== 'recorded') findings.push(finding('state', path, `is remembered as ${state}`))
    if (record === undefined)
      findings.push(finding('state', path, `a ${kind} is remembered by record ${seq}, which does not stand`))
    else if (record.path !== path || record.digest !== digest)
      findings.push(finding('state', path, `is remembered otherwise than record ${seq} has it`))
  }
  for (const { path, seq } of standing.values())
    findings.push(finding('state', path, `record ${seq} stands, and the relay does not remember it`))
  return findings
}

/** The model and the disk agree at the end, or nothing said above means anything. */
export function judgeModel(steps: readonly Step[], { files }: Disk): Finding[] {
  const model = new Map<PathKey, string>()
  for (const step of steps)
    for (const [path, content] of step)
      if (content === undefined) model.delete(path)
      else model.set(path, content.sha256)
  const paths = new Set([...model.keys(), ...files.keys()])
  return [...paths]
    .filter((path) => model.get(path) !== files.get(path)?.sha256)
    .map((path) => finding('model', path, 'is on the disk otherwise than in the model'))
}
