import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { TEXT_BYTES_MAX, type UnitFiles } from '../unit-files.ts'

const NODES_MAX = 200_000

/** The file is one JSON text; of one too large to be read whole, that it ends as an object or a list does. */
export function applyJsonWhole(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const text = member.size > TEXT_BYTES_MAX ? files.tailText(member, 256) : files.text(member)
  if (text === undefined) return unreadable(member)
  const isWhole = member.size > TEXT_BYTES_MAX ? /[}\]]\s*$/.test(text) : parsed(text) !== undefined
  return isWhole ? complete : missing(`${named(member.path)} is not whole`)
}

/**
 * The text or number at a path of keys, from anywhere: `data system document/file name`. Where it is said more than
 * once and not the same each time, there is no one value: a list of many samples is none of them.
 */
export function valueInJson(text: string, key: string): string | undefined {
  const steps = key.split('/')
  const last = steps.at(-1) ?? ''
  const found = new Set<string>()
  const open: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: parsed(text), path: [] },
  ]
  for (let nodes = 0; open.length > 0 && nodes < NODES_MAX && found.size < 2; nodes++) {
    const { value, path } = open.pop() ?? { value: undefined, path: [] }
    if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value)
      for (const [name, inner] of Object.entries(value))
        open.push({
          value: inner,
          path: isList ? path : [...path.slice(-steps.length + 1), name].slice(-steps.length),
        })
    } else if ((typeof value === 'string' || typeof value === 'number') && path.at(-1) === last)
      if (steps.every((step, i) => step === path[path.length - steps.length + i])) found.add(String(value))
  }
  return found.size === 1 ? [...found][0] : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}
