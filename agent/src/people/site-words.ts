import type { Settings } from '../settings.ts'

/** Names of the site that no password may contain (NIST SP 800-63B-4, 3.1.1.2): the short ones say nothing. */
export function wordsOf({ org, name, projects, watches }: Settings): readonly string[] {
  const words = [
    org,
    ...org.split('.'),
    name,
    ...projects,
    ...watches.map(({ device }) => device),
    'compliance',
    'relay',
  ]
  return [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => word.length >= 4)
}
