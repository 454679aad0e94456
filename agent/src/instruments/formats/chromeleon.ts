import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'

/** The last row of an exported chromatogram is at the time that its head gives as the last. */
export function applyChromeleonRows(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const text = files.text(member)
  const tail = files.tailText(member, 4_096)
  if (text === undefined || tail === undefined) return unreadable(member)
  const head = text.slice(0, 65_536).split('\n')
  const start = head.findIndex((line) => /^(?:Chromatogram|Raw) Data:/.test(line))
  const last = numberOf(head.find((line) => line.startsWith('Time Max.'))?.split('\t')[1])
  const step = numberOf(head.find((line) => line.startsWith('Max. Step'))?.split('\t')[1]) ?? 1
  // An export of results has no chromatogram.
  if (last === undefined) return complete
  if (start < 0) return missing(`${named(member.path)} has no data`)
  const row = tail.trimEnd().split('\n').at(-1) ?? ''
  const time = numberOf(row.split('\t')[0])
  // Steps are in seconds, times in minutes.
  const reached =
    time !== undefined && time + Math.max(1, step) / 60 + 0.001 >= last && row.split('\t').length > 1
  return reached ? complete : missing(`${named(member.path)} does not reach ${last} min`)
}

/** With a comma or a point before the decimals, as the workstation's language has it. */
function numberOf(text: string | undefined): number | undefined {
  const plain = text?.trim().replace(',', '.') ?? ''
  return /^-?\d{1,12}(?:\.\d{1,12})?$/.test(plain) ? Number(plain) : undefined
}
