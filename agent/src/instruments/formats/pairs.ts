import type { FieldSource } from '../field-source.ts'

/** `key = value` a line. The key is what stands before the separator, without regard to case. */
export function valueOfPair(
  text: string,
  key: string,
  { prefix, separator }: FieldSource,
): string | undefined {
  const wanted = key.trim().toLowerCase()
  for (const line of text.split('\n')) {
    if (!line.startsWith(prefix)) continue
    const at = line.indexOf(separator, prefix.length)
    if (at < 0 || line.slice(prefix.length, at).trim().toLowerCase() !== wanted) continue
    const value = line.slice(at + separator.length).trim()
    return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  }
  return undefined
}
