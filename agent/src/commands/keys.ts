import { trailKeys } from '../export/trail-keys.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { reading } from './reading.ts'

export const keysHelp = `relay keys --data DIR [--json]
      The keys that sign what this relay says, each with its fingerprint. Print them and file them
      where the relay cannot reach them: exports are checked against that paper.
      Example: relay keys --data /var/lib/relay`

export async function keysCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return reading(required(values.data, 'data'), ({ trails }) => {
    const keys = trailKeys(trails)
    const text = () =>
      keys
        .map(
          ({ trail, key, fingerprint }) =>
            `${trail}\n  key          ${key}\n  fingerprint  ${grouped(fingerprint)}\n`,
        )
        .join('')
    out.write(values.json ? jsonText({ keys }) : text())
    return 0
  })
}

/** In groups of eight: read aloud and compared on paper. */
function grouped(digits: string): string {
  return digits.replace(/(.{8})(?=.)/g, '$1 ')
}
