import { arrivingName, matchesAny } from './glob.ts'
import { named } from './plain-rules.ts'
import { readField } from './read-field.ts'
import { applyRule } from './rules.ts'
import { cleanValue, latin } from './text.ts'
import { normaliseTime } from './time.ts'
import { type Claim, type Examination, FIELDS, type Magic, type Profile, type UnitView } from './types.ts'
import { UnitFiles } from './unit-files.ts'

export const NOTES_MAX = 10
const PHRASES_MAX = 20
const CLAIMS_MAX = 256
const MAGIC_BYTES = 4_200

/**
 * Asks the instrument's own rule whether the run is complete, and reads what identifies it. Nothing in the data makes
 * this throw: what cannot be read is a note, and stops no capture.
 */
export function examine(view: UnitView, profile: Profile): Examination {
  const files = new UnitFiles(view)
  if (files.isFile && profile.magic.length > 0 && !beginsAs(files, profile))
    return (
      (profile.commonName ? undefined : examinePlaceholder(files)) ?? examineAsOther(view, files, profile)
    )
  return examineAs(files, profile)
}

/** The name is there before the content: an empty file, or one whose room was allotted and not yet written. */
function examinePlaceholder(files: UnitFiles): Examination | undefined {
  const member = files.all[0]
  const head = member === undefined ? undefined : files.bytes(member, 0, MAGIC_BYTES)
  if (member === undefined || head === undefined || head.some((byte) => byte !== 0)) return undefined
  const phrase = head.length === 0 ? 'is empty' : 'begins with nothing but zeros'
  return { complete: false, missing: [`${named(member.path)} ${phrase}`], fields: {}, claims: [], notes: [] }
}

/** The name was right and the content is not: the first other profile that has both, or none at all. */
function examineAsOther(view: UnitView, files: UnitFiles, profile: Profile): Examination {
  const other = profile.others.find(
    (one) => one.magic.length > 0 && matchesAny(one.names, view.name) && beginsAs(files, one),
  )
  if (other !== undefined) return { ...examineAs(files, other), profile: other.id }
  const notes = profile.commonName ? [] : [`the file does not begin as one of ${profile.title} does`]
  return { complete: true, missing: [], fields: {}, claims: [], notes, profile: 'file' }
}

function beginsAs(files: UnitFiles, { magic }: Profile): boolean {
  const member = files.all[0]
  const head = member === undefined ? undefined : files.bytes(member, 0, MAGIC_BYTES)
  return head !== undefined && magic.some((one) => hasMagic(head, one))
}

function hasMagic(head: Uint8Array, magic: Magic): boolean {
  if ('within' in magic) return latin(head.subarray(0, 4_096)).includes(magic.within)
  const wanted = 'hex' in magic ? Buffer.from(magic.hex, 'hex') : Buffer.from(magic.text, 'utf8')
  return Buffer.compare(head.subarray(magic.at, magic.at + wanted.length), wanted) === 0
}

function examineAs(files: UnitFiles, profile: Profile): Examination {
  const missing = files.isFile ? [] : arriving(files)
  const notes: string[] = []
  const claims: Claim[] = []
  let aborted = false
  let lacks = false
  for (const rule of profile.complete) {
    const outcome = applyRule(rule, files)
    missing.push(...(outcome.missing ?? []))
    claims.push(...(outcome.claims ?? []))
    notes.push(...(outcome.notes ?? []))
    aborted ||= outcome.aborted === true
    lacks ||= outcome.lacks === true
  }
  const fields = readFields(files, profile, notes)
  return {
    complete: missing.length === 0,
    missing: missing.slice(0, PHRASES_MAX).map(cleanValue),
    ...(aborted ? { aborted } : {}),
    ...(lacks ? { lacks } : {}),
    fields,
    claims: claims.slice(0, CLAIMS_MAX),
    notes: [...new Set(notes)].slice(0, NOTES_MAX).map(cleanValue),
  }
}

/** Files still under the temporary name of a copy whose own name is not there. An empty folder has nothing yet. */
function arriving(files: UnitFiles): string[] {
  if (files.all.length === 0) return ['the folder is empty']
  const phrases: string[] = []
  for (const { path } of files.all) {
    const slash = path.lastIndexOf('/') + 1
    const name = arrivingName(path.slice(slash))
    if (name !== undefined && files.at((path.slice(0, slash) + name).toLowerCase()) === undefined)
      phrases.push(`${named(path)} is still being copied`)
  }
  return phrases
}

function readFields(files: UnitFiles, profile: Profile, notes: string[]): Record<string, string> {
  const fields: Record<string, string> = {}
  const asked = new Map<string, boolean>()
  for (const field of FIELDS)
    for (const source of profile.fields[field] ?? []) {
      const { value, member } = readField(source, files)
      if (member !== undefined && source.reader !== 'text')
        asked.set(member.path, value !== undefined || asked.get(member.path) === true)
      if (value === undefined) continue
      fields[field] = field === 'acquired' ? cleanValue(normaliseTime(value)) : value
      break
    }
  for (const [path, hadAny] of asked)
    if (!hadAny) notes.push(`nothing that identifies the run is in ${named(path)}`)
  return fields
}
