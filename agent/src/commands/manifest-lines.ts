/** A file of a manifest. `pathRaw`, hexadecimal, where its name is not UTF-8: as in records. */
export interface ManifestLine {
  readonly path: string
  readonly pathRaw?: string
  readonly size: number
  readonly sha256: string
}

/** The lines of a manifest (capture/manifest.ts writes them). A line of another form is left out. */
export function manifestLines(manifest: Uint8Array): ManifestLine[] {
  const lines: ManifestLine[] = []
  // latin1 takes bytes as they are: names need not be UTF-8.
  for (const line of Buffer.from(manifest).toString('latin1').split('\n')) {
    const [, mark, sha256 = '', size, escaped = ''] =
      /^(\\?)([0-9a-f]{64}) {2}([0-9]+) {2}(.+)$/.exec(line) ?? []
    if (sha256 === '') continue
    const raw = Buffer.from(mark === '' ? escaped : unescaped(escaped), 'latin1')
    const path = raw.toString('utf8')
    const isText = Buffer.compare(Buffer.from(path), raw) === 0
    lines.push({ path, ...(isText ? {} : { pathRaw: raw.toString('hex') }), size: Number(size), sha256 })
  }
  return lines
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' }

function unescaped(text: string): string {
  return text.replace(/\\([nr\\])/g, (_, letter: string) => escapes[letter] ?? '')
}
