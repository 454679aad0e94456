import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '@compliance-relay/shared/trail'
import { changedSource, digestOf } from '../built-from.ts'
import { UnusableInput } from '../unusable-input.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'

export const pageHelp = `relay page --out FILE.html [--json]
      Writes the page that checks sealed exports in a browser: one file, without network, for
      whoever has no relay. It shows the report of relay verify, and says of a file or folder which
      record it is. Prints its SHA-256: file that with the fingerprints of relay keys, and hand the
      page over apart from the export it is to check.
      Example: relay page --out check.html`

const root = join(import.meta.dirname, '../../..')
const built = join(root, 'web/dist')
const HOW = 'npm run build, in the folder of the product, builds it'

export async function pageCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const file = required(values.out, 'out')
  if (existsSync(file)) throw new UnusableInput(`${file} is there already`)
  const page = builtPage()
  const sha256 = digestOf(page)
  writeNew(file, page)
  out.write(
    values.json
      ? jsonText({ file, sha256 })
      : `${printable(file)}\nSHA-256       ${sha256}\nFile this with the fingerprints of relay keys. An export that brings its own page vouches for itself.\n`,
  )
  return 0
}

function writeNew(file: string, page: Uint8Array): void {
  try {
    writeFileSync(file, page, { flag: 'wx' })
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'ENOENT') throw new UnusableInput(`${file} cannot be made: there is no such folder`)
    throw error
  }
}

/** The page as it was built, if it was built from what lies here: an older one would check by older rules, and not say so. */
function builtPage(): Buffer {
  const page = join(built, 'page.html')
  const sources = join(built, 'sources.sha256')
  if (!existsSync(page) || !existsSync(sources)) throw new UnusableInput(`the page is not built yet: ${HOW}`)
  const changed = changedSource(sources, root)
  if (changed !== undefined) throw new UnusableInput(`the page was built when ${changed} was another: ${HOW}`)
  return readFileSync(page)
}
