import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { TEXT_BYTES_MAX, type UnitFiles } from '../unit-files.ts'
import { valueOfLdr } from './ldr.ts'

const TAIL_BYTES = 4_096

/**
 * A JCAMP-DX file ends with `##END=`, comments aside. In a compound file each block has its own, so there must be as
 * many as there are titles. Plain numbers are counted against NPOINTS; packed ones (ASDF) are not read.
 */
export function applyJcampEnd(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const tail = files.tailText(member, TAIL_BYTES)
  if (tail === undefined) return unreadable(member)
  const lines = linesOf(tail).filter((line) => line !== '' && !line.startsWith('$$'))
  if (!isEnd(lines.at(-1) ?? '')) return missing(`${named(member.path)} does not end with ##END=`)
  if (member.size > TEXT_BYTES_MAX) return complete
  const text = files.text(member)
  if (text === undefined) return unreadable(member)
  const all = linesOf(text)
  const titles = all.filter((line) => /^##\s*TITLE\s*=/i.test(line)).length
  const ends = all.filter(isEnd).length
  if (ends < titles) return missing(`${named(member.path)} has ${titles} blocks and ${ends} ends`)
  return titles > 1 ? complete : countPoints(all, text, named(member.path))
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => line.trim())
}

function isEnd(line: string): boolean {
  return /^##\s*END\s*=/i.test(line)
}

function countPoints(lines: readonly string[], text: string, name: string): Outcome {
  const said = Number(valueOfLdr(text, 'NPOINTS'))
  const start = lines.findIndex((line) => /^##\s*XYDATA\s*=\s*\(X\+\+\(Y\.\.Y\)\)/i.test(line))
  if (start < 0 || !Number.isSafeInteger(said) || said < 1) return complete
  let points = 0
  for (const line of lines.slice(start + 1)) {
    if (line.startsWith('##')) break
    const data = line.split('$$')[0] ?? ''
    if (/[^0-9.+\-Ee \t]/.test(data)) return complete
    points += Math.max(0, (data.match(/[+-]?\d+\.?\d*(?:[Ee][+-]?\d+)?|[+-]?\.\d+/g)?.length ?? 0) - 1)
  }
  return points < said ? missing(`${name} has ${points} of ${said} points`) : complete
}
