import { printable } from '@compliance-relay/shared/trail'
import { trailKeys } from '../export/trail-keys.ts'
import { doubts, notAsLeft } from '../left-trails.ts'
import { doubtsIn, newestKeyDoubt } from './doubts-in.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { reading } from './reading.ts'

export const keysHelp = `relay keys --data DIR [--json]
      The keys that sign what this relay says, each with its fingerprint. Print them and file them
      where the relay cannot reach them: exports are checked against that paper. Of a trail that is
      not what it was, or has another key than its first record, none is given, and that is said.
      Example: relay keys --data /var/lib/relay`

export async function keysCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return reading(required(values.data, 'data'), async (data) => {
    const newest = await newestKeyDoubt(data)
    const found = [...(await doubtsIn(data)), ...(newest === undefined ? [] : [newest])]
    const keys = trailKeys(data.trails, found)
    // Whether a MAC key is there is no matter for who checks a signature.
    const without = found.filter(({ trail }) => notAsLeft(found).has(trail))
    const text = () =>
      without
        .map(
          ({ trail, code, expected, found }) =>
            `${trail}\n  no key       ${doubts[code]}; expected ${printable(expected)}, found ${printable(found)}\n`,
        )
        .join('') +
      keys
        .map(
          ({ trail, key, fingerprint }) =>
            `${trail}\n  key          ${key}\n  fingerprint  ${grouped(fingerprint)}\n`,
        )
        .join('')
    out.write(values.json ? jsonText({ keys, ...(without.length > 0 ? { doubts: without } : {}) }) : text())
    return 0
  })
}

/** In groups of eight: read aloud and compared on paper. */
function grouped(digits: string): string {
  return digits.replace(/(.{8})(?=.)/g, '$1 ')
}
