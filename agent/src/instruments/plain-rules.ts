import { complete, missing, type Outcome } from './outcome.ts'
import { partnerOf } from './partners.ts'
import type { Rule } from './rule.ts'
import { cleanValue } from './text.ts'
import type { Member } from './types.ts'
import type { UnitFiles } from './unit-files.ts'

type Of<K extends Rule['rule']> = Extract<Rule, { rule: K }>

const NAMED_MAX = 5

/** A path as it may be shown in a phrase. */
export function named(path: string): string {
  const clean = cleanValue(path)
  return clean.length > 80 ? `…${clean.slice(-79)}` : clean
}

export function applyPresent({ files: patterns }: Of<'present'>, files: UnitFiles): Outcome {
  const phrases: string[] = []
  for (const pattern of patterns) {
    const found = files.findAll(pattern)
    if (found.length === 0) phrases.push(`${pattern.replaceAll('|', ' or ')} is not there`)
    else if (found.every(({ size }) => size === 0)) phrases.push(`${named(found[0]?.path ?? '')} is empty`)
  }
  return missing(...phrases)
}

export function applyAbsent({ files: patterns, overBytes }: Of<'absent'>, files: UnitFiles): Outcome {
  const found = patterns.flatMap((pattern) => files.findAll(pattern)).filter(({ size }) => size > overBytes)
  return missing(...found.slice(0, NAMED_MAX).map(({ path }) => `${named(path)} is still there`))
}

export function applyPartner({ of, needs }: Of<'partner'>, files: UnitFiles): Outcome {
  const phrases: string[] = []
  for (const { path } of files.findAll(of)) {
    const partner = partnerOf(path, of, needs)
    if (partner === undefined) continue
    if (files.isFile) {
      const size = files.beside(partner)
      if (size === undefined) return { missing: [`${named(partner)} is not beside it`], lacks: true }
      if (size === 0) return { missing: [`${named(partner)} beside it is empty`], lacks: true }
    } else if (files.at(partner.toLowerCase()) === undefined)
      phrases.push(`${named(path)} has no ${named(partner.toLowerCase())}`)
  }
  return missing(...phrases.slice(0, NAMED_MAX))
}

export function applyEnds({ file, with: texts, within }: Of<'ends'>, files: UnitFiles): Outcome {
  const member = files.find(file)
  if (member === undefined) return missing(`${file} is not there`)
  const tail = files.tailText(member, within ?? 4_096)
  if (tail === undefined) return unreadable(member)
  const end = tail.trimEnd()
  if (texts.some((text) => (within === undefined ? end.endsWith(text) : end.includes(text)))) return complete
  return missing(`${named(member.path)} does not end with ${texts.join(' or ')}`)
}

/** Instruments pad and break their log lines, so blanks count as one and case not at all. */
export function applyPhrases({ file, all, aborted, since }: Of<'phrases'>, files: UnitFiles): Outcome {
  const member = files.find(file)
  if (member === undefined) return missing(`${file} is not there`)
  const text = files.text(member)
  if (text === undefined) return unreadable(member)
  const flat = flatten(text)
  const from = since === undefined ? 0 : Math.max(0, flat.lastIndexOf(flatten(since)))
  const relevant = flat.slice(from)
  if (aborted.some((phrase) => relevant.includes(flatten(phrase)))) return { aborted: true }
  const absent = all.filter((phrase) => !relevant.includes(flatten(phrase)))
  return missing(...absent.map((phrase) => `${named(member.path)} does not say '${phrase}'`))
}

export function flatten(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase()
}

export function unreadable({ path }: Member): Outcome {
  return missing(`${named(path)} cannot be read`)
}
