import { shown } from '../trail/index.ts'
import { BagFormError } from './faults.ts'

/** Digests by name, in the order of the names' bytes. */
export type Manifest = ReadonlyMap<string, string>

/** A BagIt manifest (RFC 8493, 2.1.3), as `sha256sum -c` reads it: one line for each file, in order of name. */
export function printManifest(digests: Manifest): string {
  const names = [...digests.keys()].sort()
  return names.map((name) => `${digests.get(name)}  ${name}\n`).join('')
}

/** Throws `BagFormError` for one that another writer made: a manifest has one spelling. */
export function parseManifest(text: string): Manifest {
  const digests = new Map<string, string>()
  for (const line of text.split('\n').slice(0, -1)) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}([!-~]+)$/.exec(line) ?? []
    if (digest === undefined || name === undefined)
      throw new BagFormError('a SHA-256 and a name', shown(line, 120))
    digests.set(name, digest)
  }
  if (printManifest(digests) !== text)
    throw new BagFormError('each file once, in order of name', 'another manifest')
  return digests
}
