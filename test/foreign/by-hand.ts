import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The commands of FORMAT.md's section "By hand", as they stand there. */
export function commandsByHand(): string {
  const document = readFileSync(join(import.meta.dirname, '../../shared/FORMAT.md'), 'utf8')
  const [, commands] = /## 10\. By hand[\s\S]*?```\n([\s\S]*?)```/.exec(document) ?? []
  if (commands === undefined) throw new Error('FORMAT.md has no commands by hand')
  return commands
}
